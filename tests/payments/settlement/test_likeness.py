"""One transfer heard of in two ways under two numbers is booked once, and a person decides whether it is one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from gateways.base import Notification as GatewayNotification
from gateways.base import OutcomeState
from payments.callbacks import inbox
from payments.models import Bill, Discrepancy, LedgerEvent, Payment
from payments.models.notifications import NotificationSource
from payments.reconciliation import likely
from payments.settlement import ledger_check
from payments.states import MONEY_IN
from tests.support import factories

pytestmark = pytest.mark.django_db(transaction=True)

CALLBACK, QUERY, STATEMENT = NotificationSource.CALLBACK, NotificationSource.QUERY, NotificationSource.STATEMENT
NOON = timezone.localtime().replace(hour=12) - timedelta(days=1)


def hear(payment: Payment, reference: str, source: NotificationSource, amount: int, **values: Any) -> None:
    at: datetime = values.pop("at", NOON)
    notification = GatewayNotification(
        gateway=payment.gateway,
        event_key=f"{source}:{reference}",
        merchant_ref=payment.merchant_ref,
        gateway_ref=reference,
        state=OutcomeState.PAID,
        amount=amount,
        currency="VND",
        occurred_at=at,
        is_transfer=True,
        **values,
    )
    inbox.receive(notification, payment.merchant_account, source=source)
    inbox.drain_all()


def owed(amount: int = 150_000) -> Payment:
    return factories.payment(of=factories.bill(amount), gateway="vietinbank")


def money() -> int:
    return sum(LedgerEvent.objects.filter(kind__in=MONEY_IN).values_list("amount", flat=True))


def kinds() -> list[str]:
    return list(Discrepancy.objects.filter(closed_at=None).order_by("pk").values_list("kind", flat=True))


@pytest.mark.parametrize("second", [CALLBACK, QUERY])
def test_what_a_statement_told_of_first_is_booked_once(second: Any) -> None:
    payment = owed()
    hear(payment, "A1", STATEMENT, 150_000)
    hear(payment, "B1", second, 150_000)
    assert (money(), kinds()) == (150_000, ["likely_booked"])
    assert ledger_check.check() == []


@pytest.mark.parametrize(("first", "second"), [(CALLBACK, QUERY), (QUERY, CALLBACK), (CALLBACK, CALLBACK)])
def test_between_notification_and_query_another_number_is_another_transfer(first: Any, second: Any) -> None:
    payment = owed()
    hear(payment, "A1", first, 150_000)
    hear(payment, "B1", second, 150_000)
    assert (money(), kinds()) == (300_000, ["surplus"])


def test_a_part_heard_of_twice_does_not_pay_the_bill() -> None:
    payment = owed(44_000)
    hear(payment, "A1", STATEMENT, 22_000)
    hear(payment, "B1", CALLBACK, 22_000)
    bill = Bill.objects.get(pk=payment.bill_id)
    assert (bill.state, bill.missing_amount) == ("open", 22_000)


@pytest.mark.parametrize(("amount", "days"), [(149_999, 0), (150_000, 1)])
def test_another_amount_or_day_is_another_transfer(amount: int, days: int) -> None:
    payment = owed()
    hear(payment, "A1", STATEMENT, 150_000)
    hear(payment, "B1", CALLBACK, amount, at=NOON - timedelta(days=days))
    assert (money(), kinds()) == (150_000 + amount, ["surplus"])


def test_one_transfer_has_one_twin() -> None:
    payment = owed()
    hear(payment, "A1", STATEMENT, 150_000)
    hear(payment, "B1", CALLBACK, 150_000)
    hear(payment, "B2", CALLBACK, 150_000)
    assert (money(), kinds()) == (300_000, ["likely_booked", "surplus"])


@pytest.mark.parametrize(
    ("decision", "booked", "left"), [(likely.same, 150_000, []), (likely.another, 300_000, ["surplus"])]
)
def test_a_person_decides(decision: Any, booked: int, left: list[str]) -> None:
    payment = owed()
    hear(payment, "A1", STATEMENT, 150_000)
    hear(payment, "B1", CALLBACK, 150_000)
    decision(Discrepancy.objects.get(), actor=factories.officer(payment.bill.agency))
    assert (money(), kinds()) == (booked, left)
    assert ledger_check.check() == []
