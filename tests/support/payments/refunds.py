"""Refunds and reversals, made as the product makes them."""

from __future__ import annotations

import itertools
from typing import Any

from django.utils import timezone

from agencies.models import User
from gateways.base import Notification, OutcomeState
from payments.callbacks import inbox
from payments.models import Payment, Refund
from payments.models.notifications import NotificationSource
from payments.refunds import dispatch
from payments.refunds import workflow as refunds
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

_keys = itertools.count(1)
#: Where a transfer goes.
ACCOUNT = {"bank_account": "VCB · 0123456789 · NGUYEN THI BINH"}


def paid(amount: int = 150_000, **values: Any) -> Payment:
    payment = factories.payment(of=factories.bill(amount, **values))
    post(confirm(payment))
    inbox.drain_all()
    payment.refresh_from_db()
    return payment


def proposal(amount: int, remaining: int, reason: str = "withdrawn", **values: Any) -> refunds.Proposal:
    return refunds.Proposal(amount, remaining, reason, **{**ACCOUNT, "idempotency_key": f"k{next(_keys)}", **values})


def give_back(payment: Payment, amount: int, maker: User, checker: User) -> Refund:
    payment.refresh_from_db()
    refund = refunds.propose_for_payment(payment, proposal(amount, payment.remaining_amount), maker=maker)
    refunds.approve(refund, checker=checker)
    dispatch.send_due()
    return refunds.record_transfer(refund, reference="FT26001", actor=checker)


def reverse(payment: Payment, amount: int | None = None) -> int:
    """Tell the inbox what a status query would: the money went back."""
    notification = Notification(
        gateway=payment.gateway,
        event_key=f"reversed:{payment.gateway_ref}:{amount}",
        merchant_ref=payment.merchant_ref,
        gateway_ref=payment.gateway_ref,
        state=OutcomeState.REVERSED,
        amount=amount,
        currency="VND",
        occurred_at=timezone.now(),
    )
    return inbox.receive(notification, payment.merchant_account, source=NotificationSource.QUERY).notification_id
