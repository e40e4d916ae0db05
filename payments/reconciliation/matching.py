"""Matches a statement with the ledger: every row ends matched, settled or with a discrepancy.

Rows that the ledger knows already are matched by one UPDATE per batch. The rest
goes through the inbox like a callback, so money that no notification reported is settled by
the same door, and money nobody knows is booked first and looked for afterwards.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from core.database.bulk_update import update_rows
from payments import discrepancies
from payments.callbacks import inbox
from payments.merchants import missing
from payments.merchants.accounts import adapter_for
from payments.models import Discrepancy, LedgerEvent, Notification, Statement, StatementRow
from payments.models.discrepancies import DiscrepancyKind
from payments.models.notifications import NotificationSource, NotificationState
from payments.models.statements import RowState, StatementState
from payments.states import MONEY_IN

from . import codes, foreign, identity, row_notifications, taken_back
from .statements import LEASE, claim, load

logger = logging.getLogger(__name__)

BATCH = 5000
INBOX_BATCH = 200
Progress = Callable[[int, int], None]

_MATCH = """
WITH batch AS (
    SELECT id, gateway_ref, amount FROM payments_statementrow
    WHERE statement_id = %(statement)s AND state = 'new' AND id > %(after)s ORDER BY id LIMIT %(limit)s),
known AS (
    SELECT batch.id, event.id AS event_id, event.amount = batch.amount AS is_equal, earlier.id AS earlier_id
    FROM batch
    LEFT JOIN LATERAL (
        SELECT other.id FROM payments_statementrow other
        WHERE other.merchant_account_id = %(account)s AND other.gateway_ref = batch.gateway_ref
          AND other.statement_id <> %(statement)s AND other.state NOT IN ('new', 'foreign', 'debit', 'locked')
          AND (other.amount > 0) = (batch.amount > 0) LIMIT 1) earlier ON true
    LEFT JOIN payments_ledgerevent event
           ON batch.amount > 0
          AND event.money_key = %(prefix)s || batch.gateway_ref AND event.kind IN ('payment_paid', 'money_received')),
changed AS (
    UPDATE payments_statementrow row
    SET state = CASE WHEN known.earlier_id IS NOT NULL THEN 'repeated' ELSE 'matched' END,
        event_id = CASE WHEN known.earlier_id IS NOT NULL THEN NULL ELSE known.event_id END
    FROM known WHERE row.id = known.id AND (known.earlier_id IS NOT NULL OR known.is_equal)
    RETURNING row.id)
