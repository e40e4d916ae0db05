"""A bank that tells of success without an amount is asked at once, and only its answer is booked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from core.background import wakeup
from payments.callbacks import inbox
from payments.checkout import start as checkout
from payments.models import Bill, Discrepancy, LedgerEvent, MerchantAccount, Notification, Payment, Receipt
from payments.settlement import ledger_check
from payments.states import BillState, PaymentState
from payments.status_queries import query as status_queries
from tests.support import factories
from tests.support.notifications import direct_confirm
from tests.support.payments.sandbox import Bank

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/gateways/vietinbank_direct/notify"


def tell(message: dict[str, Any], address: str = ADDRESS) -> str:
    """Post a confirm, apply it, and return the code of our answer."""
    answer = Client().post(address, message, content_type="application/json")
    inbox.drain_all()
    return str(answer.json()["responseCode"])


def assert_nothing_is_booked() -> None:
    assert not LedgerEvent.objects.filter(amount__gt=0).exists()
    assert not Receipt.objects.exists()
    assert ledger_check.check() == []


def test_it_is_asked_about_at_once_and_the_answer_settles(bank: Bank, bill: Bill) -> None:
    payment = checkout.start(bill, "vietinbank_direct", client_ip="203.0.113.10")
    status_queries.check(payment)  # a moment ago, when the bank did not know yet
    bank.pay("vietinbank_direct", payment.merchant_ref)
    assert tell(direct_confirm(payment)) == "00"
    payment.refresh_from_db()
    assert payment.state == PaymentState.UNKNOWN
    assert_nothing_is_booked()
    assert status_queries.check_due("vietinbank_direct") == 1
    bill.refresh_from_db()
    assert bill.state == BillState.PAID
    assert Receipt.objects.get().amount == bill.amount
    assert tell(direct_confirm(payment)) == "00"
    assert LedgerEvent.objects.filter(amount__gt=0).count() == 1
    assert ledger_check.check() == []


def test_what_the_bank_does_not_confirm_is_never_booked(bank: Bank, bill: Bill) -> None:
    payment = checkout.start(bill, "vietinbank_direct", client_ip="203.0.113.10")
    tell(direct_confirm(payment))
    assert status_queries.check_due("vietinbank_direct") == 1
    payment.refresh_from_db()
    assert payment.state == PaymentState.UNKNOWN
    assert payment.next_check_at and payment.next_check_at > timezone.now()
    assert_nothing_is_booked()


def test_replays_are_harmless_and_make_no_case() -> None:
    payment = factories.payment(gateway="vietinbank_direct")
    assert [tell(direct_confirm(payment)) for _ in range(3)] == ["00", "00", "00"]
    assert Notification.objects.get().result == "to_be_asked"
    assert not Discrepancy.objects.exists()
    assert_nothing_is_booked()


@pytest.mark.parametrize("state", [PaymentState.FAILED, PaymentState.CANCELLED, PaymentState.EXPIRED])
def test_a_late_success_of_a_closed_attempt_is_asked_about_too(state: PaymentState) -> None:
    payment = factories.payment(gateway="vietinbank_direct", state=state)
    tell(direct_confirm(payment))
    payment.refresh_from_db()
    assert payment.state == state
    assert payment.next_check_at and payment.next_check_at <= timezone.now()


def test_a_second_success_of_a_paid_attempt_is_a_question_for_the_bank() -> None:
    payment = factories.payment(gateway="vietinbank_direct")
    Payment.objects.filter(pk=payment.pk).update(state=PaymentState.PAID, gateway_ref="BT1", paid_at=timezone.now())
    tell(direct_confirm(payment, bankTransactionId="BT2"))
    assert Discrepancy.objects.get().kind == "conflict"
    assert not LedgerEvent.objects.filter(amount__gt=0).exists()


def test_a_success_for_nobody_is_a_case_without_money(monkeypatch: pytest.MonkeyPatch) -> None:
    payment = factories.payment(gateway="vietinbank_direct")
    payment.merchant_ref = "MC260715AAAABBBBCCCCDD"
    monkeypatch.setattr(inbox, "ORPHAN_PATIENCE", timedelta(0))
    assert tell(direct_confirm(payment)) == "90"
    assert Discrepancy.objects.get().amount == 0
    assert_nothing_is_booked()


def test_a_worker_is_woken_to_ask(bank: Bank, bill: Bill, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = checkout.start(bill, "vietinbank_direct", client_ip="203.0.113.10")
    enqueued: list[bool] = []
    monkeypatch.setattr(wakeup, "enqueue", lambda task: enqueued.append(True))
    tell(direct_confirm(payment, responseCode="55"))
    assert enqueued == []
    tell(direct_confirm(payment))
    assert enqueued == [True]


def test_a_message_that_names_no_merchant_is_for_the_only_account_there_is() -> None:
    payment = factories.payment(gateway="vietinbank_direct")
    account = payment.merchant_account
    MerchantAccount.objects.create(
        agency=factories.agency(),
        gateway=account.gateway,
        merchant_id="ANOTHER",
        settings={**account.settings, "merchant_id": "ANOTHER"},
        secrets=account.secrets,
        valid_during=factories.FOREVER,
    )
    assert tell(direct_confirm(payment)) == "93"
    assert tell(direct_confirm(payment), f"{ADDRESS}?merchant={account.merchant_id}") == "00"
