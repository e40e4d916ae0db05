"""What settling writes, column by column: without HTTP or an inbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from payments.models import ClosedDay, Discrepancy, LedgerEvent, Payment, Receipt
from payments.settlement.apply import Settled, apply, money_key
from payments.signals import bills_reopened, bills_settled
from tests.support import factories
from tests.support.payments.settling import NOON, cases, events, money_of, owed, state, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard() -> Iterator[list[Any]]:
    signals: list[Any] = []

    def settled(signal: Any, sender: Any, bill_ids: Any) -> None:
        signals.append(("settled", bill_ids))

    def reopened(signal: Any, sender: Any, bills: Any) -> None:
        signals.append(("reopened", bills))

    bills_settled.connect(settled)
    bills_reopened.connect(reopened)
    yield signals
    bills_settled.disconnect(settled)
    bills_reopened.disconnect(reopened)


def test_the_right_sum_settles_and_every_column_says_so(heard: list[Any]) -> None:
    payment = owed(next_check_at=NOON)
    notification = told(payment)
    began = timezone.now()
    outcome = apply([notification])
    payment.refresh_from_db()
    assert (payment.state, payment.is_applied, payment.next_check_at) == ("paid", True, None)
    assert (payment.gateway_ref, payment.paid_at) == (notification.gateway_ref, NOON)
    bill = payment.bill
    assert bill.state == "paid" and bill.settled_at and bill.settled_at >= began
    notification.refresh_from_db()
    assert (notification.state, notification.result, notification.payment) == ("done", "settled", payment)
    assert notification.processed_at and notification.processed_at >= began
    money, settled = money_of(notification, "payment_paid"), money_of(notification, "bill_settled")
    assert (money.bill, money.payment, money.amount, money.cause) == (bill, payment, 72_000, "callback")
    assert (money.money_key, money.merchant_account) == (money_key(notification), payment.merchant_account)
    assert (money.value_date, money.before, money.after) == (NOON.date(), "sent", "paid")
    assert (settled.bill, settled.payment, settled.amount, settled.cause) == (bill, payment, -72_000, "callback")
    assert (settled.money_key, settled.value_date) == ("", None)
    assert Receipt.objects.get().payment == payment
    assert heard == [("settled", [bill.pk])]
    assert outcome == Settled({bill.pk: bill}, [bill], [], set())
    assert cases() == [] and not LedgerEvent.objects.filter(kind__in=("surplus", "money_received")).exists()


def test_money_without_a_time_came_now() -> None:
    payment = owed()
    apply([told(payment, occurred_at=None)])
    payment.refresh_from_db()
    assert payment.paid_at and timezone.now() - payment.paid_at < timedelta(minutes=5)
    assert LedgerEvent.objects.get(kind="payment_paid").value_date == timezone.localdate(payment.paid_at)


def test_a_transaction_without_a_number_is_named_by_the_order() -> None:
    payment = owed()
    notification = told(payment, gateway_ref="")
    assert money_key(notification) == f"vietinbank:{payment.merchant_account_id}:ref:{payment.merchant_ref}"
    apply([notification])
    assert LedgerEvent.objects.get(kind="payment_paid").money_key == money_key(notification)


def test_money_of_a_closed_day_counts_today_and_of_any_other_its_own() -> None:
    payment, other = owed(), owed()
    values = dict.fromkeys(("our_amount", "our_count", "bank_amount", "bank_count"), 0)
    by = factories.officer(payment.bill.agency)
    account = payment.merchant_account
    ClosedDay.objects.create(merchant_account=account, day=NOON.date(), closed_by=by, **values)
    ClosedDay.objects.create(
        merchant_account=other.merchant_account, day=NOON.date() - timedelta(days=1), closed_by=by, **values
    )
    late, early = told(payment), told(owed(of=factories.bill(of=payment.bill.agency)), occurred_at=NOON - timedelta(2))
    foreign = told(other)
    apply([late, early, foreign])
    days = [money_of(each, "payment_paid").value_date for each in (late, early, foreign)]
    same = other.merchant_account == account
    assert days == [timezone.localdate(), NOON.date() - timedelta(2), timezone.localdate() if same else NOON.date()]


def test_more_than_is_owed_settles_and_the_rest_is_surplus() -> None:
    payment = owed()
    notification = told(payment, 75_000)
    apply([notification])
    pair = (payment.bill_id, payment.pk)
    assert events("payment_paid", "bill_settled", "surplus") == [
        ("payment_paid", *pair, 75_000),
        ("bill_settled", *pair, -72_000),
        ("surplus", *pair, -3_000),
    ]
    case = Discrepancy.objects.get()
    assert (case.kind, case.amount, case.bill, case.payment) == ("surplus", 3_000, payment.bill, payment)
    assert (case.notification, case.agency, case.note) == (notification, payment.bill.agency, "")


@pytest.mark.parametrize("together", [True, False])
def test_parts_of_one_batch_or_of_two_settle_together(together: bool) -> None:
    payment = owed()
    first, last = told(payment, 22_000), told(payment, 50_001)
    if together:
        apply([first, last])
    else:
        apply([first])
        assert state(payment) == ("sent", "open")
        assert Discrepancy.objects.get().closed_at is None
        apply([last])
    assert state(payment) == ("paid", "paid")
    pair = (payment.bill_id, payment.pk)
    assert events("money_received", "payment_paid", "bill_settled", "surplus", "surplus_used") == [
        ("money_received", *pair, 22_000),
        ("surplus", *pair, -22_000),
        ("payment_paid", *pair, 50_001),
        ("surplus_used", *pair, 22_000),
        ("bill_settled", *pair, -72_000),
        ("surplus", *pair, -1),
    ]
    part, rest = Discrepancy.objects.order_by("pk")
    assert (part.kind, part.used_amount, rest.kind, rest.amount) == ("short", 22_000, "surplus", 1)
    assert part.closed_at and part.resolution and rest.closed_at is None
    assert money_of(first, "money_received").money_key == money_key(first)
    assert money_of(last, "surplus").cause == "callback"


def paid() -> Payment:
    payment = owed()
    apply([told(payment, is_transfer=False, gateway_ref="FT")])
    payment.refresh_from_db()
    return payment


def test_money_the_bank_takes_back_opens_the_bill_again(heard: list[Any]) -> None:
    payment = paid()
    heard.clear()
    notification = told(payment, None, outcome="reversed", gateway_ref="FT")
    outcome = apply([notification])
    payment.refresh_from_db()
    bill = payment.bill
    assert (payment.state, payment.is_applied, bill.state, bill.settled_at) == ("reversed", False, "open", None)
    back, opened = money_of(notification, "payment_reversed"), money_of(notification, "bill_reopened")
    assert (back.amount, back.money_key) == (-72_000, f"{money_key(notification)}:reversed")
    assert (back.value_date, back.merchant_account) == (NOON.date(), payment.merchant_account)
    assert (opened.amount, opened.bill, opened.payment) == (72_000, bill, payment)
    assert cases() == [("reversed", 72_000)]
    assert (outcome.reopened_bills, outcome.settled_bills) == ([bill], [])
    assert heard == [("reopened", [bill])]
    cancellation = Receipt.objects.get().cancellation
    assert (cancellation.reason, cancellation.cause) == ("Ngân hàng đã thu hồi tiền", "reversal")
