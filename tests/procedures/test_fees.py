"""The business rules of domain.md §10 about fees, on the real data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agencies import loading as agencies_loading
from agencies.models import Agency, AgencySuccession
from procedures import loading
from procedures.fees import Facts, FeeUnknown, Quote, Reduction, Rule, Tier, quote
from procedures.models import FeeRule, Procedure, ProcedureCase
from procedures.schedules import as_rule
from procedures.search import search


@pytest.fixture(scope="module")
def data(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        agencies_loading.load()
        loading.load()
        yield
        with django_db_blocker.unblock():
            from django.core.management import call_command

            call_command("flush", "--no-input", verbosity=0, allow_cascade=True)


def price(code: str, case: str = "", on: date = date(2026, 11, 23), **facts: Any) -> Quote:
    found = ProcedureCase.objects.get(procedure__code=code, name__contains=case)
    rows = FeeRule.objects.filter(case=found).select_related("schedule").order_by("position")
    return quote([as_rule(row) for row in rows], Facts(**facts), on)


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
    assert price("2.001199", on=date(2026, 12, 31), channel="online").total == 100_000


@pytest.mark.django_db
def test_rule_4_temporary_residence_counts_persons() -> None:
    assert price("1.004194", case="danh sách", channel="online", quantities={"persons": 5}).total == 25_000


@pytest.mark.django_db
def test_rule_5_a_poor_household_is_exempt() -> None:
    exempt = price("2.000635", quantities={"copies": 2}, groups=frozenset({"ho-ngheo"}))
    assert exempt.total == 0
    assert exempt.is_exempt
    assert not exempt.is_free


@pytest.mark.django_db
def test_rule_16_a_code_is_not_an_identity() -> None:
    names = {year: Agency.objects.existing_on(date(year, 8, 1)).get(code="07900").name for year in (2024, 2025)}
    assert names == {2024: "Phường Gia Cẩm", 2025: "Phường Việt Trì"}


@pytest.mark.django_db
def test_search_needs_no_accents() -> None:
    assert search("chung thuc ban sao").first().code in ("2.000815", "2.000942")  # type: ignore[union-attr]
    assert search("2.000635").first().code == "2.000635"  # type: ignore[union-attr]
    assert search("khai sihn").filter(code="1.001193").exists()


def test_no_rule_in_force_is_not_zero() -> None:
    with pytest.raises(FeeUnknown):
        quote([], Facts(), date(2026, 1, 1))


def _rule(**values: Any) -> Rule:
    base: dict[str, Any] = {
        "rule_id": 1,
        "schedule_id": 1,
        "version": 1,
        "code": "A",
        "name": "A",
        "kind": "phi",
        "price": 0,
    }
    return Rule(**{**base, "legal_basis": "", **values})


@given(
    pages=st.integers(1, 10_000),
    copies=st.integers(1, 50),
    percent=st.integers(0, 100),
    cap=st.one_of(st.none(), st.integers(0, 500_000)),
)
def test_more_pages_never_cost_less_and_nothing_is_negative(
    pages: int, copies: int, percent: int, cap: int | None
) -> None:
    rule = _rule(
        quantity_fact="pages",
        times_fact="copies",
        tiers=(Tier(2, 2000), Tier(None, 1000)),
        cap=cap,
        reductions=(Reduction("g", "g", percent),),
    )
    totals = []
    for count in (pages, pages + 1):
        facts = Facts(quantities={"pages": count, "copies": copies}, groups=frozenset({"g"}))
        found = quote([rule], facts, date(2026, 1, 1))
        assert found.total == sum(line.amount for line in found.lines)
        totals.append(found.total)
    assert 0 <= totals[0] <= totals[1]
