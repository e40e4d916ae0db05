"""Selects the applicable rules: the most specific one for each line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from .errors import FeeAmbiguous
from .records import ANY, Facts, Reduction, Rule


def in_force(rules: Iterable[Rule], on: date) -> list[Rule]:
    """Keep the rules that hold on a day."""
    return [rule for rule in rules if is_in_force(rule, on)]


def is_in_force(item: Rule | Reduction, on: date) -> bool:
    """Tell whether a rule or a reduction holds on a day."""
    return (item.starts is None or item.starts <= on) and (item.ends is None or on < item.ends)


def next_edge(rules: Iterable[Rule], after: date) -> date | None:
    """Return the next day on which a rule or a reduction begins or ends: what things cost may change then."""
    dated: list[Rule | Reduction] = [
        *(rule_list := list(rules)),
        *(each for rule in rule_list for each in rule.reductions),
    ]
    return min((day for item in dated for day in (item.starts, item.ends) if day and day > after), default=None)


def fits_channel(channel: str, requested: str) -> bool:
    """Tell whether a price for `channel` holds for who comes by `requested`; post counts as the counter."""
    return channel in (ANY, "online" if requested == "online" else "counter")


def fits(rule: Rule, facts: Facts) -> bool:
    """Tell whether a rule speaks of such a person, place and channel, whatever the day."""
    return (
        fits_channel(rule.channel, facts.channel)
        and rule.applicant in (ANY, facts.applicant)
        and rule.area in (ANY, facts.area)
        and rule.timing in (ANY, "late" if facts.is_late else "on_time")
    )


def specificity(rule: Rule) -> int:
    """Count the dimensions a rule names: the price for one case and channel beats the general price."""
    named = (rule.channel, rule.applicant, rule.area, rule.timing)
    return sum(value != ANY for value in named) + (rule.case is not None)


def best_by_code(rules: Iterable[Rule]) -> dict[str, list[Rule]]:
    """Return for each line's code its most specific rules; more than one means a clash."""
    best_rules: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        best = best_rules[rule.code]
        if not best or specificity(rule) == specificity(best[0]):
            best.append(rule)
        elif specificity(rule) > specificity(best[0]):
            best_rules[rule.code] = [rule]
    return dict(best_rules)


def choose(rules: Iterable[Rule], facts: Facts, on: date) -> list[Rule]:
    """Return one rule for each line owed. Raises FeeAmbiguous when two fit equally well."""
    best = best_by_code(rule for rule in in_force(rules, on) if fits(rule, facts))
    for code, equals in best.items():
        if len(equals) > 1:
            raise FeeAmbiguous(code, on)
    return [equals[0] for equals in best.values()]


def lost(rules: Iterable[Rule], facts: Facts, on: date, chosen: Iterable[Rule]) -> list[Rule]:
    """Return ended rules whose line nobody charges on this day: what a shrunken quote would hide."""
    codes = {rule.code for rule in chosen}
    ended = {
        rule.code: rule
        for rule in rules
        if rule.code not in codes and rule.ends is not None and rule.ends <= on and fits(rule, facts)
    }
    return list(ended.values())
