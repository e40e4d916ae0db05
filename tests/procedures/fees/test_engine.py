"""The fee engine without a database: selection, reductions, gaps; properties over thousands of rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.fees import (
    FactField,
    Facts,
    FeeAmbiguous,
    FeeGap,
    FeeUnknown,
    Quantity,
    QuantityMissing,
    Reduction,
    Rule,
    Tier,
    choice_fields,
    clashes,
    gaps,
    quote,
    read_counts,
)
from tests.support.fee_rules import DAY, rule

EVERYBODY = frozenset({"a", "b"})


def test_no_rule_in_force_is_not_zero() -> None:
    with pytest.raises(FeeUnknown):
        quote([], Facts(), DAY)
    with pytest.raises(FeeUnknown):
        quote([rule(starts=date(2026, 7, 1))], Facts(), DAY)


def test_the_most_specific_rule_of_a_line_holds() -> None:
    rules = [
        rule(price=4),
        rule(price=3, channel="online"),
        rule(price=2, channel="online", applicant="household"),
        rule(price=1, case=7, channel="online", applicant="household"),
    ]
    assert quote(rules, Facts("counter"), DAY).total == 4
    assert quote(rules, Facts("online"), DAY).total == 3
    assert quote(rules[:3], Facts("online", applicant="household"), DAY).total == 2
    assert quote(rules, Facts("online", applicant="household"), DAY).total == 1


def test_two_rules_that_fit_equally_well_are_refused_and_found_by_the_editor() -> None:
    rules = [rule(channel="online"), rule(applicant="household", ends=date(2027, 1, 1))]
    with pytest.raises(FeeAmbiguous):
        quote(rules, Facts("online", applicant="household"), DAY)
    assert quote(rules, Facts("online"), DAY).total == 100_000
    [clash] = clashes(rules)
    assert (clash.facts.channel, clash.facts.applicant, clash.ends) == ("online", "household", date(2027, 1, 1))


def test_post_costs_what_the_counter_costs() -> None:
    rules = [rule(price=2, channel="counter"), rule(price=1, channel="online")]
    assert quote(rules, Facts("post"), DAY).total == 2


def test_a_late_registration_has_its_own_price() -> None:
    rules = [rule(price=0, timing="on_time"), rule(price=5000, timing="late")]
    assert quote(rules, Facts(), DAY).is_free
    assert quote(rules, Facts(is_late=True), DAY).total == 5000
    assert [field.name for field in choice_fields(rules)] == ["timing"]


def test_a_line_that_ended_is_a_gap_for_those_it_was_charged_to_only() -> None:
    rules = [rule(), rule(code="B", kind="le_phi", channel="counter", ends=DAY)]
    assert quote(rules, Facts("online"), DAY).total == 100_000
    with pytest.raises(FeeGap) as raised:
        quote(rules, Facts("counter"), DAY)
    assert (raised.value.code, raised.value.kind, raised.value.on) == ("B", "le_phi", DAY)


def test_a_line_abolished_by_a_rule_of_zero_is_no_gap() -> None:
    rules = [rule(), rule(code="B", ends=DAY), rule(code="B", price=0, starts=DAY)]
    assert quote(rules, Facts(), DAY).total == 100_000
    assert gaps(rules) == []


def test_the_editor_is_told_case_kind_channel_and_dates_of_a_gap() -> None:
    later = date(2027, 3, 1)
    rules = [
        rule(),
        rule(code="B", kind="le_phi", channel="counter", ends=DAY),
        rule(code="B", kind="le_phi", channel="counter", starts=later),
    ]
    [gap] = gaps(rules)
    assert (gap.code, gap.kind, gap.facts.channel, gap.starts, gap.ends) == ("B", "le_phi", "counter", DAY, later)


def test_a_gap_on_both_channels_is_told_once() -> None:
    [gap] = gaps([rule(ends=DAY)])
    assert (gap.facts.channel, gap.starts, gap.ends) == ("any", DAY, None)


def test_the_best_single_reduction_counts_and_never_the_sum() -> None:
    halves = (Reduction("a", "A", percent=50), Reduction("b", "B", amount=60_000, evidence="giấy B"))
    line = quote([rule(reductions=halves)], Facts(groups=EVERYBODY), DAY).lines[0]
    assert line.amount == 40_000
    assert line.reduction and line.reduction.group == "b"
    assert "giảm 60.000\u00a0đ: B (cần giấy B)" in line.explanation


def test_a_scheme_for_all_holds_in_its_time_channel_and_kind() -> None:
    scheme = Reduction("", "TT 64/2025", percent=50, kind="le_phi", channel="online", starts=DAY, ends=date(2027, 1, 1))
    rules = [rule(reductions=(scheme,)), rule(code="B", kind="le_phi", reductions=(scheme,))]
    assert quote(rules, Facts("online"), DAY).total == 150_000
    assert quote(rules, Facts("counter"), DAY).total == 200_000
    assert quote(rules, Facts("online"), date(2026, 5, 31)).total == 200_000
    assert quote(rules, Facts("online"), date(2027, 1, 1)).total == 200_000


def test_the_line_explains_itself_to_a_citizen() -> None:
    tiered = rule(
        quantity_fact="pages",
        times_fact="copies",
        tiers=(Tier(2, 2000), Tier(None, 1000)),
        channel="counter",
        reductions=(Reduction("a", "Hộ nghèo", percent=50, legal_basis="NQ 2"),),
    )
    facts = Facts("counter", {"pages": 3, "copies": 2}, frozenset({"a"}))
    line = quote([tiered], facts, DAY).lines[0]
    assert line.explanation == (
        "(2.000\u00a0đ × 2 trang + 1.000\u00a0đ × 1 trang) × 2 bản – nộp tại quầy; giảm 50%: Hộ nghèo"
    )
    assert line.legal_basis == "TT 1; NQ 2"


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_quantity_below_one_is_refused(quantity: int) -> None:
    with pytest.raises(ValueError, match="pages"):
        quote([rule(quantity_fact="pages")], Facts(quantities={"pages": quantity}), DAY)


REDUCTIONS = st.lists(
    st.builds(
        Reduction,
        group=st.sampled_from(["", "a", "b"]),
        name=st.just("x"),
        percent=st.integers(0, 100),
        amount=st.integers(0, 300_000),
        channel=st.sampled_from(["any", "online", "counter"]),
        kind=st.sampled_from(["any", "phi", "le_phi"]),
    ),
    max_size=4,
)


@st.composite
def priced(draw: st.DrawFn, code: str) -> Rule:
    edges = sorted(draw(st.sets(st.integers(1, 200), max_size=3)))
    prices = [draw(st.integers(0, 100_000)) for _ in range(len(edges) + 1)]
    tiers = tuple(Tier(edge, price) for edge, price in zip([*edges, None], prices, strict=True))
    return rule(
        code=code,
        kind=draw(st.sampled_from(["phi", "le_phi"])),
        price=prices[0],
        tiers=tiers if draw(st.booleans()) else (),
        cap=draw(st.one_of(st.none(), st.integers(0, 500_000))),
        quantity_fact="pages",
        times_fact=draw(st.sampled_from(["", "copies"])),
        free_quantity=draw(st.integers(0, 3)),
        reductions=tuple(draw(REDUCTIONS)),
    )


RULES = st.tuples(priced("A"), priced("B"))


@given(
    rules=RULES, pages=st.integers(1, 500), copies=st.integers(1, 50), channel=st.sampled_from(["online", "counter"])
)
def test_more_never_costs_less_nothing_is_negative_and_the_lines_add_up(
    rules: tuple[Rule, ...], pages: int, copies: int, channel: str
) -> None:
    def total(pages: int, copies: int) -> int:
        quoted = quote(rules, Facts(channel, {"pages": pages, "copies": copies}, EVERYBODY), DAY)
        assert all(0 <= line.amount <= line.gross for line in quoted.lines)
        assert quoted.total == sum(line.amount for line in quoted.lines)
        return quoted.total

    assert 0 <= total(pages, copies) <= total(pages + 1, copies)
    assert total(pages, copies) <= total(pages, copies + 1)


@given(rules=RULES, pages=st.integers(1, 500), more=REDUCTIONS)
def test_a_group_or_a_further_reduction_never_makes_it_dearer(
    rules: tuple[Rule, ...], pages: int, more: list[Reduction]
) -> None:
    facts = Facts(quantities={"pages": pages, "copies": 1})
    in_group = replace(facts, groups=EVERYBODY)
    further = [replace(rule, reductions=(*rule.reductions, *more)) for rule in rules]
    assert quote(rules, in_group, DAY).total <= quote(rules, facts, DAY).total
    assert quote(further, in_group, DAY).total <= quote(rules, in_group, DAY).total


def test_several_papers_are_priced_one_by_one() -> None:
    """Three papers of 3, 1 and 5 pages, two copies of each: tiers and the cap hold for each paper."""
    tiers = (Tier(2, 2_000), Tier(None, 1_000))
    certified = rule(quantity_fact="pages", times_fact="copies", tiers=tiers, cap=200_000, unit="trang")
    quoted = quote([certified], Facts("online", {"pages": [3, 1, 5], "copies": 2}), DAY)
    assert quoted.total == 2 * (5_000 + 2_000 + 7_000)
    assert quoted.lines[0].explanation.replace("\u00a0", " ") == (
        "3 giấy tờ (3 trang: 5.000 đ × 2 bản; 1 trang: 2.000 đ × 2 bản; 5 trang: 7.000 đ × 2 bản)"
    )
    assert quote([certified], Facts("online", {"pages": [300, 1], "copies": 1}), DAY).total == 202_000
    with pytest.raises(ValueError, match="pages"):
        quote([certified], Facts("online", {"pages": [3, 0], "copies": 1}), DAY)


def test_each_paper_has_its_own_number_of_copies() -> None:
    """A paper of four pages three times, one of a single page once: 18.000 + 2.000."""
    tiers = (Tier(2, 2_000), Tier(None, 1_000))
    certified = rule(quantity_fact="pages", times_fact="copies", tiers=tiers, cap=200_000, unit="trang")
    line = quote([certified], Facts(quantities={"pages": [4, 1], "copies": [3, 1]}), DAY).lines[0]
    assert line.amount == 20_000
    assert line.explanation.replace("\u00a0", " ") == "2 giấy tờ (4 trang: 6.000 đ × 3 bản; 1 trang: 2.000 đ × 1 bản)"
    mismatched: list[dict[str, Quantity]] = [
        {"pages": [4, 1], "copies": [3]},
        {"pages": 4, "copies": [3, 1]},
        {"pages": [4, 1]},
    ]
    for wrong in mismatched:
        with pytest.raises(QuantityMissing):
            quote([certified], Facts(quantities=wrong), DAY)
    with pytest.raises(ValueError, match="copies"):
        quote([certified], Facts(quantities={"pages": [4, 1], "copies": [3, 0]}), DAY)


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(1, 60)), min_size=2, max_size=30))
def test_papers_together_cost_what_each_costs_and_a_bill_has_room_for_the_words(papers: list[tuple[int, int]]) -> None:
    tiers = (Tier(2, 2_000), Tier(None, 1_000))
    certified = rule(quantity_fact="pages", times_fact="copies", tiers=tiers, cap=200_000, unit="trang")
    together = quote(
        [certified], Facts(quantities={"pages": [p for p, _c in papers], "copies": [c for _p, c in papers]}), DAY
    )
    single = [quote([certified], Facts(quantities={"pages": p, "copies": c}), DAY).total for p, c in papers]
    assert together.total == sum(single)
    assert len(together.lines[0].explanation) <= 400


PAGES, COPIES = FactField("pages", "Số trang", "trang", is_per_paper=True), FactField("copies", "Số bản", "bản", True)


@pytest.mark.parametrize(
    ("pages", "copies", "quantities"),
    [
        (["3"], ["2"], {"pages": 3, "copies": 2}),
        (["4", "1"], ["3", "1"], {"pages": [4, 1], "copies": [3, 1]}),
        (["4", "1", ""], ["3", "1", ""], {"pages": [4, 1], "copies": [3, 1]}),
        (["4 trang"], [" 3 bản "], {"pages": 4, "copies": 3}),
        (["4, 1"], ["3"], {"pages": [4, 1], "copies": [3, 3]}),  # as drafts before there were rows
        (["4 và 1"], ["3, 1"], {"pages": [4, 1], "copies": [3, 1]}),
        (["3;1 5", "2"], ["1", "4"], {"pages": [3, 1, 5, 2], "copies": [1, 1, 1, 4]}),
        (["1.200"], ["1"], {"pages": 1200, "copies": 1}),
    ],
)
def test_papers_are_read_as_people_write_them(pages: list[str], copies: list[str], quantities: object) -> None:
    counts = read_counts([PAGES, COPIES], {"pages": pages, "copies": copies})
    assert not counts.faults
    assert counts.quantities == quantities


@pytest.mark.parametrize(
    ("pages", "copies", "faults"),
    [
        (["hai"], ["1"], {"pages": ["Không đọc được “hai”. Hãy viết một số nguyên, ví dụ 3."]}),
        (["0"], ["-3"], {"pages": ["Ít nhất là 1."], "copies": ["Ít nhất là 1."]}),
        ([""], [""], {"pages": ["Hãy điền số."], "copies": ["Hãy điền số."]}),
        (["4", "1"], ["3", ""], {"copies": ["Giấy tờ 2: Hãy điền số."]}),
        (["3"], ["1,5"], {"copies": ["Không đọc được “1,5”. Hãy viết một số nguyên, ví dụ 3."]}),
        (["2.5"], ["1"], {"pages": ["Không đọc được “2.5”. Hãy viết một số nguyên, ví dụ 3."]}),
        (["1,200"], ["1"], {"pages": ["Không đọc được “1,200”. Hãy viết một số nguyên, ví dụ 3."]}),
        (["10001"], ["1"], {"pages": ["Nhiều nhất là 10.000."]}),
        (["4, 1, 2"], ["3, 1"], {"pages": ["Không đọc được “4, 1, 2”. Hãy viết một số nguyên, ví dụ 3."],
                                 "copies": ["Không đọc được “3, 1”. Hãy viết một số nguyên, ví dụ 3."]}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_counted_as_nothing(
    pages: list[str], copies: list[str], faults: dict[str, list[str]]
) -> None:
    counts = read_counts([PAGES, COPIES], {"pages": pages, "copies": copies})
    assert counts.faults == faults


def test_a_number_that_was_not_asked_yet_begins_with_one_and_a_single_one_has_one_row() -> None:
    assert read_counts([PAGES, COPIES], {}).quantities == {"pages": 1, "copies": 1}
    persons = FactField("persons", "Số người", "người")
    assert read_counts([persons], {"persons": ["5", "7"]}).quantities == {"persons": 5}
    assert list(read_counts([persons], {"persons": ["5, 7"]}).faults) == ["persons"]
    assert read_counts([], {}).quantities == {}
