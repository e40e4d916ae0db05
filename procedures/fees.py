"""What a case costs and why: pure, rules and facts in, lines with their explanation out.

`quote` touches no database: `procedures.schedules` loads the rules. All amounts are whole
đồng. A quote is frozen into a bill, so it carries everything needed to explain it later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date


class FeeUnknown(Exception):
    """No schedule in force says what this case costs: nobody may guess 0."""


@dataclass(frozen=True, slots=True)
class Tier:
    """Units up to and including `up_to` cost `price` each; None means all that follow."""

    up_to: int | None
    price: int


@dataclass(frozen=True, slots=True)
class Reduction:
    """A group that pays `percent` less; 100 is full exemption."""

    group: str
    name: str
    percent: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One fee rule in force, as data. `starts` and `ends` bound it (half-open)."""

    rule_id: int
    schedule_id: int
    version: int
    code: str
    name: str
    kind: str
    price: int
    legal_basis: str
    starts: date | None = None
    ends: date | None = None
    channel: str = "any"
    unit: str = ""
    quantity_fact: str = ""
    times_fact: str = ""
    free_quantity: int = 0
    tiers: tuple[Tier, ...] = ()
    cap: int | None = None
    reductions: tuple[Reduction, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the amount depends on: channel (online, counter, post), quantities, groups."""

    channel: str = "online"
    quantities: Mapping[str, int] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """One line to pay, with its reason in words."""

    rule: Rule
    gross: int
    amount: int
    explanation: str
    reduction: Reduction | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """What a case costs on a day."""

    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        """Whole đồng to pay."""
        return sum(line.amount for line in self.lines)

    @property
    def is_exempt(self) -> bool:
        """Something would be owed, but not by this person."""
        return self.total == 0 and any(line.gross > 0 for line in self.lines)

    @property
    def is_free(self) -> bool:
        """Nobody pays for this."""
        return all(line.gross == 0 for line in self.lines)


@dataclass(frozen=True, slots=True)
class FactField:
    """A quantity a form must ask for."""

    name: str
    label: str
    unit: str


FACT_LABELS = {
    "pages": ("Số trang", "trang"),
    "copies": ("Số bản", "bản"),
    "persons": ("Số người", "người"),
    "children": ("Số trẻ", "trẻ"),
    "items": ("Số lượng", ""),
}


def quote(rules: Sequence[Rule], facts: Facts, on: date) -> Quote:
    """Compute what is owed under the rules in force on a day.

    A rule for the very channel replaces one of the same code for any channel. Of several
    reductions the best one counts, never their sum (domain.md 2.2). Raises FeeUnknown
    when no rule applies, ValueError for a quantity below one.
    """
    for name, value in facts.quantities.items():
        if value < 1:
            raise ValueError(f"{name} must be at least 1")
    applicable = [rule for rule in rules if _is_in_force(rule, on) and _fits_channel(rule, facts.channel)]
    if not applicable:
        raise FeeUnknown(on.isoformat())
    exact = {rule.code for rule in applicable if rule.channel != "any"}
    chosen = [rule for rule in applicable if rule.channel != "any" or rule.code not in exact]
    return Quote(tuple(_line(rule, facts) for rule in chosen))


def fact_fields(rules: Iterable[Rule]) -> list[FactField]:
    """Return the quantities that the rules ask for, each once, in order."""
    names = dict.fromkeys(
        name for rule in rules for name in (rule.quantity_fact, rule.times_fact) if name in FACT_LABELS
    )
    return [FactField(name, *FACT_LABELS[name]) for name in names]


def groups(rules: Iterable[Rule]) -> dict[str, str]:
    """Return the exemption groups that the rules know, slug → name."""
    return {reduction.group: reduction.name for rule in rules for reduction in rule.reductions}


def _is_in_force(rule: Rule, on: date) -> bool:
    return (rule.starts is None or rule.starts <= on) and (rule.ends is None or on < rule.ends)


def _fits_channel(rule: Rule, channel: str) -> bool:
    return rule.channel in ("any", "online" if channel == "online" else "counter")


def _line(rule: Rule, facts: Facts) -> Line:
    gross, explanation = _gross(rule, facts)
    reductions = [r for r in rule.reductions if r.group in facts.groups]
    best = max(reductions, key=lambda reduction: reduction.percent, default=None)
    if best is None or gross == 0:
        return Line(rule, gross, gross, explanation)
    amount = gross - gross * best.percent // 100
    word = "miễn" if best.percent == 100 else f"giảm {best.percent}%"
    return Line(rule, gross, amount, f"{explanation}; {word}: {best.name}", best)


def _gross(rule: Rule, facts: Facts) -> tuple[int, str]:
    units = facts.quantities.get(rule.quantity_fact, 1) if rule.quantity_fact else 1
    charged = max(units - rule.free_quantity, 0)
    if rule.tiers:
        amount, explanation = _tiered(rule, charged)
    else:
        amount = rule.price * charged
        explanation = f"{money(rule.price)} × {charged} {_unit(rule)}" if rule.quantity_fact else money(rule.price)
    if rule.cap is not None and amount > rule.cap:
        amount = rule.cap
        explanation = f"tối đa {money(rule.cap)}"
    times = facts.quantities.get(rule.times_fact, 1) if rule.times_fact else 1
    if rule.times_fact:
        explanation = f"({explanation}) × {times} {FACT_LABELS[rule.times_fact][1]}"
    return amount * times, explanation


def _tiered(rule: Rule, units: int) -> tuple[int, str]:
    amount, passed, parts = 0, 0, []
    for tier in rule.tiers:
        upper = units if tier.up_to is None else min(units, tier.up_to)
        inside = max(upper - passed, 0)
        if inside:
            amount += inside * tier.price
            parts.append(f"{money(tier.price)} × {inside} {_unit(rule)}")
        passed = max(passed, upper)
    return amount, " + ".join(parts) or money(0)


def _unit(rule: Rule) -> str:
    return FACT_LABELS[rule.quantity_fact][1] or rule.unit


def money(amount: int) -> str:
    """Write an amount as Vietnamese do: 150.000 đ."""
    return f"{amount:,} đ".replace(",", ".")
