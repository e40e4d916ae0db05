"""Notifications settled directly, and what the ledger says of them: without HTTP or an inbox."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from django.utils import timezone

from payments.models import Bill, Discrepancy, LedgerEvent, Notification, Payment
from tests.support import factories

_numbers = itertools.count(1)
NOON = timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
FULL = -1


def owed(amount: int = 72_000, **values: Any) -> Payment:
    values.setdefault("of", factories.bill(amount))
    return factories.payment(gateway="vietinbank", **values)


def told(payment: Payment, amount: int | None = FULL, **values: Any) -> Notification:
    """A notification of a transfer that has come, in full unless changed."""
    number = next(_numbers)
    base = {
        "gateway": payment.gateway,
        "merchant_account": payment.merchant_account,
        "merchant_ref": payment.merchant_ref,
        "event_key": f"E{number}",
        "gateway_ref": f"FT{number}",
        "source": "callback",
        "outcome": "paid",
        "amount": payment.amount if amount == FULL else amount,
        "currency": "VND",
        "is_transfer": True,
        "occurred_at": NOON,
    }
    return Notification.objects.create(**{**base, **values})


def events(*kinds: str) -> list[Any]:
    rows = LedgerEvent.objects.filter(kind__in=kinds).order_by("pk")
    return list(rows.values_list("kind", "bill", "payment", "amount"))


def money_of(notification: Notification, kind: str) -> LedgerEvent:
    return LedgerEvent.objects.get(kind=kind, cause_id=str(notification.pk))


def cases() -> list[Any]:
    return list(Discrepancy.objects.order_by("pk").values_list("kind", "amount"))


def state(payment: Payment) -> tuple[str, str]:
    return Payment.objects.get(pk=payment.pk).state, Bill.objects.get(pk=payment.bill_id).state
