"""The fee calculator of a procedure's page: answers in, lines and explanation out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.http import QueryDict

from procedures.fees import (
    ChoiceField,
    Counts,
    Facts,
    FeeUnknown,
    Line,
    Quote,
    Reduction,
    Rule,
    choice_fields,
    fact_fields,
    group_fields,
    in_force,
    next_edge,
    quote,
    read_counts,
    weighed,
)
from procedures.models import ProcedureCase


@dataclass(frozen=True, slots=True)
class Question:
    """ "Am I exempt?" for one group: `saved` is what a yes would take off, whole đồng."""

    slug: str
    group: Reduction
    is_chosen: bool
    saved: int
    is_free: bool


@dataclass(frozen=True, slots=True)
class Explained:
    """A line with the claims that lost against a better one: reductions are never added up."""

    line: Line
    not_counted: tuple[Reduction, ...]


@dataclass(frozen=True, slots=True)
class Later:
    """What the same answers cost from a day on."""

    on: date
    online: Quote
    counter: Quote


@dataclass(frozen=True, slots=True)
class Offer:
    """One case on the page: the questions of its calculator with their answers, and the amounts.

    There is no amount where a number cannot be read (`counts.faults`): nobody may take a guess for an answer.
    """

    case: ProcedureCase
    counts: Counts
    choices: tuple[tuple[ChoiceField, str], ...]
    questions: tuple[Question, ...]
    online: Quote | None
    counter: Quote | None
    lines: tuple[Explained, ...]
    later: Later | None = None

    @property
    def asks(self) -> bool:
        """The amount depends on something."""
        return bool(self.counts.fields or self.choices or self.questions)

    @property
    def may_begin(self) -> bool:
        """Something says what it costs, or will once the numbers can be read."""
        return bool(self.online or self.counts.faults)

    @property
    def is_dearer_at_counter(self) -> bool:
        """Who comes to the counter pays another amount."""
        return bool(self.online and self.counter and self.online.total != self.counter.total)

    @property
    def evidence(self) -> list[str]:
        """What must be shown for the reductions that count."""
        claimed = (explained.line.reduction for explained in self.lines)
        return list(dict.fromkeys(reduction.evidence for reduction in claimed if reduction and reduction.evidence))


def offer(
    case: ProcedureCase,
    rules: list[Rule],
    parameters: QueryDict,
    on: date,
    rules_on: Callable[[ProcedureCase, date], list[Rule]] | None = None,
) -> Offer:
    """Answer for one case; `parameters` count when they name the case.

    With `rules_on` the answer includes what changes on the next day within a year on which anything does.
    """
    current = in_force(rules, on)
    answers = parameters if parameters.get("case") == case.slug else QueryDict()
    counts = read_counts(fact_fields(current), dict(answers.lists()))
    choices = tuple((field, _choice(field, answers.get(field.name, ""))) for field in choice_fields(current))
    groups = group_fields(current)
    picked = {field.name: value for field, value in choices}
    facts = Facts(
        "online",
        {} if counts.faults else counts.quantities,
        frozenset(answers.getlist("group")) & groups.keys(),
        applicant=picked.get("applicant", "individual"),
        area=picked.get("area", ""),
        is_late=picked.get("timing") == "late",
    )
    if counts.faults:
        return Offer(case, counts, choices, _unweighed(facts, groups), None, None, ())
    online, counter = _quote(rules, facts, on), _quote(rules, replace(facts, channel="counter"), on)
    edge = next_edge(rules, on)
    is_near = edge and edge - on < timedelta(days=366)
    return Offer(
        case,
        counts,
        choices,
        _questions(rules, facts, on, groups),
        online,
        counter,
        tuple(Explained(line, tuple(weighed(line, facts, on)[1:])) for line in (online.lines if online else ())),
        _later(rules_on(case, edge), facts, edge, (online, counter)) if rules_on and edge and is_near else None,
    )


def _later(rules: list[Rule], facts: Facts, on: date, now: tuple[Quote | None, Quote | None]) -> Later | None:
    online, counter = _quote(rules, facts, on), _quote(rules, replace(facts, channel="counter"), on)
    if not online or not counter or not online.is_determined or not counter.is_determined:
        return None
    is_changed = any(not today or today.total != then.total for today, then in zip(now, (online, counter), strict=True))
    return Later(on, online, counter) if is_changed else None


def _questions(rules: list[Rule], facts: Facts, on: date, groups: Mapping[str, Reduction]) -> tuple[Question, ...]:
    plain = _quote(rules, replace(facts, groups=frozenset()), on)
    if plain is None:
        return ()
    questions = []
    for slug, group in groups.items():
        reduced = _quote(rules, replace(facts, groups=frozenset({slug})), on)
        saved = plain.total - reduced.total if reduced else 0
        is_free = bool(reduced and reduced.is_exempt)
        questions.append(Question(slug, group, slug in facts.groups, saved, is_free))
    return tuple(questions)


def _unweighed(facts: Facts, groups: Mapping[str, Reduction]) -> tuple[Question, ...]:
    """Return the questions where there is no amount yet that a yes could lower."""
    return tuple(Question(slug, group, slug in facts.groups, 0, is_free=False) for slug, group in groups.items())


def _quote(rules: list[Rule], facts: Facts, on: date) -> Quote | None:
    try:
        return quote(rules, facts, on)
    except FeeUnknown:
        return None


def _choice(field: ChoiceField, text: str) -> str:
    """Return what was picked, the first option when nothing known was."""
    options = [value for value, _label in field.options]
    return text if text in options else options[0]
