"""Cash and cards: settled at once, never twice, and the drawer adds up."""

from __future__ import annotations

import pytest
from django.utils import timezone

from agencies.models import Role, User
from payments.callbacks import inbox
from payments.cash_desk import collect as cash_desk
from payments.cash_desk import internal_payments
from payments.errors import BillNotPayable, InvalidBill, PaymentMayBeUnderWay, ShiftNotOpen
from payments.merchants.accounts import accounts_of
from payments.models import Bill, Discrepancy, Payment, Receipt
from payments.settlement import ledger_check
from payments.states import BillState, PaymentState
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.payments.cash_desk import CASH
from tests.support.payments.sandbox import Bank

pytestmark = pytest.mark.django_db(transaction=True)


def test_cash_settles_the_bill_and_counts_in_the_drawer(cashier: User) -> None:
    bill = factories.bill()
    payment = cash_desk.take(bill, CASH, cashier=cashier)
    bill.refresh_from_db()
    assert (bill.state, payment.state, payment.gateway) == (BillState.PAID, PaymentState.PAID, "counter")
    assert Receipt.objects.count() == 1
    shift = cashier.shifts.get()
    assert cash_desk.expected_amount(shift) == 650_000
    closed = cash_desk.close_shift(shift, counted_amount=650_000)
    assert closed.difference == 0
    assert ledger_check.check() == []


def test_a_card_does_not_count_in_the_drawer(cashier: User) -> None:
    cash_desk.take(factories.bill(), cash_desk.Taking("pos", 150_000, "POS-1"), cashier=cashier)
    assert cash_desk.expected_amount(cashier.shifts.get()) == 500_000


def test_a_difference_must_be_explained(cashier: User) -> None:
    shift = cashier.shifts.get()
    with pytest.raises(InvalidBill):
        cash_desk.close_shift(shift, counted_amount=499_000)
    assert cash_desk.close_shift(shift, counted_amount=499_000, note="Trả lại nhầm").difference == -1_000


def test_without_an_open_shift_nobody_takes_money() -> None:
    with pytest.raises(ShiftNotOpen):
        cash_desk.take(factories.bill(), CASH, cashier=factories.officer(factories.agency(), Role.CASHIER))


def test_too_little_is_refused_before_anything_is_written(cashier: User) -> None:
    with pytest.raises(InvalidBill):
        cash_desk.take(factories.bill(), cash_desk.Taking("cash", 149_999), cashier=cashier)
    assert not Payment.objects.exists()


def test_cash_for_a_bill_just_paid_online_stays_in_hand_and_a_card_becomes_surplus(cashier: User) -> None:
    online = factories.payment()
    post(confirm(online))
    inbox.drain_all()
    with pytest.raises(BillNotPayable):
        cash_desk.take(online.bill, CASH, cashier=cashier)
    cash_desk.take(online.bill, cash_desk.Taking("pos", 150_000, "POS-2"), cashier=cashier)
    assert Discrepancy.objects.get().kind == "surplus"
    assert ledger_check.check() == []


def test_an_online_payment_in_doubt_stops_the_cashier_until_he_insists(cashier: User, bank: Bank) -> None:
    online = factories.payment(state=PaymentState.SENT, returned_at=timezone.now())
    bank.fault("down")
    with pytest.raises(PaymentMayBeUnderWay):
        cash_desk.take(online.bill, CASH, cashier=cashier)
    assert cash_desk.take(online.bill, CASH, cashier=cashier, despite_open=True).is_applied
    post(confirm(online))
    inbox.drain_all()
    assert Discrepancy.objects.get().kind == "surplus"
    assert ledger_check.check() == []


def test_cash_and_a_bank_notification_in_the_same_moment_apply_one(cashier: User) -> None:
    for _ in range(3):
        online = factories.payment()
        post(confirm(online))

        def act(number: int, online: Payment = online) -> object:
            if number:
                return cash_desk.take(Bill.objects.get(pk=online.bill_id), CASH, cashier=cashier)
            return inbox.drain_all()

        at_once(2, act)
        inbox.drain_all()
        assert online.bill.payments.filter(is_applied=True).count() == 1
    assert ledger_check.check() == []


def test_ten_counters_take_one_bill_once(cashier: User) -> None:
    bill = factories.bill()
    results = at_once(10, lambda _: cash_desk.take(Bill.objects.get(pk=bill.pk), CASH, cashier=cashier))
    assert sum(isinstance(result, Payment) and result.is_applied for result in results) == 1
    assert all(isinstance(result, Payment | BillNotPayable) for result in results)
    assert ledger_check.check() == []


def test_the_counter_is_no_gateway_for_citizens() -> None:
    bill = factories.bill()
    internal_payments._account("counter", bill.agency)
    assert accounts_of(bill.agency) == []
