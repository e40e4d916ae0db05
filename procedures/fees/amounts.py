"""The gross amount of a rule (quantity, tiers, cap) and its formula in words."""

from __future__ import annotations

from collections.abc import Sequence

from core.values.money import dong

from .errors import QuantityMissing
from .inputs import FACT_LABELS, conditions
from .records import Facts, Quantity, Rule

#: Letters of an explanation of several papers, so that with what follows it fits a bill's line.
_LONGEST = 350


def gross(rule: Rule, facts: Facts) -> tuple[int, str]:
    """Return the amount before reductions and its explanation.

    Raises QuantityMissing when the facts lack a number that the rule multiplies by.
    """
    units = _quantity(rule, rule.quantity_fact, facts)
    times = _quantity(rule, rule.times_fact, facts)
    if isinstance(units, int) and isinstance(times, int):
        amount, explanation = _of_one(rule, units)
        amount *= times
        if rule.times_fact:
            explanation = f"({explanation}) × {times} {FACT_LABELS[rule.times_fact][1]}"
    else:
        amount, explanation = _of_each(rule, units, times)
    named = conditions(rule)
    return amount, f"{explanation} – {named}" if named else explanation


def _of_one(rule: Rule, units: int) -> tuple[int, str]:
    charged = max(units - rule.free_quantity, 0)
    if rule.tiers:
        amount, explanation = _tiered(rule, charged)
    else:
        amount = rule.price * charged
        explanation = f"{dong(rule.price)} × {charged} {_unit(rule)}" if rule.quantity_fact else dong(rule.price)
    if rule.free_quantity and rule.quantity_fact:
        explanation = f"{explanation} (không tính {rule.free_quantity} {_unit(rule)} đầu)"
    if rule.cap is not None and amount > rule.cap:
        amount = rule.cap
        explanation = f"tối đa {dong(rule.cap)}"
    return amount, explanation


def _of_each(rule: Rule, units: Quantity, times: Quantity) -> tuple[int, str]:
    """Price several papers one by one: tiers and cap hold for each copy of each."""
    if isinstance(units, int) or (not isinstance(times, int) and len(times) != len(units)):
        raise QuantityMissing(rule.code, rule.times_fact)
    papers = list(zip(units, [times] * len(units) if isinstance(times, int) else times, strict=True))
    amount = sum(_of_one(rule, each)[0] * copies for each, copies in papers)
    return amount, _papers_in_words(rule, papers)


def _papers_in_words(rule: Rule, papers: Sequence[tuple[int, int]]) -> str:
    """Say what each paper costs; of very many only how many pages and copies: a bill's line has its length."""
    copies = FACT_LABELS[rule.times_fact][1] if rule.times_fact else ""
    parts = [
        f"{units} {_unit(rule)}: {dong(_of_one(rule, units)[0])}" + (f" × {times} {copies}" if copies else "")
        for units, times in papers
    ]
    words = f"{len(papers)} giấy tờ ({'; '.join(parts)})"
    if len(words) <= _LONGEST:
        return words
    briefly = ", ".join(f"{units}×{times}" if copies else str(units) for units, times in papers)
    return f"{len(papers)} giấy tờ ({_unit(rule)}{'×' + copies if copies else ''}: {briefly})"


def _quantity(rule: Rule, name: str, facts: Facts) -> Quantity:
    """Return how many of something there are; 1 for a rule that counts nothing."""
    if not name:
        return 1
    if name not in facts.quantities:
        raise QuantityMissing(rule.code, name)
    return facts.quantities[name]


def _tiered(rule: Rule, units: int) -> tuple[int, str]:
    amount, passed, parts = 0, 0, []
    for tier in rule.tiers:
        upper = units if tier.up_to is None else min(units, tier.up_to)
        inside = max(upper - passed, 0)
        if inside:
            amount += inside * tier.price
            parts.append(f"{dong(tier.price)} × {inside} {_unit(rule)}")
        passed = max(passed, upper)
    return amount, " + ".join(parts) or dong(0)


def _unit(rule: Rule) -> str:
    return FACT_LABELS[rule.quantity_fact][1] or rule.unit
