"""A callback's way from the bank's POST to a paid bill, over the real view, inbox and database."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client

from core.background import wakeup
from gateways.codecs.field_signatures import RsaConcatenation, public_key
from gateways.vietinbank import messages
from gateways.vnptpay import messages as vnptpay_messages
from payments.callbacks import dead_letters, inbox
from payments.models import Discrepancy, LedgerEvent, Notification, Receipt, RejectedNotification
from payments.models.notifications import NotificationState
from payments.settlement import apply as settlement
from payments.settlement import ledger_check
from payments.states import BillState, PaymentState
from tests.support import factories
from tests.support.notifications import confirm, notify_bill
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = factories.CONTRACTS["vnptpay"]["secrets"]["secret_key"]


def assert_ledger_is_sound() -> None:
    """No invariant is broken."""
    assert ledger_check.check() == []


def test_a_paid_notification_settles_the_bill_with_receipt_and_ledger() -> None:
    payment = factories.payment()
    answer = post(confirm(payment))
    assert answer["RESPONSE_CODE"] == "00"
    assert vnptpay_messages.ANSWER.is_signed(answer, answer["SECURE_CODE"], [SECRET])
    inbox.drain_all()
    payment.refresh_from_db()
    assert (payment.state, payment.is_applied, payment.bill.state) == (PaymentState.PAID, True, BillState.PAID)
    assert Receipt.objects.get().amount == payment.amount
    assert_ledger_is_sound()


def test_the_form_envelope_is_understood() -> None:
    payment = factories.payment()
    body = urlencode({"data": json.dumps([confirm(payment)])})
    answer = Client().post("/gateways/vnptpay/notify", body, content_type="application/x-www-form-urlencoded")
    assert json.loads(answer.content)["RESPONSE_CODE"] == "00"


def test_the_same_notification_twice_is_one_row_and_already_confirmed() -> None:
    payment = factories.payment()
    message = confirm(payment)
    assert [post(message)["RESPONSE_CODE"] for _ in range(3)] == ["00", "02", "02"]
    inbox.drain_all()
    assert post(message)["RESPONSE_CODE"] == "02"
    inbox.drain_all()
    assert Notification.objects.count() == Receipt.objects.count() == 1
    assert_ledger_is_sound()


def test_fifty_duplicates_at_once_are_one_row_and_never_an_error() -> None:
    payment = factories.payment()
    message = confirm(payment)

    def send(_: int) -> str:
        try:
            return str(post(message)["RESPONSE_CODE"])
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        codes = list(threads.map(send, range(50)))
    assert set(codes) <= {"00", "02"}
    assert codes.count("00") == 1

    def drain(_: int) -> None:
        inbox.drain_all()
        connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(drain, range(4)))
    assert Notification.objects.count() == Receipt.objects.count() == 1
    assert LedgerEvent.objects.filter(kind="bill_settled").count() == 1
    assert_ledger_is_sound()


@pytest.mark.parametrize("field", [*vnptpay_messages.CONFIRM.fields, "SECURE_CODE"])
def test_one_changed_bit_in_any_signed_field_changes_nothing(field: str) -> None:
    payment = factories.payment()
    message = confirm(payment, ADDITIONAL_INFO="x")
    value = str(message[field])
    message[field] = chr(ord(value[0]) ^ 1) + value[1:]
    answer = post(message)
    assert answer["RESPONSE_CODE"] == "97"
    assert not Notification.objects.exists()
    assert RejectedNotification.objects.count() == 1
    payment.refresh_from_db()
    assert payment.state == PaymentState.SENT


def test_a_missing_signature_is_a_bad_one() -> None:
    message = confirm(factories.payment())
    del message["SECURE_CODE"]
    assert post(message)["RESPONSE_CODE"] == "97"
    assert not Notification.objects.exists()


@pytest.mark.parametrize("factor", [1 / 150_000, 0.5, 149_999 / 150_000, 150_001 / 150_000, 100])
def test_a_wrong_amount_is_kept_as_surplus_with_a_case_and_the_bill_stays_open(factor: float) -> None:
    payment = factories.payment()
    assert post(confirm(payment, amount=round(payment.amount * factor)))["RESPONSE_CODE"] == "04"
    inbox.drain_all()
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.OPEN
    assert Discrepancy.objects.get().kind == ("short" if factor < 1 else "over")
    assert not Receipt.objects.exists()
    assert_ledger_is_sound()


def test_success_after_failure_is_corrected_to_match_the_bank() -> None:
    payment = factories.payment()
    post(confirm(payment, RESPONSE_CODE="01"))
    inbox.drain_all()
    payment.refresh_from_db()
    assert payment.state == PaymentState.FAILED
    post(confirm(payment))
    inbox.drain_all()
    payment.refresh_from_db()
    assert payment.state == PaymentState.PAID
    assert LedgerEvent.objects.get(kind="payment_paid").is_correction
    assert_ledger_is_sound()


def test_failure_after_success_changes_nothing() -> None:
    payment = factories.payment()
    post(confirm(payment))
    inbox.drain_all()
    post(confirm(payment, RESPONSE_CODE="01"))
    inbox.drain_all()
    payment.refresh_from_db()
    assert payment.state == PaymentState.PAID
    assert Notification.objects.get(outcome="failed").state == NotificationState.IGNORED
    assert_ledger_is_sound()


def test_a_late_success_after_expiry_is_applied_while_the_bill_is_open() -> None:
    payment = factories.payment(state=PaymentState.EXPIRED)
    post(confirm(payment))
    inbox.drain_all()
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.PAID
    assert_ledger_is_sound()


def test_two_gateways_for_one_bill_apply_once_and_the_second_is_surplus() -> None:
    first = factories.payment()
    second = factories.payment(of=first.bill, gateway="vietinbank")
    post(confirm(first))
    post(notify_bill(second), "vietinbank")
    inbox.drain_all()
    second.refresh_from_db()
    assert (second.state, second.is_applied) == (PaymentState.PAID, False)
    assert Discrepancy.objects.get().kind == "surplus"
    assert Receipt.objects.count() == 1
    assert_ledger_is_sound()


def test_a_second_transfer_to_a_paid_code_is_surplus() -> None:
    payment = factories.payment(gateway="vietinbank")
    post(notify_bill(payment), "vietinbank")
    post(notify_bill(payment, transId="TXagain", bankTransId="OTHER-0001"), "vietinbank")
    inbox.drain_all()
    assert Discrepancy.objects.get().kind == "surplus"
    assert_ledger_is_sound()


def test_an_unknown_order_is_answered_so_and_kept(settings: Any) -> None:
    factories.merchant(factories.agency(), "vnptpay")
    assert post(confirm("MC-NOBODY", amount=1000))["RESPONSE_CODE"] == "01"
    inbox.drain_all()
    assert Notification.objects.get().state == NotificationState.NEW  # its order may still appear
    Notification.objects.update(received_at="2026-01-01T00:00Z", next_attempt_at="2026-01-01T00:00Z")
    inbox.drain_all()
    assert Notification.objects.get().state == NotificationState.ORPHAN
    assert Discrepancy.objects.get().kind == "unknown_reference"
    assert_ledger_is_sound()


def test_the_same_transaction_with_another_content_is_refused_and_kept() -> None:
    payment = factories.payment(gateway="vietinbank")
    post(notify_bill(payment), "vietinbank")
    other = notify_bill(payment, amount=payment.amount + 1)
    assert post(other, "vietinbank")["errorCode"] == "99"
    assert Notification.objects.count() == 2


def test_the_three_readings_of_one_vietinbank_signature_do_not_all_pay() -> None:
    """docs/reference/vietinbank.md#signature: no separators, so one signature fits three messages."""
    payment = factories.payment(of=factories.bill(amount=875_800), gateway="vietinbank")
    honest = notify_bill(payment, bankTransId="164T24200GKAJ7BY")
    moved = {**honest, "amount": "8758001", "bankTransId": "64T24200GKAJ7BY"}
    shifted = {**honest, "custCode": payment.merchant_ref[:-2], "amount": payment.merchant_ref[-2:] + "875800"}
    post(moved, "vietinbank")
    post(shifted, "vietinbank")
    inbox.drain_all()
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.OPEN
    assert_ledger_is_sound()


