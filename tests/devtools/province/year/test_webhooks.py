"""A connected system was told of its bills of the year as the product tells of them, and as often as it tries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from unittest import mock

import pytest
from django.test import Client

from devtools.province.stories.refunds import client_key
from payments.api.clients import replace_key
from payments.api.idempotency import hashed
from payments.models import ApiClient, Bill, IdempotentRequest, Refund, WebhookDelivery, WebhookEndpoint
from payments.models.clients import WebhookKind
from payments.signals import bills_cancelled, bills_settled, money_returned, refund_decided
from payments.states import BillState, RefundState
from payments.webhooks.dispatch import LEASE, RETRIES

pytestmark = [pytest.mark.xdist_group("province"), pytest.mark.usefixtures("province"), pytest.mark.django_db]
_OF_A_BILL = {BillState.PAID: bills_settled, BillState.CANCELLED: bills_cancelled}
_OF_A_REFUND = {
    RefundState.PROPOSED: refund_decided,
    RefundState.APPROVED: refund_decided,
    RefundState.REJECTED: refund_decided,
    RefundState.DONE: money_returned,
}


def _said(delivery: WebhookDelivery) -> tuple[Any, ...]:
    body = {**delivery.body}
    assert datetime.fromisoformat(body.pop("timestamp")).tzinfo
    return delivery.endpoint_id, delivery.kind, body


def _written(send: Callable[[], object]) -> list[tuple[Any, ...]]:
    """Return what the product would write; rows would use up ids."""
    WebhookEndpoint.objects.update(is_active=True)
    with mock.patch.object(WebhookDelivery.objects, "bulk_create") as create:
        send()
    return [_said(delivery) for call in create.mock_calls for delivery in call.args[0]]


@pytest.mark.parametrize("state", _OF_A_BILL)
def test_every_bill_was_told_as_the_product_tells_it(state: BillState) -> None:
    bills = list(Bill.objects.filter(client__isnull=False, state=state).values_list("pk", flat=True))
    assert len(bills) >= 3
    kind = {BillState.PAID: WebhookKind.BILL_PAID, BillState.CANCELLED: WebhookKind.BILL_CANCELLED}[state]
    told = WebhookDelivery.objects.filter(kind=kind, body__data__id__in=bills)
    written = _written(lambda: _OF_A_BILL[state].send(sender=Bill, bill_ids=bills))
    by_bill = [sorted(each, key=lambda said: said[2]["data"]["id"]) for each in (map(_said, told), written)]
    assert by_bill[0] == by_bill[1]


@pytest.mark.parametrize("state", _OF_A_REFUND)
def test_the_last_word_of_every_refund_was_told_as_the_product_tells_it(state: RefundState) -> None:
    refunds = Refund.objects.filter(payment__bill__client__isnull=False, state=state)
    assert refunds
    for refund in refunds.select_related("payment__bill"):
        assert refund.payment
        bill = refund.payment.bill
        told = WebhookDelivery.objects.filter(body__data__refund__id=refund.pk).order_by("pk")
        written = _written(partial(_OF_A_REFUND[state].send, Refund, refund=refund, bill=bill))
        assert [_said(told.last())] == written  # type: ignore[arg-type]


def test_a_request_that_was_made_finds_its_answer_again() -> None:
    """The system sends once more what it sent then: nothing is made."""
    client = ApiClient.objects.get()
    kept = {row.key: row.response or {} for row in IdempotentRequest.objects.all()}
    assert len(kept) == Bill.objects.filter(client=client).count() + Refund.objects.filter(client=client).count()
    session = Client(headers={"Authorization": f"Bearer {replace_key(client)}"})
    refund = Refund.objects.filter(client=client, state=RefundState.DONE).select_related("payment__bill").latest("pk")
    assert refund.payment
    bill = refund.payment.bill
    line = bill.lines.values("code", "kind", "description", "amount").get()
    made: dict[str, Any] = {"reference": bill.reference, "agency": bill.agency.code, "payer_name": bill.payer_name}
    made |= {"description": bill.description, "lines": [line]}
    made["due_at"] = kept[bill.reference]["due_at"]
    asked = {"amount": refund.amount, "remaining_amount": refund.remaining_seen, "reason": refund.reason}
    for path, key, sent in (
        ("/api/v1/bills", bill.reference, made),
        (f"/api/v1/payments/{refund.payment_id}/refunds", client_key(bill.reference), asked),
    ):
        answer = session.post(path, sent, "application/json", headers={"Idempotency-Key": key})
        assert (answer.status_code, answer.json()) == (201, kept[key])
    assert refund.idempotency_key == f"api:{client.pk}:{hashed(client_key(bill.reference))}"


def test_deliveries_were_tried_as_long_as_the_product_tries() -> None:
    settled = dict(Bill.objects.filter(client__isnull=False).values_list("pk", "settled_at"))
    today = WebhookEndpoint.objects.get().deliveries.order_by("pk").filter(kind=WebhookKind.TEST)[0].created_at
    for delivery in WebhookDelivery.objects.filter(created_at__lt=today.replace(hour=0)):
        if delivery.kind == WebhookKind.BILL_PAID:
            assert delivery.created_at == settled[delivery.body["data"]["id"]]
        failed = delivery.attempts - (delivery.delivered_at is not None)
        assert failed <= len(RETRIES.pauses) + 1
        assert (failed == len(RETRIES.pauses) + 1) is (delivery.gave_up_at is not None)
        pauses = sum((pause.total_seconds() for pause in RETRIES.pauses[:failed]), 0.0)
        ended = delivery.delivered_at or delivery.gave_up_at
        if ended:
            assert pauses <= (ended - delivery.created_at).total_seconds() <= pauses * (1 + RETRIES.jitter) + 10 * 8
            assert delivery.next_attempt_at == ended + LEASE
        assert (delivery.last_status == 204) is (delivery.delivered_at is not None)
        assert bool(delivery.last_status) is not bool(delivery.last_error) or not delivery.attempts
