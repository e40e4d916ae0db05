"""Recalculates recent dossiers under a draft schedule and shows who would pay a different amount.

`differences` is pure. What was charged is supplied by whoever registered with `register`
(dossiers do): this app does not know them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from procedures.fees import Facts, FeeUnknown, Rule, quote
from procedures.models import FeeSchedule

from .load import as_rule, stored_rules

#: How far back the preview looks.
LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Charged:
    """What one dossier was charged: its case, its facts and the amounts by the codes of its fees, whole đồng.

    Without postage, which no fee schedule sets.
    """

    reference: str
    case: int
    facts: Facts
    amounts: Mapping[str, int]

    @property
    def amount(self) -> int:
        """The sum, whole đồng."""
        return sum(self.amounts.values())


@dataclass(frozen=True, slots=True)
class Difference:
    """One dossier that would pay another amount; `after` is None when it cannot be computed."""

    reference: str
    before: int
    after: int | None

    @property
    def change(self) -> int | None:
        """How much more (or, negative, less)."""
        return None if self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class Preview:
    """How many dossiers were compared, and those that differ."""

    looked_at: int
    differences: tuple[Difference, ...]

    @property
    def change(self) -> int:
        """The sum of all differences that can be computed."""
        return sum(difference.change or 0 for difference in self.differences)


#: Procedure id, agency id or None, first day → what was charged since.
Source = Callable[[int, int | None, date], Iterable[Charged]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Add a source of what was charged."""
    _sources.append(source)


def differences(charged: Iterable[Charged], rules: Iterable[Rule], on: date) -> Preview:
    """Quote each again by the rules as on a day and keep those that differ.

    What an officer set after examination is taken as it was set.
    """
    rule_list, differing, count = list(rules), [], 0
    for one in charged:
        count += 1
        try:
            quoted = quote([rule for rule in rule_list if rule.case in (None, one.case)], one.facts, on)
        except (FeeUnknown, ValueError):
            differing.append(Difference(one.reference, one.amount, None))
            continue
        awaited = {line.rule.code for line in quoted.lines if line.is_to_be_determined}
        is_known = awaited <= one.amounts.keys()
        after = quoted.total + sum(one.amounts[code] for code in awaited) if is_known else None
        if after != one.amount:
            differing.append(Difference(one.reference, one.amount, after))
    return Preview(count, tuple(differing))


def preview(schedule: FeeSchedule) -> Preview:
    """Compare the last 30 days' dossiers of a schedule's procedure with what it would charge on its first day."""
    since = timezone.localdate() - LOOK_BACK
    rules = [as_rule(row) for row in stored_rules([schedule])]
    charged = (one for source in _sources for one in source(schedule.procedure_id, schedule.agency_id, since))
    return differences(charged, rules, schedule.valid_during.lower)
