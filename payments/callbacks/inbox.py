"""The inbox: news about money is stored first, answered second, applied third.

`receive` is one statement, so a callback costs one round trip before it is answered.
`drain` applies what waits in batches; any number of drains may run at once, in workers,
in the sweeper, after a query: rows are claimed with SKIP LOCKED (docs/architecture.md#the-way-of-a-callback).
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from core import live, wakeup
from core.locks import is_contention, limit_waits
from gateways import base
from payments import discrepancies
from payments.models import Discrepancy, MerchantAccount, Notice, Payment
from payments.models.discrepancies import DiscrepancyKind
from payments.models.notifications import NoticeSource, NoticeState
from payments.settlement import apply as settlement
from payments.settlement import bulk
from payments.states import PaymentState

logger = logging.getLogger(__name__)

BATCH = 1000
MAX_ATTEMPTS = 5
#: How long money for an unknown reference waits for its order to appear before it becomes a case.
ORPHAN_PATIENCE = timedelta(minutes=2)
LOCK_TIMEOUT = "3s"
#: A row that is tried alone waits no longer for its bill: 199 others stand behind it.
LOCK_TIMEOUT_ALONE = "100ms"
LOCKED_PATIENCE = timedelta(seconds=5)
#: Clocks differ by minutes. What is said to happen later than that is booked as of now, by our clock.
LONGEST_AHEAD = timedelta(minutes=10)

_RECEIVE = """
WITH received AS (
    INSERT INTO payments_notice (
        gateway, event_key, source, merchant_account_id, merchant_ref, gateway_ref, outcome, amount,
        currency, account, is_transfer, occurred_at, facts, body, query, headers, remote_addr, digest,
        state, result, attempts, error)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'new', '', 0, '')
    ON CONFLICT (gateway, event_key) DO NOTHING
    RETURNING id)
SELECT (SELECT id FROM received), earlier.id, earlier.digest,
       payment.id, payment.amount, payment.state, payment.gateway_ref
FROM (VALUES (1)) AS one
LEFT JOIN payments_notice earlier ON earlier.gateway = %s AND earlier.event_key = %s
LEFT JOIN payments_payment payment ON payment.gateway = %s AND payment.merchant_ref = %s
"""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a notice at the door: the row it is, and what to answer."""

    notice_id: int
    answer: base.Answer
    is_new: bool


def receive(
    notice: base.Notice,
    account: MerchantAccount,
    *,
    source: NoticeSource = NoticeSource.CALLBACK,
    request: base.RawRequest | None = None,
) -> Received:
    """Store a verified notice and say what to answer. Commits before it returns (autocommit).

    The same event twice is one row and a REPLAY; the same key with other facts is a
    CONFLICT, kept beside the first for a person to look at.
    """
    digest = _digest(notice)
    row = _insert(notice, account, source, request, notice.event_key, digest)
    new_id, earlier_id, earlier_digest, found = row[0], row[1], row[2], row[3:]
    if new_id is None and earlier_digest is None:
        # A concurrent twin committed after this statement's snapshot: look again.
        earlier = Notice.objects.only("id", "digest").get(gateway=notice.gateway, event_key=notice.event_key)
        earlier_id, earlier_digest = earlier.pk, earlier.digest
    if new_id is None and earlier_digest != digest:
        conflict = _insert(notice, account, source, request, f"{notice.event_key}#{digest[:16]}", digest)
        logger.error("conflicting duplicate: %s %s", notice.gateway, notice.event_key)
        return Received(conflict[0] or earlier_id or 0, base.Answer.CONFLICT, is_new=conflict[0] is not None)
    answer = _answer(notice, *found) if new_id else _replay_answer(notice, *found)
    return Received(new_id or earlier_id or 0, answer, is_new=new_id is not None)


def _believable(occurred_at: datetime | None) -> datetime | None:
    """Return the bank's time unless it is to come: a wrong clock must not put money into a day that nobody closes.

    A time too early does no harm: what falls on a closed day counts today. No time decides about money.
    """
    if occurred_at and occurred_at > timezone.now() + LONGEST_AHEAD:
        logger.error("a bank's clock or ours is wrong: it tells of %s", occurred_at.isoformat())
        return None
    return occurred_at


def _digest(notice: base.Notice) -> str:
    decisive = (
        notice.merchant_ref,
        notice.gateway_ref,
        str(notice.state),
        notice.amount,
        notice.currency,
        notice.account,
    )
    return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()


def _insert(
    notice: base.Notice,
    account: MerchantAccount,
    source: NoticeSource,
    request: base.RawRequest | None,
    event_key: str,
    digest: str,
) -> tuple[int | None, int | None, str | None, int | None, int | None, str | None, str | None]:
    values = (
        notice.gateway,
        event_key,
        str(source),
        account.pk,
        notice.merchant_ref[:64],
        notice.gateway_ref[:64],
        str(notice.state),
        notice.amount,
        (notice.currency or "")[:8],
        notice.account[:40],
        notice.is_transfer,
        _believable(notice.occurred_at),
        json.dumps(dict(notice.facts), default=str).replace("\\u0000", ""),
        request.body if request else b"",
        request.query if request else "",
        json.dumps(dict(request.headers)) if request else "{}",
        request.remote_addr if request else "",
        digest,
    )
    keys = (notice.gateway, event_key, notice.gateway, notice.merchant_ref)
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVE, (*values, *keys))
        row = cursor.fetchone()
    return (row[0], row[1], row[2], row[3], row[4], row[5], row[6])


