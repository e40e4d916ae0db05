"""What a notification tells of once more is taken for the money a statement told of, once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from payments import discrepancies
from payments.models import LedgerEvent, Notification
from payments.models.discrepancies import DiscrepancyKind
from payments.settlement.likeness import Booked, Heard, of_payments
from tests.support import factories

DAY = date(2026, 11, 30)


def twin(payment: int = 1, day: date = DAY, heard: str = "statement", **changed: Any) -> str:
    booked = Booked()
    booked.add(1, Heard(heard, 150_000, DAY, "KEY"))
    told = Notification(**{"is_transfer": True, "source": "callback", "amount": 150_000, **changed})
    return booked.twin(told, payment, day)


def test_a_transfer_told_of_by_a_notification_or_a_query_is_compared() -> None:
    assert [twin(source=source) for source in ("callback", "query", "statement")] == ["KEY", "KEY", ""]
    assert twin(is_transfer=False) == twin(payment=2) == twin(day=date(2026, 11, 29)) == twin(amount=1) == ""
    assert [twin(heard=source) for source in ("callback", "query")] == ["", ""]


def test_money_is_the_twin_of_one() -> None:
    booked, told = Booked(), Notification(is_transfer=True, source="callback", amount=5)
    booked.add(1, Heard("callback", 5, DAY, "A"))
    booked.add(1, Heard("statement", 5, DAY, "B"))
    booked.add(1, Heard("statement", 5, DAY, "C"))
    assert [booked.twin(told, 1, DAY) for _ in range(3)] == ["B", "C", ""]


@pytest.mark.django_db
def test_booked_is_money_that_came_for_these_payments_and_is_not_compared_yet() -> None:
    payment, other = factories.payment(), factories.payment()
    for number, of in enumerate((payment, payment, payment, other)):
        values = {"bill": of.bill, "payment": of, "value_date": DAY, "cause": "statement"}
        LedgerEvent.objects.create(kind="money_received", amount=5 + number, money_key=f"KEY{number}", **values)
    told = Notification.objects.create(
        gateway="vietinbank",
        merchant_account=payment.merchant_account,
        event_key="E",
        source="callback",
        outcome="paid",
    )
    for note, by in (("KEY1", told), ("KEY2", None)):
        discrepancies.new_discrepancy(
            DiscrepancyKind.LIKELY_BOOKED,
            agency_id=payment.bill.agency_id,
            payment=payment,
            notification=by,
            amount=1,
            note=note,
        ).save()
    discrepancies.new_discrepancy(
        DiscrepancyKind.CONFLICT,
        agency_id=payment.bill.agency_id,
        payment=payment,
        notification=told,
        amount=1,
        note="KEY0",
    ).save()
    booked = of_payments([payment.pk]).by_payment
    assert booked == {
        payment.pk: [Heard("statement", 5, DAY, "KEY0"), Heard("statement", 7, DAY, "KEY2")],
    }
