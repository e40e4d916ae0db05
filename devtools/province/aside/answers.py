"""What the API keeps of the requests of a connected system: its first answer to each, by the request's key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from devtools.province.stories.refunds import client_key
from payments.api.idempotency import fingerprint
from payments.api.serializers import BillSerializer, RefundSerializer
from payments.models import ApiClient, Bill, Discrepancy, IdempotentRequest, LedgerEvent, Payment, Receipt, Refund
from payments.states import BillState, DisplayState, RefundState


def keep(client: ApiClient) -> None:
    """Write down the answers of when bills were made and refunds asked for, as they were then."""
    IdempotentRequest.objects.bulk_create(sorted([*_bills(client), *_refunds(client)], key=lambda row: row.created_at))


def _bills(client: ApiClient) -> Iterator[IdempotentRequest]:
    """A bill's key is its reference. Nothing was paid yet."""
    nothing = {"payments": Payment, "receipts": Receipt, "events": LedgerEvent, "discrepancies": Discrepancy}
    later = [Prefetch(name, model._default_manager.none()) for name, model in nothing.items()]
    for bill in Bill.objects.filter(client=client).select_related("agency").prefetch_related("lines", *later):
        answer = {**BillSerializer(bill).data, "state": BillState.OPEN, "settled_at": None}
        answer["display_state"] = DisplayState.NOT_PAID
        sent = {name: answer[name] for name in ("reference", "agency", "payer_name", "description", "lines")}
        if bill.due_at:
            sent["due_at"] = answer["due_at"]
        yield _kept(client, bill.reference, reverse("api-bills"), sent, answer, bill.created_at)


def _refunds(client: ApiClient) -> Iterator[IdempotentRequest]:
    """Nobody had decided yet."""
    for refund in Refund.objects.filter(client=client).select_related("payment__bill"):
        payment = refund.payment
        assert payment  # noqa: S101 - a client asks for no surplus
        answer = {**RefundSerializer(refund).data, "state": RefundState.PROPOSED, "gateway_ref": ""}
        answer |= {"decided_at": None, "done_at": None}
        sent = {"amount": refund.amount, "remaining_amount": refund.remaining_seen, "reason": refund.reason}
        path = reverse("api-payment-refunds", args=[payment.pk])
        yield _kept(client, client_key(payment.bill.reference), path, sent, answer, refund.proposed_at)


def _kept(client: ApiClient, key: str, path: str, sent: Any, answer: Any, at: Any) -> IdempotentRequest:
    return IdempotentRequest(
        client=client,
        key=key,
        fingerprint=fingerprint("POST", path, sent),
        status=201,
        response=answer,
        created_at=at,
    )
