"""Drawings of the overview: their numbers are those of the rows, theirs alone, by days of Viet Nam."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from agencies.models import Role
from payments import discrepancies
from payments.accounting.access import AccountingStaff, staff_of
from payments.accounting.overview import charts
from payments.models import Discrepancy, LedgerEvent, Payment
from payments.models.discrepancies import DiscrepancyKind
from tests.support import factories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 27)


def staff(agency: Any) -> AccountingStaff:
    return staff_of(factories.officer(agency, Role.ACCOUNTANT))


def bring(payment: Payment, at: datetime) -> None:
    """Book an attempt's money as settling does."""
    LedgerEvent.objects.create(
        kind="payment_paid", payment=payment, bill=payment.bill, amount=payment.amount, money_key=f"test:{payment.pk}",
        merchant_account=payment.merchant_account, value_date=timezone.localdate(at), cause="test",
    )  # fmt: skip


def test_money_is_drawn_by_gateway_and_by_the_day_of_viet_nam(django_assert_num_queries: Any) -> None:
    agency = factories.agency()
    evening = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # the 26th in Viet Nam
    for gateway, amount, at in (
        ("vnptpay", 40_000, evening),
        ("vnptpay", 10_000, evening),
        ("vietinbank", 20_000, evening - timedelta(days=3)),
        ("vietinbank", 90_000, evening - timedelta(days=20)),
    ):
        made = factories.payment(of=factories.bill(amount, of=agency), gateway=gateway)
        bring(made, at)
    factories.payment(of=factories.bill(70_000, of=agency))  # not paid
    foreign = factories.payment(of=factories.bill(70_000))
    bring(foreign, evening)
    mine = staff(agency)
    with django_assert_num_queries(1):
        first, second = charts.collected(mine, TODAY)
    assert (first.slug, first.count, first.total) == ("vnptpay", 2, 50_000)
    assert (second.slug, second.count, second.total) == ("vietinbank", 1, 20_000)
    assert {bar.label: bar.value for bar in first.bars if bar.value} == {date(2026, 11, 26): 50_000}
    assert {bar.label: bar.height for bar in second.bars if bar.value} == {date(2026, 11, 23): "16"}
    assert len(first.bars) == charts.FORTNIGHT


def test_open_cases_are_counted_at_the_end_of_each_day(django_assert_num_queries: Any) -> None:
    agency = factories.agency()
    at = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    for opened, closed in ((at - timedelta(days=90), at), (at, None), (at, at + timedelta(days=2)), (at, at)):
        case = discrepancies.new_discrepancy(DiscrepancyKind.CONFLICT, agency_id=agency.pk, amount=1)
        case.save()
        Discrepancy.objects.filter(pk=case.pk).update(opened_at=opened, closed_at=closed)
    discrepancies.new_discrepancy(DiscrepancyKind.CONFLICT, agency_id=factories.agency().pk, amount=1).save()
    mine = staff(agency)
    with django_assert_num_queries(3):
        bars = charts.open_cases(mine, TODAY)
    by_day = {bar.label: bar.value for bar in bars}
    assert [by_day[date(2026, 11, day)] for day in (19, 20, 21, 22, 27)] == [1, 2, 2, 1, 1]
    assert len(bars) == charts.MONTH


def test_nothing_is_drawn_as_nothing_and_little_is_seen() -> None:
    bars = charts.bars({TODAY: 1_000_000, TODAY + timedelta(days=1): 1}, TODAY, 3, 1_000_000)
    assert [bar.height for bar in bars] == [str(charts.HEIGHT), "1", "0"]
    assert [bar.height for bar in charts.bars({}, TODAY, 1, 0)] == ["0"]
