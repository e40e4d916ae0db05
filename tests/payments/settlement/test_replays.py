"""A genuine callback sent again long after: through both keys' window, after it, and after the bill is settled."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from payments.callbacks import inbox
from payments.models import MerchantAccount, Notification, Payment, Receipt
from payments.settlement import ledger_check
from payments.states import BillState, PaymentState
from tests.support import factories
from tests.support.notifications import confirm, notify_bill
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)
GATEWAYS = pytest.mark.parametrize("gateway", ["vnptpay", "vietinbank"])
CODE = {"vnptpay": "RESPONSE_CODE", "vietinbank": "errorCode"}
REPLAY = {"vnptpay": "02", "vietinbank": "00"}
REFUSED = {"vnptpay": "97", "vietinbank": "01"}


def notification_of(payment: Payment) -> dict[str, Any]:
    return confirm(payment) if payment.gateway == "vnptpay" else notify_bill(payment)


def rotate(account: MerchantAccount, window: timedelta) -> None:
    """Both sides take new keys; what was signed with the old ones is still believed within the window."""
    account.previous_secrets = account.secrets
    account.previous_secrets_until = timezone.now() + window
    account.secrets = json.dumps(factories.renewed_contracts()[account.gateway]["secrets"])
    account.save()


def answer_to(message: dict[str, Any], gateway: str) -> str:
    return str(post(message, gateway)[CODE[gateway]])


@GATEWAYS
@pytest.mark.parametrize("is_in_window", [True, False])
def test_an_old_callback_replayed_after_a_key_rotation_pays_nothing_again(gateway: str, is_in_window: bool) -> None:
    payment = factories.payment(gateway=gateway)
    message = notification_of(payment)
    post(message, gateway)
    inbox.drain_all()
    rotate(payment.merchant_account, timedelta(hours=1 if is_in_window else -1))
    assert answer_to(message, gateway) == (REPLAY if is_in_window else REFUSED)[gateway]
    inbox.drain_all()
    assert (Notification.objects.count(), Receipt.objects.count()) == (1, 1)
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.PAID
    assert ledger_check.check() == []


@GATEWAYS
@pytest.mark.parametrize("is_in_window", [True, False])
def test_a_first_callback_under_the_old_key_counts_only_within_the_window(gateway: str, is_in_window: bool) -> None:
    payment = factories.payment(gateway=gateway)
    message = notification_of(payment)
    rotate(payment.merchant_account, timedelta(hours=1 if is_in_window else -1))
    assert answer_to(message, gateway) == ("00" if is_in_window else REFUSED[gateway])
    inbox.drain_all()
    payment.refresh_from_db()
    assert payment.state == (PaymentState.PAID if is_in_window else PaymentState.SENT)
    assert ledger_check.check() == []


@GATEWAYS
def test_the_new_key_is_believed_at_once(gateway: str, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = factories.payment(gateway=gateway)
    rotate(payment.merchant_account, timedelta(hours=1))
    monkeypatch.setitem(factories.CONTRACTS, gateway, _with_old_names(gateway))
    assert answer_to(notification_of(payment), gateway) == "00"
    inbox.drain_all()
    payment.refresh_from_db()
    assert payment.state == PaymentState.PAID


def _with_old_names(gateway: str) -> dict[str, Any]:
    """The new keys under the identity and account of the contract that was made for this run."""
    old, new = factories.CONTRACTS[gateway], factories.renewed_contracts()[gateway]
    kept = {name: value for name, value in old["bank"].items() if "key" not in name}
    return {**old, "secrets": new["secrets"], "bank": {**new["bank"], **kept}}


@GATEWAYS
def test_a_callback_cannot_be_turned_to_another_bill(gateway: str) -> None:
    """The reference is signed: the genuine message of one payment, bent to another, is not believed."""
    first, second = factories.payment(gateway=gateway), factories.payment(gateway=gateway)
    field = {"vnptpay": "MERCHANT_ORDER_ID", "vietinbank": "custCode"}[gateway]
    message = {**notification_of(first), field: second.merchant_ref}
    assert answer_to(message, gateway) == REFUSED[gateway]
    assert not Notification.objects.exists()
