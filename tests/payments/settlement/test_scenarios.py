"""Scenarios of docs/reliability.md that no other file is about."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from agencies.models import Role
from payments.bills import create as bills
from payments.callbacks import inbox
from payments.merchants import circuit_breaker
from payments.models import Bill, Discrepancy, LedgerEvent, Payment, Receipt
from payments.settlement import ledger_check
from payments.states import BillState, PaymentState
from payments.status_queries import query as status_queries
from tests.support import factories
from tests.support.notifications import confirm, notify_bill
from tests.support.payments.callbacks import post
from tests.support.payments.refunds import give_back, reverse

pytestmark = pytest.mark.django_db(transaction=True)


def test_27_the_way_back_decides_nothing_however_often_it_is_opened() -> None:
    payment = factories.payment(next_check_at=timezone.now() + timedelta(hours=1))
    claimed = {"MERCHANT_ORDER_ID": payment.merchant_ref, "RESPONSE_CODE": "00", **confirm(payment)}
    for browser in (Client(), Client()):
        for _ in range(5):
            answer = browser.get("/gateways/vnptpay/return", claimed)
            assert answer.headers["Location"] == f"/thanh-toan/{payment.bill.token}/"
    assert not payment.bill.events.filter(kind="payment_paid").exists()
    payment.refresh_from_db()
    assert payment.state == PaymentState.SENT


@pytest.mark.parametrize("slash", ["", "/"])
def test_28_a_notification_is_taken_with_and_without_the_slash_and_never_redirected(slash: str) -> None:
    payment = factories.payment()
    path = f"/gateways/vnptpay/notify{slash}"
    assert Client().post(path, json.dumps(confirm(payment)), content_type="application/json").status_code == 200
    inbox.drain_all()
    assert Bill.objects.get().state == BillState.PAID


def test_36_money_for_a_cancelled_bill_is_kept_with_a_case_and_never_applied() -> None:
    payment = factories.payment()
    bills.cancel_bill(payment.bill, reason="withdrawn")
    post(confirm(payment))
    inbox.drain_all()
    assert Bill.objects.get().state == BillState.CANCELLED
    assert not Receipt.objects.exists()
    assert Discrepancy.objects.get().remaining_amount == payment.amount
    assert ledger_check.check() == []


def test_40_a_bank_that_fails_five_times_rests_is_tried_once_and_comes_back() -> None:
    account = factories.merchant(factories.agency(), "vnptpay")

    def rests() -> bool:
        account.refresh_from_db()
        return circuit_breaker.is_resting(account)

    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(circuit_breaker.THRESHOLD):
            assert not rests(), number
            circuit_breaker.note_failure(account, "down")
        assert rests()
        clock.shift(circuit_breaker.FIRST_REST)
        assert not rests()
        circuit_breaker.note_failure(account, "still down")
        clock.shift(circuit_breaker.FIRST_REST)
        assert rests()
        clock.shift(circuit_breaker.FIRST_REST)
        circuit_breaker.note_success(account)
        circuit_breaker.note_failure(account, "once")
        assert not rests()


def test_40_twenty_calls_that_fail_together_are_one_outage_and_cost_one_rest() -> None:
    """Who was under way when the bank began to rest proves nothing new; or it would be left alone for ten minutes."""
    account = factories.merchant(factories.agency(), "vnptpay")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(20):
            circuit_breaker.note_failure(account, "timed out")
        clock.shift(circuit_breaker.FIRST_REST)
        account.refresh_from_db()
        assert not circuit_breaker.is_resting(account)


def test_40_a_bank_that_cannot_begin_payments_but_knows_of_them_is_still_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each payer's new attempt fails and prolongs the rest; whoever was charged must not wait for its end."""
    queried: list[int] = []
    monkeypatch.setattr(status_queries, "check", lambda payment: queried.append(payment.pk))
    now, agency = timezone.now(), factories.agency()
    first, _second = (
        factories.payment(of=factories.bill(of=agency), next_check_at=now + timedelta(seconds=number))
        for number in range(2)
    )
    for _ in range(circuit_breaker.THRESHOLD):
        circuit_breaker.note_failure(first.merchant_account, "INIT timed out")
    with time_machine.travel(now + timedelta(seconds=5), tick=False) as clock:
        assert (status_queries.gateways_due(), status_queries.check_due("vnptpay")) == ([], 0)
        clock.shift(status_queries.PROBE_EVERY)
        assert status_queries.check_due("vnptpay") == 1
    assert queried == [first.pk]


def test_44_one_round_asks_the_longest_waiting_and_no_more_than_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    now, agency, queried = timezone.now(), factories.agency(), list[int]()
    waiting = [
        factories.payment(of=factories.bill(of=agency), next_check_at=now - timedelta(seconds=10 + number))
        for number in range(6)
    ]
    monkeypatch.setattr(status_queries, "check", lambda payment: queried.append(payment.pk))
    assert status_queries.check_due("vnptpay", limit=4) == 4
    assert set(queried) == {payment.pk for payment in waiting[2:]}
    assert status_queries.check_due("vnptpay", limit=4) == 2


def test_47_one_reference_of_two_banks_is_two_moneys() -> None:
    first = factories.payment()
    second = factories.payment(of=factories.bill(of=first.bill.agency), gateway="vietinbank")
    code = notify_bill(second)["bankTransId"]
    post(confirm(first, VNPTPAY_TRANSACTION_ID=code))
    post(notify_bill(second), "vietinbank")
    inbox.drain_all()
    assert set(Payment.objects.values_list("state", "gateway_ref")) == {(PaymentState.PAID, code)}
    assert LedgerEvent.objects.filter(kind="payment_paid").count() == Receipt.objects.count() == 2
    assert ledger_check.check() == []


def test_43_a_bank_that_takes_back_what_we_partly_gave_back_is_for_a_person() -> None:
    """How much of it went twice nobody but the bank knows: nothing is booked by guessing, an open case says so."""
    payment = factories.payment()
    post(confirm(payment))
    inbox.drain_all()
    maker, checker = (factories.officer(payment.bill.agency, Role.ACCOUNTANT) for _ in range(2))
    give_back(payment, 50_000, maker, checker)
    reverse(Payment.objects.get())
    inbox.drain_all()
    assert Bill.objects.get().state == BillState.PARTLY_REFUNDED
    assert list(Discrepancy.objects.filter(closed_at=None).values_list("kind", flat=True)) == ["contradiction"]
    assert ledger_check.check() == []


def test_43_a_bank_that_takes_back_surplus_opens_a_second_case_beside_the_first() -> None:
    first = factories.payment()
    second = factories.payment(of=first.bill, gateway="vietinbank")
    post(confirm(first))
    inbox.drain_all()
    post(notify_bill(second), "vietinbank")
    inbox.drain_all()
    second.refresh_from_db()
    reverse(second)
    inbox.drain_all()
    kinds = Discrepancy.objects.filter(closed_at=None).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["surplus", "contradiction"]
    assert Bill.objects.get().state == BillState.PAID
    assert ledger_check.check() == []
