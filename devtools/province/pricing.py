"""What dossiers cost: the product's own engine, asked once for each case, span of time and sort of facts."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from procedures.fees import Facts, Quote, Rule, in_force, quote
from procedures.fees.errors import FeeUnknown
from procedures.fees.inputs import choice_fields, fact_fields, group_fields
from procedures.models import Exemption, FeeRule, FeeSchedule, ProcedureCase
from procedures.schedules.load import IN_USE, rules_for

_COUNTS = {"pages": (1, 24), "copies": (1, 6), "persons": (1, 6), "children": (1, 3), "items": (1, 4)}
_APPLICANTS = ("individual", "individual", "individual", "household", "enterprise", "organisation")


@dataclass(frozen=True, slots=True)
class Priced:
    """A quote with the facts it was asked by. `rules` say which facts the form would have asked for."""

    facts: Facts
    quote: Quote
    lines: tuple[dict[str, Any], ...]


class Prices:
    """Quotes of the schedules in the database. Raises ValueError for schedules of single agencies: there are none."""

    def __init__(self) -> None:
        if FeeSchedule.objects.exclude(agency=None).exists():
            raise ValueError("a schedule of one agency: prices are remembered for all agencies together")
        self._edges: dict[int, list[date]] = defaultdict(list)
        spans = FeeSchedule.objects.filter(state__in=IN_USE).values_list("procedure_id", "valid_during")
        for procedure_id, during in spans:
            self._edges[procedure_id] += [day for day in (during.lower, during.upper) if day]
        reductions = Exemption.objects.exclude(valid_during=None).values_list("schedule__procedure_id", "valid_during")
        for procedure_id, reduced in reductions:
            if reduced:
                self._edges[procedure_id] += [day for day in (reduced.lower, reduced.upper) if day]
        for edges in self._edges.values():
            edges.sort()
        self._rules: dict[tuple[int, int], list[Rule]] = {}
        self._quotes: dict[tuple[Any, ...], Priced | None] = {}

    def rules(self, case: ProcedureCase, day: date) -> tuple[int, list[Rule]]:
        """Return the rules of a case on a day, and the number of the span in which they hold."""
        span = bisect_right(self._edges[case.procedure_id], day)
        key = (case.pk, span)
        if key not in self._rules:
            self._rules[key] = rules_for(case, day)
        return span, self._rules[key]

    def read_all(self, cases: Iterable[ProcedureCase], first: date, last: date) -> None:
        """Read the rules of all cases now: the connection is busy with writing once the stories begin."""
        for case in cases:
            for day in (first, *(edge for edge in self._edges[case.procedure_id] if first < edge <= last)):
                self.rules(case, day)

    def ask(
        self, case: ProcedureCase, day: date, channel: str, area: str, rng: Random, *, exempt: float
    ) -> Priced | None:
        """Fill in the form of a case by chance and quote it; None where nothing fits that day."""
        span, rules = self.rules(case, day)
        applicants = _APPLICANTS if any(rule.applicant != "any" for rule in rules) else _APPLICANTS[:1]
        for _attempt in range(4):
            quantities = {
                field.name: min(rng.randint(*_COUNTS[field.name]), rng.randint(*_COUNTS[field.name]))
                for field in fact_fields(rules)
            }
            offered = sorted(group_fields(rules))
            groups = frozenset({rng.choice(offered)}) if offered and rng.random() < exempt else frozenset()
            is_late = any(rule.timing != "any" for rule in rules) and rng.random() < 0.2
            facts = Facts(channel, quantities, groups, applicant=rng.choice(applicants), area=area, is_late=is_late)
            key = (case.pk, span, channel, tuple(quantities.items()), groups, facts.applicant, area, is_late)
            if key not in self._quotes:
                self._quotes[key] = _quoted(rules, facts, day)
            if found := self._quotes[key]:
                return found
        return None


def _quoted(rules: list[Rule], facts: Facts, day: date) -> Priced | None:
    try:
        quoted = quote(rules, facts, day)
    except FeeUnknown:
        return None
    return Priced(facts, quoted, lines_of(quoted))


def lines_of(quoted: Quote) -> tuple[dict[str, Any], ...]:
    """Return the bill's lines as `submission.submit` freezes them, but for the facts in their source."""
    return tuple(
        {
            "code": line.rule.code,
            "kind": line.rule.kind,
            "description": line.rule.name,
            "amount": line.amount,
            "explanation": line.explanation[:500],
            "legal_basis": line.legal_basis[:255],
            "source": line.source,
            "is_refundable": line.rule.refund_policy != FeeRule.Refund.NONE,
            "refund_note": line.rule.refund_text[:255],
        }
        for line in quoted.lines
    )


def kept_facts(priced: Priced) -> Mapping[str, Any]:
    """Return what a dossier keeps of its facts, as `submission.submit` writes it."""
    facts = priced.facts
    return {
        "quantities": dict(facts.quantities),
        "groups": sorted(facts.groups),
        "applicant": facts.applicant,
        "area": facts.area,
        "is_late": facts.is_late,
        "undetermined": [line.rule.code for line in priced.quote.lines if line.is_to_be_determined],
    }


def typed_facts(rules: Iterable[Rule], facts: Facts, day: date) -> dict[str, list[str]]:
    """Return what somebody types about the fee, by the fields that `MatterForm` has for these rules on a day."""
    current = in_force(rules, day)
    chosen = {"applicant": facts.applicant, "area": "", "timing": "late" if facts.is_late else "on_time"}
    choices, counted = ([field.name for field in found(current)] for found in (choice_fields, fact_fields))
    typed = {name: [chosen[name]] for name in choices}
    typed |= {name: [str(facts.quantities[name])] for name in counted}
    if facts.groups:
        typed["groups"] = sorted(facts.groups)
    return {"fee_questions": [" ".join([*choices, *counted, *sorted(group_fields(current))])], **typed}
