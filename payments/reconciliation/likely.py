"""What a person says of money that is probably booked under another number: the same transaction, or another."""

from __future__ import annotations

from contextlib import suppress

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.audit import record as audit
from agencies.models import User
from core import live
from gateways.base import GatewayMissing
from payments import proposals
from payments.errors import AlreadyDecided
from payments.models import Discrepancy, LedgerEvent, Notification, Statement, StatementRow
from payments.models.discrepancies import DiscrepancyKind
from payments.models.statements import RowState, StatementState
from payments.settlement import apply as settlement
from payments.states import MONEY_IN

from . import foreign, matching


def event_of(discrepancy: Discrepancy) -> LedgerEvent | None:
    """Return the booked transaction that a case of this kind compares with."""
    if discrepancy.kind != DiscrepancyKind.LIKELY_BOOKED:
        return None
    events = LedgerEvent.objects.filter(money_key=discrepancy.note, kind__in=MONEY_IN)
    return events.select_related("bill", "payment", "merchant_account").first()


def same(discrepancy: Discrepancy, *, actor: User) -> None:
    """It is the booked transaction: a line is matched, the case closed. Raises AlreadyDecided. Locks the case."""
    with transaction.atomic():
        row = _decide(discrepancy, _("Là giao dịch đã ghi nhận"), "likely_same", actor)
        if row:
            event = event_of(discrepancy)
            if event and event.merchant_account_id != row.merchant_account_id:
                foreign.set_aside([row])
                return
            is_repeated = StatementRow.objects.filter(event=event).exclude(pk=row.pk).exists()
            row.event = None if is_repeated else event
            row.state = RowState.REPEATED if is_repeated else RowState.MATCHED
            row.save(update_fields=["event", "state"])


def another(discrepancy: Discrepancy, *, actor: User) -> None:
    """It is a transaction of its own: it is booked like any news. Raises AlreadyDecided.

    Nor may who sent a file in say it of its lines: raises SamePerson, NotIndependent.

    Locks the case, then the statement or the notification. The money of a line is booked after
    that commit, at once or by the worker: the row keeps its case, by which it is not judged
    again. Call outside a transaction.
    """
    with transaction.atomic(durable=True):
        row = _decide(discrepancy, _("Là giao dịch khác, ghi nhận thêm"), "likely_another", actor)
        if row:
            proposals.check_two_people(row.statement.uploaded_by, actor)
            row.state = RowState.NEW
            row.save(update_fields=["state"])
            done = Statement.objects.filter(pk=row.statement_id, state=StatementState.DONE)
            done.update(state=StatementState.APPLYING, lease_until=None)
        else:
            own = Notification.objects.filter(pk=discrepancy.notification_id or 0).select_related("merchant_account")
            outcome = settlement.apply(list(own.select_for_update(of=("self",))), is_judged=False)
    if row is None:
        live.publish([bill.token for bill in outcome.changed_bills.values()])
        return
    with suppress(GatewayMissing):  # the row waits until its package is back
        matching.apply(row.statement)


def _decide(discrepancy: Discrepancy, resolution: str, action: str, actor: User) -> StatementRow | None:
    """Close the case; return the line it is about, None where it is about a notification."""
    locked = Discrepancy.objects.select_for_update().get(pk=discrepancy.pk)
    row = locked.rows.select_related("statement__merchant_account", "statement__uploaded_by").first()
    if locked.closed_at or locked.kind != DiscrepancyKind.LIKELY_BOOKED:
        raise AlreadyDecided
    locked.closed_at, locked.resolution = timezone.now(), resolution
    locked.save(update_fields=["closed_at", "resolution"])
    audit.record(action, f"case:{locked.pk}", actor=actor, agency=locked.agency)
    return row
