"""Status queries of open payments with back-off (P-6).

An answer that says something new goes through the inbox like a callback. Before a
payment expires it is asked about; while the gateway is unclear it is UNKNOWN, not failed.
"""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from core import live
from core.background.outbox import claim_due
from gateways.base import Capability, GatewayError, GatewayMissing, Notification, Outcome, OutcomeState, SentOrder
from payments import transitions
from payments.callbacks import inbox
from payments.merchants import circuit_breaker, missing
from payments.merchants.accounts import adapter_for
from payments.models import Bill, Payment
from payments.models.notifications import NotificationSource
from payments.states import OPEN_PAYMENT_STATES, PaymentState

logger = logging.getLogger(__name__)

#: Up to which age of an attempt (seconds since it was sent) it is asked about how often (seconds): most
#: payers pay by then, so without any callback 95 of 100 wait less than two minutes (`python -m tests.simulator`).
PACE = ((60, 30), (300, 60), (900, 90))
#: After that: in its first day while it can be paid or is in doubt; for the rest of that day and of its life; later.
OPEN_PACE, LATE_PACE, LAST_PACE = 900, 3600, 86400
#: What was paid in the last minute, while the bank was away, is still looked for eagerly.
GRACE = timedelta(hours=1)
LOOK_BACK = timedelta(days=90)
#: While somebody has the page open, a young attempt is queried so often (a lost callback costs him no more).
WATCHED_EVERY = timedelta(seconds=20)
WATCHED_FOR = timedelta(minutes=30)
#: Questions to one gateway in one round.
BUDGET = 20
#: While one process asks, the others leave the payment alone for this long.
LEASE = timedelta(seconds=60)
#: A bank that rests is asked about one payment so often: what begins payments may be broken there while what
#: tells of them works, and an answer ends the rest.
PROBE_EVERY = timedelta(seconds=15)
#: A person who presses "check now" again within this time is shown the answer just got.
FRESH = timedelta(seconds=3)

_FINAL = {OutcomeState.PAID, OutcomeState.FAILED, OutcomeState.CANCELLED, OutcomeState.REVERSED}


@dataclass(frozen=True, slots=True)
class Check:
    """What asking brought: `was_asked` is False when the last answer is only seconds old."""

    was_asked: bool
    is_reachable: bool
    state: OutcomeState


def next_check_after(payment: Payment, now: datetime, *, is_reachable: bool = True) -> datetime | None:
    """Return when to ask next, with jitter, or None after 90 days. What nobody answered is asked again sooner.

    Measured by the age of the attempt, not by how often somebody asked: "check now" pressed
    five times must not put off what the sweeper does.
    """
    age = now - (payment.sent_at or payment.created_at)
    if age > LOOK_BACK:
        return None
    seconds = _pace(payment, age, now) / (1 if is_reachable else 3)
    return now + timedelta(seconds=seconds * random.uniform(0.9, 1.1))  # noqa: S311 - jitter


def _pace(payment: Payment, age: timedelta, now: datetime) -> int:
    for limit, seconds in PACE:
        if age.total_seconds() < limit * 0.9:  # jitter may bring us here a little early
            return seconds
    is_first_day, is_alive = age < timedelta(days=1), now < payment.expires_at + GRACE
    if is_first_day and (is_alive or payment.state in OPEN_PAYMENT_STATES):
        return OPEN_PACE
    return LATE_PACE if is_first_day or is_alive else LAST_PACE


def hasten(bill: Bill) -> None:
    """Somebody watches the page of a bill: let its young attempts be asked about now, but not all the time."""
    now = timezone.now()
    for payment in bill.open_payments:
        began = payment.sent_at or payment.created_at
        is_young = payment.is_in_doubt or now - began < WATCHED_FOR
        if is_young and now - max(began, payment.checked_at or began) > WATCHED_EVERY:
            Payment.objects.filter(pk=payment.pk, next_check_at__gt=now).update(next_check_at=now)


def check(payment: Payment) -> Check:
    """Ask the gateway about one payment now and apply what it says.

    Never raises for the gateway's sake: an unreachable or missing one is reported in the result.
    Call outside a transaction.
    """
    now = timezone.now()
    if payment.checked_at and now - payment.checked_at < FRESH:
        return Check(was_asked=False, is_reachable=True, state=OutcomeState.UNKNOWN)
    try:
        adapter = adapter_for(payment.merchant_account)
    except GatewayMissing as error:
        logger.error("payment %s waits: %s", payment.merchant_ref, error)
        return Check(was_asked=False, is_reachable=False, state=OutcomeState.UNKNOWN)
    if Capability.QUERY not in adapter.capabilities:
        _expire_if_over(payment, now)
        return Check(was_asked=False, is_reachable=True, state=OutcomeState.UNKNOWN)
    order = SentOrder(
        payment.merchant_ref, payment.amount, payment.request, payment.gateway_ref, created_at=payment.created_at
    )
    try:
        outcome = adapter.query(order)
    except GatewayError as error:
        logger.warning("asking %s about %s: %s", payment.gateway, payment.merchant_ref, error)
        circuit_breaker.note_failure(payment.merchant_account, error)
        _note_check(payment, now, is_reachable=False)
        return Check(was_asked=True, is_reachable=False, state=OutcomeState.UNKNOWN)
    circuit_breaker.note_success(payment.merchant_account)
    _note_check(payment, now, is_reachable=True)
    if outcome.state in _FINAL:
        is_transfer = Capability.REDIRECT not in adapter.capabilities
        notifications = [
            _as_notification(payment, each, is_transfer=is_transfer) for each in (outcome, *outcome.others)
        ]
        for notification in notifications:
            received = inbox.receive(notification, payment.merchant_account, source=NotificationSource.QUERY)
            inbox.drain(ids=[received.notification_id])
    else:
        _expire_if_over(payment, now, outcome.state)
    return Check(was_asked=True, is_reachable=True, state=outcome.state)


