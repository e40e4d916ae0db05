"""The business rules of docs/reference/business-rules.md about fees, on the real data."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from agencies.models import Agency, AgencySuccession
from procedures.catalogue.search import search
from procedures.fees import FACT_LABELS, Facts, Quote, quote, with_amounts
from procedures.models import FeeRule, Procedure, ProcedureCase
from procedures.schedules.load import rules_for

#: One of whatever is counted.
ONE = dict.fromkeys(FACT_LABELS, 1)


def price(code: str, case: str = "", on: date = date(2026, 11, 23), **facts: Any) -> Quote:
    procedure_case = ProcedureCase.objects.get(procedure__code=code, name__contains=case)
    return quote(rules_for(procedure_case, on), Facts(**{"quantities": ONE, **facts}), on)


pytestmark = pytest.mark.usefixtures("data")


@pytest.mark.django_db
def test_all_the_real_data_is_there() -> None:
    assert Agency.objects.exclude(code="").count() == 414
    assert AgencySuccession.objects.count() == 493
    assert Procedure.objects.count() == 81
    assert FeeRule.objects.filter(schedule__procedure__schedules__version__gte=1).exists()


@pytest.mark.django_db
def test_rule_1_certified_copies_have_tiers_and_a_cap() -> None:
    assert price("2.000815", quantities={"pages": 3, "copies": 2}).total == 10_000
    assert price("2.000815", quantities={"pages": 300, "copies": 2}).total == 400_000


@pytest.mark.django_db
def test_rule_2_permanent_residence_costs_half_online() -> None:
    assert price("1.004222", channel="online").total == 10_000
    assert price("1.004222", channel="counter").total == 20_000


@pytest.mark.django_db
def test_rule_3_the_half_price_scheme_ends_with_2026() -> None:
    before = price("2.001199", on=date(2026, 12, 31), channel="counter")
    assert sorted(line.amount for line in before.lines) == [25_000, 100_000]
    after = price("2.001199", on=date(2027, 1, 1), channel="counter")
    assert sorted(line.amount for line in after.lines) == [50_000, 100_000]
    for day in (date(2026, 12, 31), date(2027, 1, 1)):
        assert price("2.001199", on=day, channel="online").total == 100_000


@pytest.mark.django_db
def test_a_scheme_that_ends_in_an_unknown_amount_is_set_by_an_officer_and_not_free() -> None:
    assert price("1.009397", case="51-100", on=date(2026, 12, 31)).total == 1_400_000
    after = price("1.009397", case="51-100", on=date(2027, 1, 1))
    assert (after.is_determined, after.is_free) == (False, False)


@pytest.mark.django_db
@pytest.mark.parametrize("channel", ["online", "counter"])
def test_every_case_of_a_living_procedure_has_a_price_today(channel: str) -> None:
    today = date(2026, 11, 23)
    for case in ProcedureCase.objects.filter(procedure__valid_during__contains=today):
        assert quote(rules_for(case, today), Facts(channel, ONE), today).lines, case.slug


@pytest.mark.django_db
def test_the_price_depends_on_who_applies_and_where() -> None:
    assert price("2.000181", applicant="enterprise", area="ward").total == 600_000
    assert price("2.000181", applicant="household", area="ward").total == 200_000
    assert price("2.000181", applicant="household", area="commune").total == 100_000


@pytest.mark.django_db
def test_an_amount_set_after_examination_is_neither_free_nor_exempt_until_set() -> None:
    open_quote = price("1.010727")
    assert not open_quote.is_determined
    assert not open_quote.is_free
    assert not open_quote.is_exempt
    code = open_quote.lines[0].rule.code
    settled = with_amounts(open_quote, {code: 16_000_000})
    assert settled.is_determined
    assert settled.total == 16_000_000
    for wrong in ({}, {code: -1}, {code: 1, "other": 1}):
        with pytest.raises(ValueError, match="are needed"):
            with_amounts(open_quote, wrong)


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["1.001612", "2.000720"])
def test_rule_15_a_household_business_is_not_refunded_and_the_bill_says_why(code: str) -> None:
    refund = price(code).lines[0].source["refund"]
    assert refund["policy"] == "none"  # type: ignore[index]
    assert "từ chối" in refund["text"]  # type: ignore[index]
    assert price("2.000635").lines[0].source["refund"]["policy"] == "manual"  # type: ignore[index]


@pytest.mark.django_db
def test_no_line_of_the_year_before_is_lost_on_new_years_day() -> None:
    eve, new_year = date(2026, 12, 31), date(2027, 1, 1)
    for case in ProcedureCase.objects.filter(procedure__valid_during__contains=new_year):
        before = quote(rules_for(case, eve), Facts("counter", ONE), eve)
        after = quote(rules_for(case, new_year), Facts("counter", ONE), new_year)
        assert {line.rule.code for line in before.lines} <= {line.rule.code for line in after.lines}


@pytest.mark.django_db
def test_rule_4_temporary_residence_counts_persons() -> None:
    assert price("1.004194", case="danh sách", channel="online", quantities={"persons": 5}).total == 25_000


@pytest.mark.django_db
@pytest.mark.parametrize("group", ["tre-em", "nguoi-cao-tuoi", "nguoi-khuyet-tat", "ho-ngheo"])
def test_a_criminal_record_exempts_whom_its_circular_exempted_under_the_code_of_before(group: str) -> None:
    assert price("3.000333").total == 200_000
    assert price("3.000333", groups=frozenset({group})).is_exempt


@pytest.mark.django_db
def test_rule_5_a_poor_household_is_exempt() -> None:
    exempt = price("2.000635", quantities={"copies": 2}, groups=frozenset({"ho-ngheo"}))
    assert exempt.total == 0
    assert exempt.is_exempt
    assert not exempt.is_free
    assert "hộ nghèo" in exempt.lines[0].explanation


@pytest.mark.django_db
def test_rule_16_a_code_is_not_an_identity() -> None:
    names = {year: Agency.objects.existing_on(date(year, 8, 1)).get(code="07900").name for year in (2024, 2025)}
    assert names == {2024: "Phường Gia Cẩm", 2025: "Phường Việt Trì"}


@pytest.mark.django_db
def test_search_needs_no_accents() -> None:
    assert search("chung thuc ban sao").first().code in ("2.000815", "2.000942")  # type: ignore[union-attr]
    assert search("2.000635").first().code == "2.000635"  # type: ignore[union-attr]
    assert {*search("hoa giai")} == {*search("hoà giải")} == {*search("hòa giải")}
    assert search("khai sihn").filter(code="1.001193").exists()