def test_the_answer_to_vietinbank_is_signed_with_our_key() -> None:
    answer = post(notify_bill(factories.payment(gateway="vietinbank")), "vietinbank")
    public = public_key(factories.CONTRACTS["vietinbank"]["bank"]["portal_public_key"])
    codec = RsaConcatenation(messages.NOTIFICATION_ANSWER_FIELDS)
    assert codec.is_signed(answer, answer["signature"], [public])


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({"currencyCode": "USD"}, "wrong_currency"), ({"recvAcctId": "999"}, "wrong_account")],
)
def test_unsigned_fields_are_checked_and_never_trusted(changes: dict[str, Any], kind: str) -> None:
    payment = factories.payment(gateway="vietinbank")
    post(notify_bill(payment, **changes), "vietinbank")
    inbox.drain_all()
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.OPEN
    assert Discrepancy.objects.get().kind == kind
    assert_ledger_is_sound()


def test_a_debit_is_never_money() -> None:
    payment = factories.payment(gateway="vietinbank")
    post(notify_bill(payment, transType="D"), "vietinbank")
    inbox.drain_all()
    payment.refresh_from_db()
    assert payment.state == PaymentState.SENT


def test_a_poison_notification_is_quarantined_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    payments = [factories.payment() for _ in range(10)]
    poison = payments[4].merchant_ref
    real = settlement._apply_one

    def fail_for_one(notification: Notification, work: Any) -> None:
        if notification.merchant_ref == poison:
            raise ValueError("poison")
        real(notification, work)

    monkeypatch.setattr(settlement, "_apply_one", fail_for_one)
    for payment in payments:
        post(confirm(payment))
    for _ in range(inbox.MAX_ATTEMPTS):
        Notification.objects.filter(state="new").update(next_attempt_at="2026-01-01T00:00Z")
        inbox.drain()
    states = list(Notification.objects.values_list("state", flat=True))
    assert states.count("done") == 9
    assert states.count("quarantined") == 1
    monkeypatch.undo()
    dead_letters.retry(Notification.objects.get(state="quarantined"), actor=factories.officer(factories.agency()))
    inbox.drain_all()
    assert Receipt.objects.count() == 10


def test_the_callback_is_accepted_quickly_when_redis_is_down(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    wakeup._redis.cache_clear()
    payment = factories.payment()
    began = time.monotonic()
    assert post(confirm(payment))["RESPONSE_CODE"] == "00"
    assert time.monotonic() - began < 1
    wakeup._redis.cache_clear()
    inbox.drain_all()
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.PAID
