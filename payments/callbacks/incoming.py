"""What of an incoming notification is believed, and how two of one event are told apart."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime, timedelta

from django.utils import timezone

from gateways import base
from payments.models import Notification

logger = logging.getLogger(__name__)

#: Clocks differ by minutes. What is said to happen later than that is booked as of now, by our clock.
LONGEST_AHEAD = timedelta(minutes=10)


def is_paid_twice(notification: base.Notification, earlier_id: int | None) -> bool:
    """Tell whether two messages of one event both tell of money: only one of them can be true."""
    is_paid = notification.state == base.OutcomeState.PAID
    return is_paid and Notification.objects.filter(pk=earlier_id or 0, outcome=base.OutcomeState.PAID).exists()


def believable(occurred_at: datetime | None) -> datetime | None:
    """Return the bank's time unless it is to come: a wrong clock must not put money into a day that nobody closes.

    A time too early does no harm: what falls on a closed day counts today. No time decides about money.
    """
    if occurred_at and occurred_at > timezone.now() + LONGEST_AHEAD:
        logger.error("a bank's clock or ours is wrong: it tells of %s", occurred_at.isoformat())
        return None
    return occurred_at


def digest(notification: base.Notification) -> str:
    """Return the hash of the facts that decide: the same event with another digest contradicts itself."""
    decisive = (
        notification.merchant_ref,
        notification.gateway_ref,
        str(notification.state),
        notification.amount,
        notification.currency,
        notification.account,
    )
    return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()