def _answer(
    notice: base.Notice,
    payment_id: int | None,
    amount: int | None,
    state: str | None,
    gateway_ref: str | None,
) -> base.Answer:
    if payment_id is None:
        return base.Answer.NOT_FOUND
    if notice.state == base.OutcomeState.PAID and notice.amount not in (None, amount):
        return base.Answer.WRONG_AMOUNT
    if state == PaymentState.PAID and gateway_ref == notice.gateway_ref:
        return base.Answer.REPLAY
    return base.Answer.ACCEPTED


def _replay_answer(
    notice: base.Notice,
    payment_id: int | None,
    amount: int | None,
    state: str | None,
    gateway_ref: str | None,
) -> base.Answer:
    answer = _answer(notice, payment_id, amount, state, gateway_ref)
    return base.Answer.REPLAY if answer == base.Answer.ACCEPTED else answer


def drain(*, limit: int = BATCH, ids: Iterable[int] | None = None) -> int:
    """Apply up to `limit` waiting notices in one transaction; return how many were taken.

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
        logger.warning("a lock held up a batch of %d notices; trying them one by one", len(claimed))
    except Exception:
        logger.exception("a batch of %d notices failed; trying them one by one", len(claimed))
    for notice_id in claimed:
        _drain_alone(notice_id)
    return len(claimed)


def drain_all(*, pause: float = 0.0) -> int:
    """Drain until nothing waits; return how many notices were taken.

    `pause` is how many seconds to let notices gather after a batch that was not full.
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
        waiting = Notice.objects.filter(state=NoticeState.NEW, next_attempt_at__lte=Now()).order_by(
            "next_attempt_at", "id"
        )
        if ids is not None:
            waiting = waiting.filter(pk__in=list(ids))
        waiting = waiting.order_by("next_attempt_at", "id")  # as notice_waiting is: no batch sorts the backlog
        claimed.extend(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        settled = bulk.settle(claimed)
        others = [pk for pk in claimed if pk not in settled.notice_ids]
        notices = Notice.objects.filter(pk__in=others).order_by("id").select_related("merchant_account")
        ready = _put_off_orphans(list(notices.defer("body", "headers", "query", "facts"))) if others else []
        outcome = settlement.apply(ready) if ready else settlement.Settled()
    live.publish((*settled.tokens, *(bill.token for bill in outcome.changed_bills.values())))
    if outcome.payments_to_ask:
        wakeup.ring_for("payments.query_open_payments")
    return len(claimed)


def _drain_alone(notice_id: int) -> None:
    try:
        _drain_batch(1, [notice_id], [], lock_timeout=LOCK_TIMEOUT_ALONE)
    except OperationalError as error:
        if not is_contention(error):
            raise
        logger.warning("notice %s waits: somebody holds its rows", notice_id)
        _put_off_locked(notice_id)
    except Exception as error:
        logger.exception("notice %s failed", notice_id)
        _record_failure(notice_id, error)


def _record_failure(notice_id: int, error: Exception) -> None:
    with transaction.atomic(durable=True):
        notice = Notice.objects.select_for_update().select_related(None).get(pk=notice_id)
        if notice.state != NoticeState.NEW:
            return
        notice.attempts += 1
        notice.error = f"{type(error).__name__}: {error}"[:2000]
        notice.next_attempt_at = Now() + timedelta(seconds=5 * 4**notice.attempts)
        if notice.attempts >= MAX_ATTEMPTS:
            notice.state, notice.processed_at = NoticeState.QUARANTINED, timezone.now()
            found = discrepancies.case(
                DiscrepancyKind.QUARANTINED,
                agency_id=notice.merchant_account.agency_id,
                notice=notice,
                amount=notice.amount or 0,
                note=notice.error,
            )
            Discrepancy.objects.bulk_create([found], ignore_conflicts=True)
        notice.save(update_fields=["attempts", "error", "next_attempt_at", "state", "processed_at"])


def _put_off_orphans(notices: list[Notice]) -> list[Notice]:
    """Keep those whose order exists, or whose patience is over; the rest waits a little."""
    references = [notice.merchant_ref for notice in notices]
    known = set(Payment.objects.filter(merchant_ref__in=references).values_list("gateway", "merchant_ref"))
    unknown = [notice.pk for notice in notices if (notice.gateway, notice.merchant_ref) not in known]
    # By PostgreSQL's clock: with one of ours that is slow, what is put off would be due again at once, for hours.
    young = Notice.objects.filter(pk__in=unknown, received_at__gt=Now() - ORPHAN_PATIENCE)
    # A statement tells of yesterday: an order it names has long been there, or never will be.
    early = set(young.exclude(source=NoticeSource.STATEMENT).values_list("pk", flat=True)) if unknown else set()
    Notice.objects.filter(pk__in=early).update(next_attempt_at=Now() + timedelta(seconds=20))
    return [notice for notice in notices if notice.pk not in early]


def _put_off_locked(notice_id: int) -> None:
    with transaction.atomic(durable=True):
        ours = Notice.objects.filter(pk=notice_id, state=NoticeState.NEW).select_for_update(skip_locked=True)
        if ours:
            Notice.objects.filter(pk=notice_id).update(next_attempt_at=Now() + LOCKED_PATIENCE)
