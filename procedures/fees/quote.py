"""The quote: one line per fee, with the best single reduction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from core.values.money import dong

from .amounts import gross
from .errors import FeeGap, FeeUnknown
from .records import ANY, Facts, Line, Quote, Reduction, Rule
from .selection import choose, fits_channel, is_in_force, lost


def quote(rules: Sequence[Rule], facts: Facts, on: date) -> Quote:
    """Compute what is owed on a day.

    `rules` are those in force and, so that a gap shows, those that ended before. Of the
    rules for one line the most specific holds; of several reductions the best one counts,
    never their sum (docs/reference/fees.md#how-an-amount-is-determined).
    Raises FeeUnknown when no rule applies, FeeGap when a line charged before has none, FeeAmbiguous
    when two fit, QuantityMissing when a rule counts what the facts do not; ValueError for a quantity below one.
    """
    for name, value in facts.quantities.items():
        if min([value] if isinstance(value, int) else value, default=0) < 1:
            raise ValueError(f"{name} must be at least 1")
    chosen = choose(rules, facts, on)
    for rule in lost(rules, facts, on, chosen):
        raise FeeGap(rule.code, rule.name, rule.kind, facts.channel, on)
    if not chosen:
        raise FeeUnknown(on.isoformat())
    return Quote(tuple(_line(rule, facts, on) for rule in chosen))


def with_amounts(quoted: Quote, amounts: Mapping[str, int]) -> Quote:
    """Return the quote with the amounts an officer set after examination, by the lines' codes.

    Reductions are the officer's to weigh: the amount set is the amount owed. Raises
    ValueError for a missing, unknown or negative amount.
    """
    open_codes = {line.rule.code for line in quoted.lines if line.is_to_be_determined}
    if set(amounts) != open_codes or any(amount < 0 for amount in amounts.values()):
        raise ValueError(f"amounts of {sorted(open_codes)} are needed, each 0 or more")

    def settled(line: Line) -> Line:
        if not line.is_to_be_determined:
            return line
        amount = amounts[line.rule.code]
        words = f"{dong(amount)} theo kết quả thẩm định"
        return replace(line, gross=amount, amount=amount, explanation=words, is_to_be_determined=False)

    return Quote(tuple(settled(line) for line in quoted.lines))


def _line(rule: Rule, facts: Facts, on: date) -> Line:
    if rule.is_to_be_determined:
        return Line(rule, 0, 0, "xác định sau khi thẩm định hồ sơ", is_to_be_determined=True)
    amount, explanation = gross(rule, facts)
    best = next(iter(_fitting(rule, facts, on, amount)), None)
    if best is None:
        return Line(rule, amount, amount, explanation)
    return Line(rule, amount, amount - best.saved(amount), f"{explanation}; {_words(best)}", best)


def weighed(line: Line, facts: Facts, on: date) -> list[Reduction]:
    """Return the reductions somebody may claim on a line, the best one first: only that one counts."""
    return _fitting(line.rule, facts, on, line.gross)


def _fitting(rule: Rule, facts: Facts, on: date, amount: int) -> list[Reduction]:
    fitting = [
        reduction
        for reduction in rule.reductions
        if (not reduction.group or reduction.group in facts.groups)
        and reduction.kind in (ANY, rule.kind)
        and fits_channel(reduction.channel, facts.channel)
        and is_in_force(reduction, on)
        and reduction.saved(amount) > 0
    ]
    return sorted(fitting, key=lambda reduction: -reduction.saved(amount))


def _words(reduction: Reduction) -> str:
    if reduction.percent == 100:
        word = "miễn"
    else:
        word = f"giảm {reduction.percent}%" if reduction.percent else f"giảm {dong(reduction.amount)}"
    proof = f" (cần {reduction.evidence})" if reduction.evidence else ""
    until = f", đến hết {reduction.ends - timedelta(days=1):%d/%m/%Y}" if reduction.ends else ""
    return f"{word}: {reduction.name}{until}{proof}"