SELECT count(*), max(id), (SELECT count(*) FROM changed) FROM batch
"""


def work_due() -> int:
    """Take on every file that waits to be read or matched; return how many were worked at.

    Those of a gateway that no package provides go on waiting.
    """
    waiting = Statement.objects.filter(state__in=(StatementState.LOADING, StatementState.APPLYING))
    waiting = waiting.exclude(lease_until__gte=timezone.now()).select_related("merchant_account__agency")
    due = list(missing.without_missing(waiting, "merchant_account__gateway").order_by("id")[:5])
    for statement in due:
        try:
            if statement.state == StatementState.LOADING:
                load(statement)
            else:
                apply(statement)
        except Exception:
            logger.exception("statement %s was not finished; it is tried again", statement.pk)
    return len(due)


def apply(statement: Statement, progress: Progress = lambda done, total: None) -> None:
    """Match every row of a confirmed statement. May be interrupted and called again at any row.

    Raises GatewayMissing before anything is touched. Call outside a transaction.
    """
    account = statement.merchant_account
    adapter_for(account)
    is_transfer = row_notifications.is_transfer(account)
    if not claim(statement, StatementState.APPLYING):
        return
    statement.refresh_from_db(fields=["is_countersigned"])
    values: dict[str, int | str] = {
        "statement": statement.pk,
        "account": account.pk,
        "prefix": f"{account.gateway}:{account.pk}:",
        "limit": BATCH,
    }
    after = 0
    done = statement.rows.exclude(state=RowState.NEW).count()
    while True:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute(_MATCH, {**values, "after": after})
            taken, last, matched = cursor.fetchone()
        if not taken:
            break
        if matched < taken:
            _apply_new_rows(statement, after, last, is_transfer=is_transfer)
        after, done = last, done + taken
        Statement.objects.filter(pk=statement.pk).update(rows_done=done, lease_until=timezone.now() + LEASE)
        progress(done, statement.row_count)
    _close_matched(statement)
    _leave(statement)
    statement.refresh_from_db()


def _leave(statement: Statement) -> None:
    """Say how far the file is. What a file tells that is new waits for a second person before anybody hears of it.

    Rows whose notifications failed are tried again once those are quarantined or through.
    """
    now = timezone.now()
    is_done = not statement.rows.filter(state=RowState.NEW).exists()
    waits = StatementState.APPLYING if statement.is_countersigned else StatementState.PROPOSED
    after = StatementState.DONE if is_done else waits
    Statement.objects.filter(pk=statement.pk).update(
        state=after,
        lease_until=now + LEASE if after == StatementState.APPLYING else None,
        proposed_at=now if after == StatementState.PROPOSED else F("proposed_at"),
        finished_at=now if is_done else None,
    )


def _apply_new_rows(statement: Statement, after: int, last: int, *, is_transfer: bool) -> None:
    """Look at the rows of one batch whose number the ledger does not know: what they probably are, else news.

    Of a file that no second person has confirmed only what the ledger has in another notation is matched.
    """
    waiting = list(statement.rows.filter(state=RowState.NEW, pk__gt=after, pk__lte=last).order_by("pk"))
    new_rows = [row for row in waiting if row.amount > 0]
    booked = _booked(statement, new_rows)
    heard = [row for row in new_rows if row.gateway_ref not in booked]
    alike = identity.likenesses(statement, heard)
    if not statement.is_countersigned:
        _note_alike(statement, [row for row in heard if row.pk in alike and alike[row.pk].is_same], alike)
        return
    taken_back.note(statement, [row for row in waiting if row.amount < 0])
    unlike = [row for row in heard if row.pk not in alike and row.discrepancy_id is None]
    elsewhere = foreign.booked_elsewhere(statement, unlike)
    alike |= {pk: identity.Likeness(event, is_same=False) for pk, event in elsewhere.items()}
    _note_alike(statement, [row for row in heard if row.pk in alike], alike)
    heard = [row for row in heard if row.pk not in alike]
    for start in range(0, len(heard), INBOX_BATCH):
        _hear(statement, heard[start : start + INBOX_BATCH], is_transfer=is_transfer)
    # Booked meanwhile, or by another amount.
    _note_differing(statement, [row for row in new_rows if row.gateway_ref in booked], booked)


def _hear(statement: Statement, rows: list[StatementRow], *, is_transfer: bool) -> None:
    """Let rows pass through the inbox as news, and write on each what it led to."""
    filled = row_notifications.zero_filled(statement, rows)
    for row in rows:
        notification = row_notifications.notification_of(
            row, statement, row_notifications.code_of(row, filled), is_transfer=is_transfer
        )
        received = inbox.receive(notification, statement.merchant_account, source=NotificationSource.STATEMENT)
        row.notification_id = received.notification_id
    inbox.drain(limit=INBOX_BATCH, ids=[row.notification_id for row in rows if row.notification_id])
    _conclude(statement, rows)


def _note_alike(statement: Statement, rows: list[StatementRow], alike: Mapping[int, identity.Likeness]) -> None:
    """A number in another notation is matched, or known from an earlier file; one that is only alike gets a case."""
    events = [alike[row.pk].event for row in rows]
    earlier = StatementRow.objects.filter(event__in=events).exclude(statement=statement)
    repeated = set(earlier.values_list("event", flat=True))
    with transaction.atomic(durable=True):
        for row in rows:
            event = alike[row.pk].event
            if alike[row.pk].is_same:
                row.state = RowState.REPEATED if event.pk in repeated else RowState.MATCHED
                row.event = None if event.pk in repeated else event
                continue
            row.state = RowState.LIKELY
            # What another contract booked may be for a bill that the accountants of this one do not see.
            bill = event.bill if event.merchant_account_id == statement.merchant_account_id else None
            discrepancy = discrepancies.new_discrepancy(
                DiscrepancyKind.LIKELY_BOOKED,
                agency_id=bill.agency_id if bill else statement.merchant_account.agency_id,
                bill=bill,
                payment=event.payment if bill else None,
                amount=row.amount,
                note=event.money_key,
            )
            discrepancy.save()
            row.discrepancy = discrepancy
        update_rows(StatementRow, rows, ["state", "event_id", "discrepancy_id"])


def _booked(statement: Statement, rows: list[StatementRow]) -> dict[str, LedgerEvent]:
    """Return the booked event of each row that has one, by the bank's reference."""
    prefix = _prefix(statement)
    keys = [prefix + row.gateway_ref for row in rows]
    events = LedgerEvent.objects.filter(money_key__in=keys, kind__in=MONEY_IN).select_related("bill", "payment")
    return {event.money_key.removeprefix(prefix): event for event in events}


