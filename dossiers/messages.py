"""Telling the citizen: written with the fact, sent afterwards, at most once each (I9)."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from .models import Dossier, Message

logger = logging.getLogger(__name__)
BATCH = 100


TEXTS = {
    "fee_paid": "Ho so {code}: da nop du phi {amount} d. Mot Cua Phu Tho.",
    "fee_taken_back": "Ho so {code}: ngan hang da thu hoi {amount} d, can nop lai. Mot Cua Phu Tho.",
    "fee_refunded": "Ho so {code}: da hoan lai {amount} d. Mot Cua Phu Tho.",
}


def text_for(kind: str, dossier: Dossier, amount: int) -> str:
    """Return an SMS text: plain ASCII, at most 160 characters, no personal data, no link."""
    return TEXTS[kind].format(code=dossier.code, amount=f"{amount:,}".replace(",", "."))[:160]


def send_waiting() -> int:
    """Send what waits and return how many went out; any number of senders may run at once.

    The demo's channel is the log. A row is marked in the transaction that holds its lock.
    """
    with transaction.atomic(durable=True):
        waiting = Message.objects.filter(sent_at=None, next_attempt_at__lte=Now()).order_by("id")
        messages = list(waiting.select_for_update(skip_locked=True)[:BATCH])
        now = timezone.now()
        for message in messages:
            logger.info("sms to %s…: %s", message.recipient[:4], message.text)
            message.sent_at, message.attempts = now, message.attempts + 1
            message.next_attempt_at = now + timedelta(minutes=1)
        Message.objects.bulk_update(messages, ["sent_at", "attempts", "next_attempt_at"])
    return len(messages)
