"""Gaps and overlaps of fee rules in time, for validation and the editor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from .records import ANY, Facts, Rule
from .selection import best_by_code, fits, in_force


@dataclass(frozen=True, slots=True)
class Gap:
    """From `starts` until `ends` (None: for ever) nobody knows what a line costs, though it was charged before."""

    code: str
    name: str
    kind: str
    facts: Facts
    starts: date
    ends: date | None


@dataclass(frozen=True, slots=True)
class Clash:
    """From `starts` until `ends` two rules fit a line equally well."""

    code: str
    name: str
    facts: Facts
    starts: date
    ends: date | None


def gaps(rules: Sequence[Rule]) -> list[Gap]:
    """Return the holes of one case's rules over all time, per channel and kind of person.

    A line that has not begun is no gap; one that ended and has no successor is.
    """

    def is_lost(code: str, facts: Facts, on: date) -> bool:
        speaking = [rule for rule in rules if rule.code == code and fits(rule, facts)]
        begun = any(rule.ends is not None and rule.ends <= on for rule in speaking)
        return begun and not in_force(speaking, on)

    return [
        Gap(code, name, kind, facts, starts, ends) for code, name, kind, facts, starts, ends in _spans(rules, is_lost)
    ]


def clashes(rules: Sequence[Rule]) -> list[Clash]:
    """Return where two rules of one case fit equally well, which no quote can decide."""

    def is_clash(code: str, facts: Facts, on: date) -> bool:
        fitting = [rule for rule in in_force(rules, on) if rule.code == code and fits(rule, facts)]
        return len(best_by_code(fitting).get(code, [])) > 1

    return [Clash(code, name, facts, starts, ends) for code, name, _, facts, starts, ends in _spans(rules, is_clash)]


def _spans(
    rules: Sequence[Rule], is_bad: Callable[[str, Facts, date], bool]
) -> Iterator[tuple[str, str, str, Facts, date, date | None]]:
    """Yield the spans of time in which `is_bad` holds, one per line; channels with the same result are merged."""
    edges = sorted({edge for rule in rules for edge in (rule.starts or date.min, rule.ends) if edge})
    lines = {rule.code: rule for rule in rules}
    for code, rule in lines.items():
        described: list[tuple[Facts, date, date | None]] = []
        for facts in _people([other for other in rules if other.code == code]):
            begun: date | None = None
            for edge in [*edges, None]:
                bad = edge is not None and is_bad(code, facts, edge)
                if bad and begun is None:
                    begun = edge
                if not bad and begun is not None:
                    described.append((facts, begun, edge))
                    begun = None
        for facts, starts, ends in sorted(described, key=lambda span: (span[1], span[0].channel, span[0].applicant)):
            twin = replace(facts, channel="online")
            if facts.channel == "counter" and (twin, starts, ends) in described:
                continue
            both = facts.channel == "online" and (replace(facts, channel="counter"), starts, ends) in described
            yield code, rule.name, rule.kind, replace(facts, channel=ANY) if both else facts, starts, ends


def _people(rules: Sequence[Rule]) -> Iterator[Facts]:
    """Yield every sort of person, place and channel that the rules tell apart, and "any other"."""
    dimensions = [
        ("online", "counter"),
        sorted({rule.applicant for rule in rules}),
        sorted({rule.area for rule in rules}),
        (False, True) if any(rule.timing != ANY for rule in rules) else (False,),
    ]
    for channel, applicant, area, is_late in product(*dimensions):
        yield Facts(str(channel), applicant=str(applicant), area=str(area), is_late=bool(is_late))
