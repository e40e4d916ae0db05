"""Each number and day at which a fee changes, from both sides, and the words a bill keeps of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from procedures.fees import Facts, FeeAmbiguous, Quote, Reduction, Rule, Tier, quote, with_amounts
from procedures.fees.errors import QuantityMissing
from procedures.fees.quote import weighed
from procedures.fees.selection import best_by_code, fits, in_force, next_edge, specificity
from tests.support.fee_rules import DAY, rule

DAY_BEFORE, DAY_AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)
EVERY_GROUP = frozenset({"a", "b"})


def line(of: Rule, facts: Facts | None = None) -> Any:
    (priced,) = quote([of], facts or Facts(groups=EVERY_GROUP), DAY).lines
    return priced


def priced(of: Rule, **quantities: Any) -> tuple[int, str]:
    found = line(of, Facts(quantities=quantities))
    assert (found.gross, found.reduction, found.is_to_be_determined) == (found.amount, None, False)
    return found.amount, found.explanation.replace("\u00a0", " ")


TIERS = (Tier(2, 2_000), Tier(5, 1_000), Tier(None, 500))


@pytest.mark.parametrize(
    ("values", "quantities", "expected"),
    [
        ({"price": 7}, {}, (7, "7 đ")),
        ({"price": 7, "quantity_fact": "pages"}, {"pages": 3}, (21, "7 đ × 3 trang")),
        ({"price": 7, "quantity_fact": "items", "unit": "cái"}, {"items": 3}, (21, "7 đ × 3 cái")),
        ({"price": 7, "quantity_fact": "pages", "unit": "tờ"}, {"pages": 3}, (21, "7 đ × 3 trang")),
        ({"price": 7, "times_fact": "copies"}, {"copies": 3}, (21, "(7 đ) × 3 bản")),
        ({"price": 7, "channel": "counter"}, {}, None),
        ({"tiers": TIERS, "quantity_fact": "pages"}, {"pages": 1}, (2_000, "2.000 đ × 1 trang")),
        ({"tiers": TIERS, "quantity_fact": "pages"}, {"pages": 2}, (4_000, "2.000 đ × 2 trang")),
        (
            {"tiers": TIERS, "quantity_fact": "pages"},
            {"pages": 3},
            (5_000, "2.000 đ × 2 trang + 1.000 đ × 1 trang"),
        ),
        (
            {"tiers": TIERS, "quantity_fact": "pages"},
            {"pages": 7},
            (8_000, "2.000 đ × 2 trang + 1.000 đ × 3 trang + 500 đ × 2 trang"),
        ),
        (
            {"tiers": TIERS, "quantity_fact": "pages", "free_quantity": 4},
            {"pages": 3},
            (0, "0 đ (không tính 4 trang đầu)"),
        ),
        (
            {"price": 7, "quantity_fact": "pages", "free_quantity": 2},
            {"pages": 3},
            (7, "7 đ × 1 trang (không tính 2 trang đầu)"),
        ),
        (
            {"price": 7, "quantity_fact": "pages", "free_quantity": 4},
            {"pages": 3},
            (0, "7 đ × 0 trang (không tính 4 trang đầu)"),
        ),
        ({"price": 7, "free_quantity": 1}, {}, (0, "7 đ")),
        ({"price": 7, "quantity_fact": "pages", "cap": 21}, {"pages": 3}, (21, "7 đ × 3 trang")),
        ({"price": 7, "quantity_fact": "pages", "cap": 20}, {"pages": 3}, (20, "tối đa 20 đ")),
        ({"price": 7, "cap": 0}, {}, (0, "tối đa 0 đ")),
        (
            {"price": 7, "quantity_fact": "pages", "cap": 20},
            {"pages": [3, 1]},
            (27, "2 giấy tờ (3 trang: 20 đ; 1 trang: 7 đ)"),
        ),
    ],
)
def test_an_amount_and_its_words(values: Any, quantities: Any, expected: Any) -> None:
    if expected:
        assert priced(rule(**values), **quantities) == expected
    else:
        assert line(rule(**values), Facts("counter")).explanation == "7\u00a0đ – nộp tại quầy"


@pytest.mark.parametrize("quantities", [{}, {"copies": [1, 2]}])
def test_what_multiplies_is_one_number(quantities: Any) -> None:
    with pytest.raises(QuantityMissing):
        priced(rule(times_fact="copies"), **quantities)


def test_no_paper_at_all_is_no_quantity() -> None:
    with pytest.raises(ValueError, match="pages must be"):
        priced(rule(quantity_fact="pages"), pages=[])


@pytest.mark.parametrize(
    ("reduction", "amount", "words"),
    [
        (Reduction("a", "N", percent=100), 0, "miễn: N"),
        (Reduction("a", "N", percent=99), 1_000, "giảm 99%: N"),
        (Reduction("a", "N", amount=1, evidence="giấy B"), 99_999, "giảm 1\u00a0đ: N (cần giấy B)"),
        (Reduction("", "N", percent=50, ends=date(2027, 1, 1)), 50_000, "giảm 50%: N, đến hết 31/12/2026"),
        (Reduction("a", "N"), 100_000, None),
        (Reduction("c", "N", percent=50), 100_000, None),
        (Reduction("a", "N", percent=50, kind="phi"), 50_000, "giảm 50%: N"),
        (Reduction("a", "N", percent=50, kind="le_phi"), 100_000, None),
        (Reduction("a", "N", percent=50, channel="counter"), 100_000, None),
        (Reduction("a", "N", percent=50, starts=DAY), 50_000, "giảm 50%: N"),
        (Reduction("a", "N", percent=50, starts=DAY_AFTER), 100_000, None),
        (Reduction("a", "N", percent=50, ends=DAY), 100_000, None),
    ],
)
def test_a_reduction_and_its_words(reduction: Reduction, amount: int, words: str | None) -> None:
    found = line(rule(reductions=(reduction,)))
    assert (found.gross, found.amount, found.is_to_be_determined) == (100_000, amount, False)
    assert found.reduction == (reduction if words else None)
    assert found.explanation == "100.000\u00a0đ" + (f"; {words}" if words else "")


def test_reductions_are_weighed_the_best_first() -> None:
    small, large = Reduction("a", "S", percent=10), Reduction("b", "L", percent=60)
    found = line(rule(reductions=(small, large)))
    assert weighed(found, Facts(groups=EVERY_GROUP), DAY) == [large, small]


def open_quote() -> Quote:
    lines = [rule(is_to_be_determined=True), rule(code="B", is_to_be_determined=True), rule(code="C", price=5)]
    return quote(lines, Facts(), DAY)


def test_what_is_examined_first_has_no_amount_until_an_officer_sets_it() -> None:
    found = open_quote()
    assert [(each.gross, each.amount, each.is_to_be_determined) for each in found.lines] == [
        (0, 0, True),
        (0, 0, True),
        (5, 5, False),
    ]
    settled = with_amounts(found, {"A": 0, "B": 7_000})
    assert [(each.gross, each.amount, each.is_to_be_determined) for each in settled.lines] == [
        (0, 0, False),
        (7_000, 7_000, False),
        (5, 5, False),
    ]
    assert settled.lines[1].explanation == "7.000\u00a0đ theo kết quả thẩm định"
    assert settled.lines[2] == found.lines[2]


@pytest.mark.parametrize("amounts", [{}, {"A": 1}, {"A": 1, "B": -1}, {"A": 1, "B": 1, "C": 1}])
def test_other_amounts_than_those_are_refused(amounts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"amounts of \['A', 'B'\] are needed"):
        with_amounts(open_quote(), amounts)


def test_a_rule_holds_from_its_first_day_to_the_day_before_its_end() -> None:
    rules = [
        rule(code="always"),
        rule(code="from", starts=DAY),
        rule(code="later", starts=DAY_AFTER),
        rule(code="until", ends=DAY_AFTER),
        rule(code="ended", ends=DAY),
    ]
    assert [each.code for each in in_force(rules, DAY)] == ["always", "from", "until"]


def test_the_next_day_on_which_something_begins_or_ends() -> None:
    assert next_edge([rule()], DAY) is None
    assert next_edge([rule(starts=DAY, ends=DAY_BEFORE)], DAY) is None
    far = date(2028, 1, 1)
    assert next_edge([rule(starts=DAY_AFTER, ends=far)], DAY) == DAY_AFTER
    assert next_edge([rule(ends=far), rule()], DAY) == far
    assert next_edge([rule(ends=far, reductions=(Reduction("a", "A", starts=DAY_AFTER),))], DAY) == DAY_AFTER
    assert next_edge([rule(reductions=(Reduction("a", "A", starts=DAY, ends=far),))], DAY) == far


@pytest.mark.parametrize(
    ("name", "own", "other"),
    [("channel", "online", "counter"), ("applicant", "household", "enterprise"), ("area", "ward", "commune")],
)
def test_a_rule_speaks_of_those_it_names(name: str, own: str, other: str) -> None:
    named = rule(**{name: own})
    assert fits(named, replace(Facts(), **{name: own}))  # type: ignore[arg-type]
    assert not fits(named, replace(Facts(), **{name: other}))  # type: ignore[arg-type]
    assert fits(rule(), replace(Facts(), **{name: other}))  # type: ignore[arg-type]
    assert (specificity(rule()), specificity(named), specificity(replace(named, case=1))) == (0, 1, 2)


def test_late_and_on_time_have_their_own_rules() -> None:
    late, on_time = rule(timing="late"), rule(timing="on_time")
    assert [fits(late, Facts(is_late=is_late)) for is_late in (True, False)] == [True, False]
    assert [fits(on_time, Facts(is_late=is_late)) for is_late in (True, False)] == [False, True]
    assert specificity(late) == 1
    assert all(fits(rule(), Facts(is_late=is_late)) for is_late in (True, False))


def test_the_most_specific_rules_of_a_line_are_kept_in_whatever_order_they_come() -> None:
    general, online, household = rule(), rule(channel="online"), rule(applicant="household")
    for rules in ([general, online, household], [online, general, household], [online, household, general]):
        assert best_by_code(rules) == {"A": [online, household]}
    with pytest.raises(FeeAmbiguous):
        quote([general, general], Facts(), DAY)


def test_what_only_comes_later_is_no_gap() -> None:
    later = rule(code="B", starts=DAY_AFTER)
    for each in (later, replace(later, ends=date(2028, 1, 1))):
        assert quote([rule(), each], Facts(), DAY).total == 100_000
