"""VNPAY's IPN by GET and MoMo's answered by 204, over the real view, inbox and database."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from payments.callbacks import inbox
from payments.models import Discrepancy, Notification, Receipt, RejectedNotification
from payments.settlement import ledger_check
from payments.states import BillState, PaymentState
from tests.support import factories
from tests.support.notifications import momo_ipn, vnpay_ipn

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("gateway", ["vnpay", "momo"]),
]
BUILDERS = {"vnpay": vnpay_ipn, "momo": momo_ipn}
FAILED: dict[str, dict[str, Any]] = {
    "vnpay": {"vnp_ResponseCode": "51", "vnp_TransactionStatus": "02", "vnp_TransactionNo": "0"},
    "momo": {"resultCode": 1001, "transId": 0},
}
#: What each gateway is told, in its own words.
WORDS = {
    "vnpay": {"accepted": "00", "unknown": "01", "again": "02", "amount": "04", "signature": "97", "other": "99"},
    "momo": {"accepted": "204", "unknown": "204", "again": "204", "amount": "204", "signature": "400", "other": "409"},
}


def send(gateway: str, message: dict[str, Any]) -> Any:
    """Deliver a notification as the gateway does."""
    if gateway == "vnpay":
        return Client().get("/gateways/vnpay/notify", message)
    return Client().post("/gateways/momo/notify", json.dumps(message), content_type="application/json")


def tell(gateway: str, message: dict[str, Any]) -> str:
    """Deliver a notification and return the one word of the answer."""
    answer = send(gateway, message)
    if gateway == "momo":
        assert answer.content == b""
        return str(answer.status_code)
    assert answer.status_code == 200 and answer["Content-Type"].startswith("application/json")
    return str(json.loads(answer.content)["RspCode"])


def test_a_paid_notification_settles_the_bill(gateway: str) -> None:
    payment = factories.payment(gateway=gateway)
    assert tell(gateway, BUILDERS[gateway](payment)) == WORDS[gateway]["accepted"]
    inbox.drain_all()
    payment.refresh_from_db()
    assert (payment.state, payment.is_applied, payment.bill.state) == (PaymentState.PAID, True, BillState.PAID)
    assert Receipt.objects.get().amount == payment.amount
    assert ledger_check.check() == []


def test_the_message_is_kept_where_it_stood(gateway: str) -> None:
    payment = factories.payment(gateway=gateway)
    send(gateway, BUILDERS[gateway](payment))
    notification = Notification.objects.get()
    kept, empty = (
        (notification.query.encode(), notification.body)
        if gateway == "vnpay"
        else (bytes(notification.body), notification.query)
    )
    assert payment.merchant_ref.encode() in kept
    assert not empty
    assert notification.facts[{"vnpay": "vnp_TxnRef", "momo": "orderId"}[gateway]] == payment.merchant_ref


def test_the_same_notification_twice_is_one_row(gateway: str) -> None:
    payment = factories.payment(gateway=gateway)
    message, word = BUILDERS[gateway](payment), WORDS[gateway]
    assert [tell(gateway, message) for _ in range(3)] == [word["accepted"], word["again"], word["again"]]
    inbox.drain_all()
    assert tell(gateway, message) == word["again"]
    assert Notification.objects.count() == Receipt.objects.count() == 1


def test_the_same_event_with_another_amount_is_refused_and_kept(gateway: str) -> None:
    payment = factories.payment(gateway=gateway)
    tell(gateway, BUILDERS[gateway](payment))
    inbox.drain_all()
    assert tell(gateway, BUILDERS[gateway](payment, amount=1000)) == WORDS[gateway]["other"]
    assert Notification.objects.count() == 2
    assert ledger_check.check() == []


@pytest.mark.parametrize("factor", [0.01, 0.5, 100])
def test_a_wrong_amount_is_kept_and_the_bill_stays_open(gateway: str, factor: float) -> None:
    payment = factories.payment(gateway=gateway)
    message = BUILDERS[gateway](payment, amount=round(payment.amount * factor))
    assert tell(gateway, message) == WORDS[gateway]["amount"]
    inbox.drain_all()
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.OPEN
    assert Discrepancy.objects.get().kind == ("short" if factor < 1 else "over")
    assert ledger_check.check() == []


def test_an_unknown_order_is_kept(gateway: str) -> None:
    factories.merchant(factories.agency(), gateway)
    assert tell(gateway, BUILDERS[gateway]("MC261123000000", amount=1000)) == WORDS[gateway]["unknown"]
    assert Notification.objects.get().merchant_ref == "MC261123000000"


def test_a_changed_field_changes_nothing(gateway: str) -> None:
    payment = factories.payment(gateway=gateway)
    genuine = BUILDERS[gateway](payment)
    for name, value in genuine.items():
        changed = value + 1 if isinstance(value, int) else f"{value}1"
        assert tell(gateway, {**genuine, name: changed}) == WORDS[gateway]["signature"], name
    assert not Notification.objects.exists()
    assert RejectedNotification.objects.count() == len(genuine)
    payment.refresh_from_db()
    assert payment.state == PaymentState.SENT


def test_a_failed_payment_is_heard_and_a_later_success_corrects_it(gateway: str) -> None:
    payment = factories.payment(gateway=gateway)
    assert tell(gateway, BUILDERS[gateway](payment, **FAILED[gateway])) == WORDS[gateway]["accepted"]
    inbox.drain_all()
    payment.refresh_from_db()
    assert payment.state == PaymentState.FAILED
    assert tell(gateway, BUILDERS[gateway](payment)) == WORDS[gateway]["accepted"]
    inbox.drain_all()
    payment.refresh_from_db()
    assert payment.state == PaymentState.PAID
    assert ledger_check.check() == []


@pytest.mark.parametrize("content", ["", "{", "[]", "a=%ff", "vnp_TmnCode", "x" * 3000, '{"partnerCode": {}}'])
def test_rubbish_is_answered_in_the_protocol_and_never_an_error(gateway: str, content: str) -> None:
    factories.merchant(factories.agency(), gateway)
    path = f"/gateways/{gateway}/notify"
    by_get = Client().get(path, QUERY_STRING=content)
    by_post = Client().post(path, content.encode(), content_type="application/json")
    for answer in (by_get, by_post):
        if gateway == "vnpay":
            assert (answer.status_code, json.loads(answer.content)["RspCode"] in ("97", "99")) == (200, True)
        else:
            assert (answer.status_code, answer.content) == (400, b"")
