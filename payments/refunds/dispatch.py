"""Sends approved refunds to their gateway, and queries unclear ones.

The state SENT is committed before the request leaves (I12), so a process that dies in
between leaves a refund that is asked about, never one that is sent twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from core.background.outbox import Backoff, claim_due
from gateways.base import (
    Capability,
    GatewayError,
    GatewayMissing,
    GatewayRefused,
    GatewayUnavailable,
    Outcome,
    OutcomeState,
    RefundGateway,
    RefundOrder,
    SentOrder,
)
from payments.merchants import missing
from payments.merchants.accounts import adapter_for
from payments.models import Payment, Refund
from payments.states import RefundState

from . import workflow as refunds

logger = logging.getLogger(__name__)

#: Between two queries about a refund that is unclear.
BACKOFF = Backoff((timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)), timedelta(hours=1))
#: While one process works at a refund the others leave it alone.
LEASE = timedelta(minutes=2)
_WORK = (RefundState.APPROVED, RefundState.SENT, RefundState.UNKNOWN)


def send_due(limit: int = 20) -> int:
    """Take every refund whose next step is due one step on; return how many were touched.

    Those of a gateway that no package provides stay due; those of a contract whose settings or keys do not do wait
    for the lease and are tried again.
    """
    due = Refund.objects.filter(next_check_at__lte=timezone.now(), state__in=_WORK).order_by("next_check_at")
    with_contract = missing.without_missing(due, "payment__gateway").select_related("payment__merchant_account")
    claimed = claim_due(with_contract, lease=LEASE, limit=limit, field="next_check_at")
    for refund in claimed:
        try:
            _take_on(refund)
        except GatewayMissing as error:
            logger.error("refund %s waits: %s", refund.pk, error)
    return len(claimed)


def _take_on(refund: Refund) -> None:
    adapter = _refunding(refund.payment)
    if adapter is None or refund.payment is None:
        _step(refund, RefundState.AWAITING_TRANSFER, error="")
    elif refund.state == RefundState.APPROVED:
        if _step(refund, RefundState.SENT, sent_at=timezone.now()):
            _send(refund, refund.payment, lambda order, wanted: adapter.refund(order, wanted), is_first=True)
    else:
        # SENT after its lease: whoever sent it has died. It may have arrived, so it is asked about.
        _send(refund, refund.payment, lambda order, wanted: adapter.query_refund(order, wanted), is_first=False)


def _refunding(payment: Payment | None) -> RefundGateway | None:
    """Return the adapter when this money can go back the way it came."""
    if payment is None:
        return None
    adapter = adapter_for(payment.merchant_account)
    return adapter if Capability.REFUND in adapter.capabilities else None  # type: ignore[return-value]


def _send(
    refund: Refund, payment: Payment, call: Callable[[SentOrder, RefundOrder], Outcome], *, is_first: bool
) -> None:
    order = SentOrder(
        payment.merchant_ref, payment.amount, payment.request, payment.gateway_ref, created_at=payment.created_at
    )
    wanted = RefundOrder(
        refund_ref=refund.token.hex,
        amount=refund.amount,
        reason=refund.reason,
        created_at=refund.decided_at or refund.proposed_at,
        requested_by=str(refund.checker or "portal"),
    )
    try:
        outcome = call(order, wanted)
    except GatewayUnavailable as error:
        # Nothing has left when sending; when asking, nothing was learnt.
        _step(refund, RefundState.APPROVED if is_first else None, error=str(error))
    except GatewayRefused as error:
        _step(refund, RefundState.AWAITING_TRANSFER if is_first else None, error=str(error))
    except GatewayError as error:
        _step(refund, RefundState.UNKNOWN, error=str(error))
    else:
        _hear(refund, outcome)


def _hear(refund: Refund, outcome: Outcome) -> None:
    if outcome.state == OutcomeState.PAID:
        with transaction.atomic(durable=True):
            locked = refunds.lock(refund)
            if locked.state in _WORK:
                refunds.finish(locked, outcome.gateway_ref)
    elif outcome.state == OutcomeState.FAILED:
        _step(refund, RefundState.AWAITING_TRANSFER, error=f"{outcome.code} {outcome.message}")
    else:
        _step(refund, RefundState.UNKNOWN, error=f"{outcome.code} {outcome.message}")


def _step(refund: Refund, after: RefundState | None, **changes: object) -> bool:
    """Move a refund (None: only put it off) unless somebody has moved it meanwhile; schedule its next query."""
    with transaction.atomic(durable=True):
        locked = refunds.lock(refund)
        if locked.state != refund.state:
            return False
        for name, value in changes.items():
            setattr(locked, name, value[:255] if isinstance(value, str) else value)
        locked.next_check_at = _next_look(locked, after)
        if after is None or after == locked.state:
            locked.save(update_fields=["next_check_at", "check_count", *changes])
        else:
            refunds.move(locked, after, "next_check_at", "check_count", *changes)
    refund.refresh_from_db(fields=["state"])
    return True


def _next_look(locked: Refund, after: RefundState | None) -> datetime | None:
    if after == RefundState.AWAITING_TRANSFER:
        return None
    if after == RefundState.SENT:
        return timezone.now() + LEASE
    locked.check_count += 1
    pause = BACKOFF.after(locked.check_count)
    return timezone.now() + pause if pause else None
