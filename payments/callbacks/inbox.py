"""The inbox: notifications are stored first, answered second, applied third.

`receive` is one statement, so a callback costs one round trip before it is answered.
`drain` applies what waits in batches; any number of drains may run at once, in workers,
in the sweeper, after a query: rows are claimed with SKIP LOCKED (docs/architecture.md#the-way-of-a-callback).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from core import live
from core.background import wakeup
from core.database.locks import is_contention, limit_waits
from gateways import base
from payments import discrepancies
from payments.models import Discrepancy, MerchantAccount, Notification, Payment
from payments.models.discrepancies import DiscrepancyKind
from payments.models.notifications import CONFLICT, NotificationSource, NotificationState
from payments.settlement import apply as settlement
from payments.settlement import bulk
from payments.states import PaymentState

from . import incoming

logger = logging.getLogger(__name__)

BATCH = 1000
MAX_ATTEMPTS = 5
#: How long money for an unknown reference waits for its order to appear before it becomes a discrepancy.
ORPHAN_PATIENCE = timedelta(minutes=2)
LOCK_TIMEOUT = "3s"
#: A row that is tried alone waits no longer for its bill: 199 others are queued behind it.
LOCK_TIMEOUT_ALONE = "100ms"
LOCKED_PATIENCE = timedelta(seconds=5)

_RECEIVE = """
WITH received AS (
    INSERT INTO payments_notification (
        gateway, event_key, source, merchant_account_id, merchant_ref, gateway_ref, outcome, amount,
        currency, account, is_transfer, occurred_at, facts, body, query, headers, remote_addr, digest,
        state, result, attempts, error)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'new', %s, 0, '')
    ON CONFLICT (gateway, event_key) DO NOTHING
    RETURNING id)
SELECT (SELECT id FROM received), earlier.id, earlier.digest,
       payment.id, payment.amount, payment.state, payment.gateway_ref
FROM (VALUES (1)) AS one
LEFT JOIN payments_notification earlier ON earlier.gateway = %s AND earlier.event_key = %s
LEFT JOIN payments_payment payment ON payment.gateway = %s AND payment.merchant_ref = %s
"""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a notification at the door: the row it is, and what to answer."""

    notification_id: int
    answer: base.Answer
    is_new: bool


def receive(
    notification: base.Notification,
    account: MerchantAccount,
    *,
    source: NotificationSource = NotificationSource.CALLBACK,
    request: base.RawRequest | None = None,
) -> Received:
    """Store a verified notification and say what to answer. Commits before it returns (autocommit).

    The same event twice is one row and a REPLAY; the same key with other facts is a
    CONFLICT, kept beside the first for a person to look at.
    """
    digest = incoming.digest(notification)
    row = _insert(notification, account, source, request, notification.event_key, digest)
    new_id, earlier_id, earlier_digest, payment_values = row[0], row[1], row[2], row[3:]
    if new_id is None and earlier_digest is None:
        # A concurrent twin committed after this statement's snapshot: look again.
        earlier = Notification.objects.only("id", "digest").get(
            gateway=notification.gateway, event_key=notification.event_key
        )
        earlier_id, earlier_digest = earlier.pk, earlier.digest
    if new_id is None and earlier_digest != digest:
        key, is_paid_twice = f"{notification.event_key}#{digest[:16]}", incoming.is_paid_twice(notification, earlier_id)
        conflict = _insert(notification, account, source, request, key, digest, CONFLICT if is_paid_twice else "")
        logger.error("conflicting duplicate: %s %s", notification.gateway, notification.event_key)
        return Received(conflict[0] or earlier_id or 0, base.Answer.CONFLICT, is_new=conflict[0] is not None)
    answer = _answer(notification, *payment_values) if new_id else _replay_answer(notification, *payment_values)
    return Received(new_id or earlier_id or 0, answer, is_new=new_id is not None)


def _insert(
    notification: base.Notification,
    account: MerchantAccount,
    source: NotificationSource,
    request: base.RawRequest | None,
    event_key: str,
    digest: str,
    result: str = "",
) -> tuple[int | None, int | None, str | None, int | None, int | None, str | None, str | None]:
    values = (
        notification.gateway,
        event_key,
        str(source),
        account.pk,
        notification.merchant_ref[:64],
        notification.gateway_ref[:64],
        str(notification.state),
        notification.amount,
        (notification.currency or "")[:8],
        notification.account[:40],
        notification.is_transfer,
        incoming.believable(notification.occurred_at),
        json.dumps(dict(notification.facts), default=str).replace("\\u0000", ""),
        request.body if request else b"",
        request.query if request else "",
        json.dumps(dict(request.headers)) if request else "{}",
        request.remote_addr if request else "",
        digest,
        result,
    )
    keys = (notification.gateway, event_key, notification.gateway, notification.merchant_ref)
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVE, (*values, *keys))
        row = cursor.fetchone()
    return (row[0], row[1], row[2], row[3], row[4], row[5], row[6])


def _answer(
    notification: base.Notification,
    payment_id: int | None,
    amount: int | None,
    state: str | None,
    gateway_ref: str | None,
) -> base.Answer:
    if payment_id is None:
        return base.Answer.NOT_FOUND
    if notification.state == base.OutcomeState.PAID and notification.amount not in (None, amount):
        return base.Answer.WRONG_AMOUNT
    if state == PaymentState.PAID and gateway_ref == notification.gateway_ref:
        return base.Answer.REPLAY
    return base.Answer.ACCEPTED