def _prefix(statement: Statement) -> str:
    return f"{statement.merchant_account.gateway}:{statement.merchant_account_id}:"


def _conclude(statement: Statement, rows: list[StatementRow]) -> None:
    """Write on each row what its notification led to. A row whose notification failed stays NEW and is tried again."""
    notifications = Notification.objects.in_bulk([row.notification_id for row in rows if row.notification_id])
    cases = {
        discrepancy.notification_id: discrepancy
        for discrepancy in Discrepancy.objects.filter(notification__in=notifications)
    }
    booked = _booked(statement, rows)
    for row in rows:
        notification = notifications[row.notification_id or 0]
        row.event = booked.get(row.gateway_ref)
        row.discrepancy = cases.get(notification.pk)
        if row.discrepancy:
            row.state = RowState.DISCREPANCY
            if notification.result == "unknown_reference":
                text = f"{row.merchant_ref} {row.description}"
                row.proposed_bill = codes.propose(text, row.amount, statement.merchant_account)
                row.state = RowState.PROPOSED if row.proposed_bill else RowState.DISCREPANCY
        elif notification.state == NotificationState.IGNORED:
            row.state = RowState.MATCHED
        elif notification.state == NotificationState.DONE:
            row.state = RowState.SETTLED
    update_rows(StatementRow, rows, ["state", "event_id", "notification_id", "discrepancy_id", "proposed_bill_id"])


def _note_differing(statement: Statement, rows: list[StatementRow], booked: dict[str, LedgerEvent]) -> None:
    with transaction.atomic(durable=True):
        for row in rows:
            row.event = event = booked[row.gateway_ref]
            discrepancy = discrepancies.new_discrepancy(
                DiscrepancyKind.AMOUNT_DIFFERS,
                agency_id=event.bill.agency_id if event.bill else statement.merchant_account.agency_id,
                bill=event.bill,
                payment=event.payment,
                amount=abs(row.amount - event.amount),
                note=f"{row.gateway_ref}: {row.amount} / {event.amount}",
            )
            discrepancy.save()
            row.discrepancy, row.state = discrepancy, RowState.DISCREPANCY
        update_rows(StatementRow, rows, ["state", "event_id", "discrepancy_id"])


def _close_matched(statement: Statement) -> None:
    """Close discrepancies of money that an earlier statement lacked and this one has."""
    matched = statement.rows.exclude(event=None).values("event__money_key")
    missing = Discrepancy.objects.filter(kind=DiscrepancyKind.NOT_IN_STATEMENT, closed_at=None, note__in=matched)
    missing.update(closed_at=timezone.now(), resolution=f"#{statement.pk}")
