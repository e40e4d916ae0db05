"""Who lets a file count: its uploader where the ledger knows every row already, else a second person.

A file has no signature of the bank, and anybody can write one. What it tells that is new only proposes, until
somebody of the agency with the same duty, independent of the uploader, has seen it and confirms it; or the bank
answers for its rows when it is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.models import User
from gateways.base import Capability, GatewayMissing
from payments import proposals
from payments.errors import NotUploader, StatementDecided
from payments.merchants.accounts import adapter_for
from payments.models import MerchantAccount, Payment, Statement
from payments.models.statements import RowState, StatementState
from payments.states import PaymentState
from payments.status_queries import interactive

from . import row_days
from .fates import FateKind
from .previews import Preview
from .statements import record

#: Files of which nothing has counted yet.
WAITING = (StatementState.PREVIEW, StatementState.PROPOSED)


def propose(statement: Statement, *, actor: User, left_out: Collection[int] = ()) -> None:
    """Send a previewed file to a second person. Only its uploader does; one that came by command gets one so.

    The rows `left_out` are another contract's: they stay to be seen, and count for nothing. Raises NotUploader,
    StatementDecided. Locks the statement.
    """
    with transaction.atomic():
        held = _lock(statement, (StatementState.PREVIEW,))
        if held.uploaded_by_id not in (None, actor.pk):
            raise NotUploader
        held.rows.filter(pk__in=left_out).update(state=RowState.FOREIGN)
        held.state, held.uploaded_by, held.proposed_at = StatementState.PROPOSED, actor, timezone.now()
        held.save(update_fields=["state", "uploaded_by", "proposed_at"])
        record("statement_propose", held, actor, **_left_out(left_out))


def match_known(statement: Statement, *, actor: User | None) -> None:
    """Let the rows of a file count that the ledger knows; matching then goes on in the background.

    Any other row leaves the file to a second person (`matching.apply`). Raises StatementDecided. Locks as `_begin`.
    """
    with transaction.atomic():
        _begin(statement, WAITING, actor)


def countersign(statement: Statement, *, actor: User) -> None:
    """Let a second person confirm a proposed file: its rows book money, open cases, match.

    Raises SamePerson, NotIndependent, StatementDecided. Locks as `_begin`.
    """
    with transaction.atomic():
        held = _begin(statement, (StatementState.PROPOSED,), actor)
        proposals.check_two_people(held.uploaded_by, actor)
        held.is_countersigned = True
        held.save(update_fields=["is_countersigned"])


def _begin(statement: Statement, states: Collection[str], actor: User | None) -> Statement:
    """Locks the merchant account, under which a day is closed, then the statement."""
    MerchantAccount.objects.select_for_update().get(pk=statement.merchant_account_id)
    held = _lock(statement, states)
    held.state, held.lease_until, held.rows_done = StatementState.APPLYING, None, 0
    held.confirmed_by, held.confirmed_at = actor, timezone.now()
    held.save(update_fields=["state", "lease_until", "rows_done", "confirmed_by", "confirmed_at"])
    row_days.set_closed_aside(held)  # a day may have been closed since the file was read
    record("statement_confirm", held, actor)
    return held


def _lock(statement: Statement, states: Collection[str]) -> Statement:
    related = Statement.objects.select_for_update(of=("self",)).select_related("merchant_account__agency")
    held = related.get(pk=statement.pk)
    if held.state not in states:
        raise StatementDecided
    return held


def _left_out(rows: Collection[int]) -> dict[str, int]:
    return {"left_out": len(rows)} if rows else {}


def discard(statement: Statement, *, actor: User | None) -> None:
    """Throw a file away of which nothing has counted: its uploader takes it back, or a second person says no."""
    with transaction.atomic():
        waiting = Statement.objects.filter(pk=statement.pk, state__in=WAITING)
        if waiting.update(state=StatementState.REFUSED, error=_("Đã bỏ"), lease_until=None, rows_done=F("row_count")):
            statement.rows.all().delete()
            record("statement_discard", statement, actor)


def payments_to_ask(statement: Statement, preview: Preview) -> list[Payment]:
    """Return the payments that rows would settle and about which the gateway answers; one a payment."""
    try:
        capabilities = adapter_for(statement.merchant_account).capabilities
    except GatewayMissing:
        return []
    if Capability.QUERY not in capabilities:
        return []
    settling = (fate.payment for fate in preview.fates.values() if fate.kind == FateKind.SETTLES)
    return list({payment.pk: payment for payment in settling if payment}.values())


def ask_bank(payments: Sequence[Payment]) -> int:
    """Ask about some at once, let the others be due; return of how many the money is there. Not in a transaction."""
    numbers = [payment.pk for payment in payments]
    Payment.objects.filter(pk__in=numbers).exclude(state=PaymentState.PAID).update(
        next_check_at=timezone.now(), checked_at=None
    )
    waiting = Payment.objects.filter(pk__in=numbers).select_related("merchant_account").order_by("pk")
    interactive.ask_about(waiting[: interactive.AT_ONCE])
    return Payment.objects.filter(pk__in=numbers, state=PaymentState.PAID).count()