def check_due(gateway: str, limit: int = BUDGET) -> int:
    """Ask a gateway about its payments whose next check is due, oldest first; return how many were asked.

    One gateway at a time, so that each can be asked in a thread or task of its own: one
    that hangs keeps nobody else's payments waiting, and one with a long queue is not
    asked more than it bears (R-44). Those of a gateway that no package provides stay due.
    """
    if not missing.is_usable(gateway):
        return 0
    payments = _claim_due(gateway, limit)
    for payment in payments:
        check(payment)
    return len(payments)


def gateways_due() -> list[str]:
    """Return the gateways that have payments to ask about now, and can be asked."""
    slugs = _due(timezone.now()).order_by("gateway").values_list("gateway", flat=True).distinct()
    return [slug for slug in slugs if missing.is_usable(slug)]


def _due(now: datetime) -> QuerySet[Payment]:
    """Those due, without those of a bank that rests and was tried a moment ago."""
    just_failed = Q(merchant_account__health__last_failure_at__gt=now - PROBE_EVERY)
    return Payment.objects.filter(next_check_at__lte=now).exclude(_is_resting(now) & just_failed)


def _is_resting(now: datetime) -> Q:
    return Q(merchant_account__health__open_until__gt=now)


def _claim_due(gateway: str, limit: int) -> list[Payment]:
    """Claim payments of banks that answer; where there are none, one of a bank that rests, to probe it."""
    now = timezone.now()
    oldest = _due(now).filter(gateway=gateway).select_related("merchant_account").order_by("next_check_at")
    claim = partial(claim_due, lease=LEASE, field="next_check_at")
    return claim(oldest.exclude(_is_resting(now)), limit=limit) or claim(oldest.filter(_is_resting(now)), limit=1)


def _as_notification(payment: Payment, outcome: Outcome, *, is_transfer: bool) -> Notification:
    key = f"query:{payment.merchant_ref}:{outcome.gateway_ref}:{outcome.state}:{outcome.amount}"
    return Notification(
        gateway=payment.gateway,
        event_key=key,
        merchant_ref=payment.merchant_ref,
        gateway_ref=outcome.gateway_ref,
        state=outcome.state,
        amount=outcome.amount,
        currency=outcome.currency,
        occurred_at=outcome.occurred_at,
        is_transfer=is_transfer,
        facts=outcome.facts,
    )


def _note_check(payment: Payment, now: datetime, *, is_reachable: bool) -> None:
    payment.check_count += 1
    payment.next_check_at = next_check_after(payment, now, is_reachable=is_reachable)
    values: dict[str, object] = {
        "check_count": payment.check_count,
        "next_check_at": payment.next_check_at,
    }
    if is_reachable:
        payment.checked_at = values["checked_at"] = now
    Payment.objects.filter(pk=payment.pk).exclude(state=PaymentState.PAID).update(**values)


def _expire_if_over(payment: Payment, now: datetime, said: OutcomeState | None = None) -> None:
    """Close an attempt whose time is over, having asked; an unclear answer makes it UNKNOWN instead."""
    if payment.expires_at > now or payment.state not in OPEN_PAYMENT_STATES:
        return
    is_unclear = said in (OutcomeState.PENDING, OutcomeState.UNKNOWN) and now - payment.created_at < LOOK_BACK
    move_payment(payment, PaymentState.UNKNOWN if is_unclear else PaymentState.EXPIRED, cause="expiry")


def move_payment(payment: Payment, after: PaymentState, *, cause: str, **changes: object) -> bool:
    """Move an attempt without money, writing the edge's event; False when it has moved meanwhile.

    Locks the bill, then the payment. `changes` are further columns to write.
    """
    with transaction.atomic(durable=True):
        bill = Bill.objects.select_for_update().get(pk=payment.bill_id)
        locked = Payment.objects.select_for_update().get(pk=payment.pk)
        if locked.state == after or locked.state != payment.state:
            return False
        event = transitions.payment_to(locked, after, bill=bill, cause=cause)
        for name, value in changes.items():
            setattr(locked, name, value)
        locked.save(update_fields=["state", *changes])
        event.save()
    payment.refresh_from_db(fields=["state"])
    live.publish([bill.token])
    return True