def _replay_answer(
    notification: base.Notification,
    payment_id: int | None,
    amount: int | None,
    state: str | None,
    gateway_ref: str | None,
) -> base.Answer:
    answer = _answer(notification, payment_id, amount, state, gateway_ref)
    return base.Answer.REPLAY if answer == base.Answer.ACCEPTED else answer


def drain(*, limit: int = BATCH, ids: Iterable[int] | None = None) -> int:
    """Apply up to `limit` waiting notifications in one transaction; return how many were taken.

    When the batch fails, its rows are retried one by one: a poison row is put off with a
    growing delay and quarantined after five attempts, a row whose bill somebody holds is
    put off for five seconds, and the others go on.
    Raises OperationalError when the database itself is in trouble; nothing is lost then.
    """
    claimed: list[int] = []
    try:
        return _drain_batch(limit, ids, claimed)
    except OperationalError as error:
        if not is_contention(error):
            raise
        logger.warning("a lock held up a batch of %d notifications; trying them one by one", len(claimed))
    except Exception:
        logger.exception("a batch of %d notifications failed; trying them one by one", len(claimed))
    for notification_id in claimed:
        _drain_alone(notification_id)
    return len(claimed)


def drain_all(*, pause: float = 0.0) -> int:
    """Drain until nothing waits; return how many notifications were taken.

    `pause` is how many seconds to let notifications gather after a batch that was not full.
    """
    total = 0
    while taken := drain():
        total += taken
        if taken < BATCH:
            time.sleep(pause)
    return total


def _drain_batch(limit: int, ids: Iterable[int] | None, claimed: list[int], *, lock_timeout: str | None = None) -> int:
    with transaction.atomic(durable=True):
        limit_waits(lock_timeout or LOCK_TIMEOUT)
        waiting = Notification.objects.filter(state=NotificationState.NEW, next_attempt_at__lte=Now()).order_by(
            "next_attempt_at", "id"
        )
        if ids is not None:
            waiting = waiting.filter(pk__in=list(ids))
        waiting = waiting.order_by("next_attempt_at", "id")  # as notification_waiting is: no batch sorts the backlog
        claimed.extend(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        settled = bulk.settle(claimed)
        others = [pk for pk in claimed if pk not in settled.notification_ids]
        notifications = Notification.objects.filter(pk__in=others).order_by("id").select_related("merchant_account")
        ready = _put_off_orphans(list(notifications.defer("body", "headers", "query", "facts"))) if others else []
        outcome = settlement.apply(ready) if ready else settlement.Settled()
    live.publish((*settled.tokens, *(bill.token for bill in outcome.changed_bills.values())))
    if outcome.payments_to_ask:
        wakeup.enqueue("payments.query_open_payments")
    return len(claimed)


def _drain_alone(notification_id: int) -> None:
    try:
        _drain_batch(1, [notification_id], [], lock_timeout=LOCK_TIMEOUT_ALONE)
    except OperationalError as error:
        if not is_contention(error):
            raise
        logger.warning("notification %s waits: somebody holds its rows", notification_id)
        _put_off_locked(notification_id)
    except Exception as error:
        logger.exception("notification %s failed", notification_id)
        _record_failure(notification_id, error)


def _record_failure(notification_id: int, error: Exception) -> None:
    with transaction.atomic(durable=True):
        notification = Notification.objects.select_for_update().select_related(None).get(pk=notification_id)
        if notification.state != NotificationState.NEW:
            return
        notification.attempts += 1
        notification.error = f"{type(error).__name__}: {error}"[:2000]
        notification.next_attempt_at = Now() + timedelta(seconds=5 * 4**notification.attempts)
        if notification.attempts >= MAX_ATTEMPTS:
            notification.state, notification.processed_at = NotificationState.QUARANTINED, timezone.now()
            discrepancy = discrepancies.new_discrepancy(
                DiscrepancyKind.QUARANTINED,
                agency_id=notification.merchant_account.agency_id,
                notification=notification,
                amount=notification.amount or 0,
                note=notification.error,
            )
            Discrepancy.objects.bulk_create([discrepancy], ignore_conflicts=True)
        notification.save(update_fields=["attempts", "error", "next_attempt_at", "state", "processed_at"])


def _put_off_orphans(notifications: list[Notification]) -> list[Notification]:
    """Keep those whose order exists, or whose patience is over; the rest waits a little."""
    references = [notification.merchant_ref for notification in notifications]
    existing = set(Payment.objects.filter(merchant_ref__in=references).values_list("gateway", "merchant_ref"))
    unknown = [
        notification.pk
        for notification in notifications
        if (notification.gateway, notification.merchant_ref) not in existing
    ]
    # By PostgreSQL's clock: with one of ours that is slow, what is put off would be due again at once, for hours.
    young = Notification.objects.filter(pk__in=unknown, received_at__gt=Now() - ORPHAN_PATIENCE)
    # A statement covers yesterday: an order it names has long been there, or never will be.
    early = set(young.exclude(source=NotificationSource.STATEMENT).values_list("pk", flat=True)) if unknown else set()
    Notification.objects.filter(pk__in=early).update(next_attempt_at=Now() + timedelta(seconds=20))
    return [notification for notification in notifications if notification.pk not in early]


def _put_off_locked(notification_id: int) -> None:
    with transaction.atomic(durable=True):
        ours = Notification.objects.filter(pk=notification_id, state=NotificationState.NEW).select_for_update(
            skip_locked=True
        )
        if ours:
            Notification.objects.filter(pk=notification_id).update(next_attempt_at=Now() + LOCKED_PATIENCE)
