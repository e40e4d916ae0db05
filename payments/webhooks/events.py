"""Writes webhook events in the transaction of the bill's change: both or neither.

No event carries a name or anything else about a person: the client reads the bill if it
needs more, and must do so before it relies on anything.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import F
from django.dispatch import receiver
from django.utils import timezone

from payments.models import Bill, Refund, WebhookDelivery
from payments.models.clients import WebhookKind
from payments.signals import bills_cancelled, bills_reopened, bills_settled, money_returned, refund_decided
from payments.states import BillState, RefundState


@receiver(bills_settled)
def note_settled(sender: type[Bill], bill_ids: Iterable[int], **_: Any) -> None:
    """Write events for bills that were paid; a bill waived at its creation was reported in that response."""
    _write(WebhookKind.BILL_PAID, bill_ids, state=BillState.PAID)


@receiver(bills_reopened)
def note_reopened(sender: type[Bill], bills: Iterable[Bill], **_: Any) -> None:
    """Write events for bills whose money the bank took back."""
    _write(WebhookKind.BILL_REOPENED, [bill.pk for bill in bills])


@receiver(bills_cancelled)
def note_cancelled(sender: type[Bill], bill_ids: Iterable[int], **_: Any) -> None:
    """Write events for bills that were cancelled."""
    _write(WebhookKind.BILL_CANCELLED, bill_ids)


@receiver(money_returned)
def note_refunded(sender: type[Refund], refund: Refund, bill: Bill | None, **_: Any) -> None:
    """Write an event for refunded money that had settled the bill; surplus is no money of the bill."""
    if bill and refund.payment_id:
        _write(WebhookKind.BILL_REFUNDED, [bill.pk], refund=_facts(refund))


_DECIDED = {
    RefundState.PROPOSED: WebhookKind.REFUND_PROPOSED,
    RefundState.APPROVED: WebhookKind.REFUND_APPROVED,
    RefundState.REJECTED: WebhookKind.REFUND_REJECTED,
}


@receiver(refund_decided)
def note_decided(sender: type[Refund], refund: Refund, **_: Any) -> None:
    """Write an event for a refund that was proposed, approved or rejected; done is told as a refunded bill."""
    if refund.payment:
        _write(_DECIDED[RefundState(refund.state)], [refund.payment.bill_id], refund=_facts(refund))


def _facts(refund: Refund) -> dict[str, Any]:
    return {"id": refund.pk, "amount": refund.amount, "payment": refund.payment_id, "state": refund.state}


def _write(
    kind: WebhookKind, bill_ids: Iterable[int], *, state: str = "", refund: dict[str, Any] | None = None
) -> None:
    """Write one event a bill for each endpoint of its client: two statements, however many bills.

    A client from which the bill's agency was taken hears nothing of it.
    """
    listening = {
        "client__is_active": True,
        "client__agencies": F("agency"),
        "client__webhooks__is_active": True,
        "client__webhooks__removed_at": None,
        **({"state": state} if state else {}),
    }
    names = ("id", "reference", "agency__code", "amount", "state")
    rows = Bill.objects.filter(pk__in=list(bill_ids), **listening).order_by("pk")
    event_ids: dict[int, uuid.UUID] = {}
    deliveries = []
    for endpoint_id, *values in rows.values_list("client__webhooks__id", *names):
        data = dict(zip(("id", "reference", "agency", "amount", "state"), values, strict=True))
        event_id = event_ids.setdefault(data["id"], uuid.uuid4())
        deliveries.append(delivery(endpoint_id, kind, {**data, "refund": refund} if refund else data, event_id))
    WebhookDelivery.objects.bulk_create(deliveries)


def delivery(
    endpoint_id: int, kind: WebhookKind, data: dict[str, Any], event_id: uuid.UUID | None = None
) -> WebhookDelivery:
    """Return an event for one endpoint, not saved; its body has the form of the specification."""
    body = {"type": str(kind), "timestamp": timezone.now().isoformat(), "data": data}
    return WebhookDelivery(endpoint_id=endpoint_id, event_id=event_id or uuid.uuid4(), kind=kind, body=body)
