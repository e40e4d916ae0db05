"""Notifications of gateways, posted as the gateways post them, or read already."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from gateways.base import Notification, OutcomeState
from payments.models import Payment


def post(message: dict[str, Any], gateway: str = "vnptpay") -> dict[str, Any]:
    """Post a notification as JSON and return the decoded answer."""
    path = f"/gateways/{gateway}/notify"
    answer = Client().post(path, json.dumps(message), content_type="application/json")
    assert answer.status_code == 200
    return json.loads(answer.content)


def saying(payment: Payment, **changes: Any) -> Notification:
    """What an adapter reads from a message: paid in full unless changed."""
    base: dict[str, Any] = {
        "gateway": payment.gateway,
        "event_key": "E1",
        "merchant_ref": payment.merchant_ref,
        "gateway_ref": "FT1",
        "state": OutcomeState.PAID,
        "amount": payment.amount,
        "currency": "VND",
        "occurred_at": None,
    }
    return Notification(**{**base, **changes})
