"""The gross amount of a rule (quantity, tiers, cap) and its formula in words."""

from __future__ import annotations

from collections.abc import Sequence

from core.values.money import dong

from .errors import QuantityMissing
from .inputs import FACT_LABELS, conditions
from .records import Facts, Quantity, Rule


def gross(rule: Rule, facts: Facts) -> tuple[int, str]:
    """Return the amount before reductions and its explanation.

    Raises QuantityMissing when the facts lack a number that the rule multiplies by.
    """
    units = _quantity(rule, rule.quantity_fact, facts)
    amount, explanation = _of_one(rule, units) if isinstance(units, int) else _of_each(rule, units)
    times = _quantity(rule, rule.times_fact, facts)
    if not isinstance(times, int):
        raise QuantityMissing(rule.code, rule.times_fact)
    if rule.times_fact:
        explanation = f"({explanation}) × {times} {FACT_LABELS[rule.times_fact][1]}"
    named = conditions(rule)
    return amount * times, f"{explanation} – {named}" if named else explanation


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


def _of_each(rule: Rule, units: Sequence[int]) -> tuple[int, str]:
    """Price several papers one by one: tiers and cap hold for each."""
    amounts = [_of_one(rule, each)[0] for each in units]
    counted = ", ".join(map(str, units))
    return sum(amounts), f"{len(units)} giấy tờ ({counted} {_unit(rule)}): {' + '.join(map(dong, amounts))}"


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
