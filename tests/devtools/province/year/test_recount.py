"""Money of the loaded year, counted again by hand: list, file, overview, report, public figures and receipts agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.models import Agency, User
from dossiers.models import DossierBill
from gateways import internal, registry
from payments import test_payments
from payments.accounting.access import AccountingStaff
from payments.accounting.overview import charts
from payments.bills import money_sources
from payments.exports.definitions import PAYMENTS
from payments.models import LedgerEvent, Payment, Reallocation, Receipt
from payments.states import MONEY_IN, ReallocationState
from portal.public import figures_views
from portal.reports.measures import MEASURES, Scope
from portal.reports.summary import summary_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("province")]


@pytest.fixture
def everybody() -> AccountingStaff:
    agencies = frozenset(Agency.objects.values_list("pk", flat=True))
    return AccountingStaff(User.objects.all()[0], agencies, agencies, frozenset(), may_reopen=False)


def came(days: int | None = None) -> Mapping[str, int]:
    """Walk through the ledger: what came for bills by gateway, money that was moved where it came in first."""
    moved_of: dict[int, Reallocation] = {}
    for move in Reallocation.objects.filter(state=ReallocationState.DONE).select_related("discrepancy__notification"):
        moved_of |= {bill.pk: move for bill in move.bills.all()}
    first = timezone.localdate() - timedelta(days=(days or 1) - 1)
    total: Counter[str] = Counter()
    for event in LedgerEvent.objects.exclude(bill=None).select_related("merchant_account"):
        if event.kind not in MONEY_IN or (days and not first <= (event.value_date or first) <= timezone.localdate()):
            continue
        gateway = event.merchant_account.gateway if event.merchant_account else ""
        if gateway == internal.Moved.slug:
            case = moved_of[event.bill_id or 0].discrepancy
            if case.payment_id:
                continue  # counted where it came
            gateway = case.notification.gateway if case.notification else ""
        total[gateway] += event.amount
    return total


def test_the_file_of_attempts_adds_up_to_what_came(everybody: AccountingStaff) -> None:
    names = [str(column.heading) for column in PAYMENTS.columns]
    lines = [dict(zip(names, line, strict=True)) for line in PAYMENTS.lines(everybody, PAYMENTS.choose(everybody, {}))]
    by_gateway: Counter[str] = Counter()
    for line in lines:
        if line["Đã nhận (đồng)"]:
            by_gateway[str(line["Đến qua"])] += int(str(line["Đã nhận (đồng)"]))
    expected = {registry.name_of(gateway): amount for gateway, amount in came().items()}
    assert expected[registry.name_of("vietinbank")] > 0
    assert by_gateway == expected
    received = PAYMENTS.rows(everybody, PAYMENTS.choose(everybody, {"state": "received"}))
    assert sum(money_sources.received(received.values_list("pk", flat=True)).values()) == sum(expected.values())
    applied = sum(int(str(line["Số tiền (đồng)"])) for line in lines if line["Ghi cho khoản"])
    tests = Payment.objects.filter(bill__in=test_payments.bills(), is_applied=True)
    assert applied - sum(tests.values_list("amount", flat=True)) == sum(
        Payment.objects.filter(is_applied=True)
        .exclude(bill__in=test_payments.bills())
        .values_list("bill__amount", flat=True)
    )


def test_the_overview_shows_what_came_in_a_fortnight(everybody: AccountingStaff) -> None:
    shown = {series.slug: series.total for series in charts.collected(everybody, timezone.localdate())}
    assert shown == {gateway: amount for gateway, amount in came(charts.FORTNIGHT).items() if amount}


def test_report_public_figures_and_receipts_count_the_same_bills(
    everybody: AccountingStaff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures_views, "LEAST", 1)
    figures = figures_views.compute()
    settled = money_sources.settled(figures.since, figures.at)
    assert figures.total
    assert figures.total.paid == settled.count()
    assert figures.total.online == settled.filter(money_sources.is_online()).count()
    scope = Scope(everybody.sees, timezone.localdate() - timedelta(days=364), timezone.localdate())
    report = summary_of(scope, is_whole=True)
    of_year = money_sources.settled(scope.start, scope.end)
    assert sum(money.total for money in report.money) == sum(of_year.values_list("amount", flat=True))
    assert sum(week.paid for week in report.weeks) == of_year.count()
    of_dossiers = DossierBill.objects.filter(bill__in=of_year.values("bill"))
    assert MEASURES["da-nop"].dossiers(scope).count() == of_dossiers.values("dossier").distinct().count()
    receipts = Receipt.objects.filter(payment__in=of_year, bill__amount__gt=0)
    assert set(receipts.values_list("payment", flat=True)) == set(of_year.values_list("pk", flat=True))
