"""A connected system was told of its bills of the year as the product tells of them, and as often as it tries."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from unittest import mock

import pytest

from payments.models import Bill, WebhookDelivery, WebhookEndpoint
from payments.models.clients import WebhookKind
from payments.signals import bills_cancelled, bills_settled
from payments.states import BillState
from payments.webhooks.dispatch import LEASE, RETRIES

pytestmark = [pytest.mark.xdist_group("province"), pytest.mark.usefixtures("province"), pytest.mark.django_db]
_SENT = {BillState.PAID: bills_settled, BillState.CANCELLED: bills_cancelled}


def _said(delivery: WebhookDelivery) -> tuple[Any, ...]:
    body = {**delivery.body}
    assert datetime.fromisoformat(body.pop("timestamp")).tzinfo
    return delivery.endpoint_id, delivery.kind, body


@pytest.mark.parametrize("state", _SENT)
def test_every_bill_was_told_as_the_product_tells_it(state: BillState) -> None:
    WebhookEndpoint.objects.update(is_active=True)
    bills = list(Bill.objects.filter(client__isnull=False, state=state).values_list("pk", flat=True))
    assert len(bills) >= 3
    told = WebhookDelivery.objects.exclude(kind=WebhookKind.TEST).filter(body__data__state=state)
    with mock.patch.object(WebhookDelivery.objects, "bulk_create") as create:  # rows would use up ids
        _SENT[state].send(sender=Bill, bill_ids=bills)
    written = [delivery for call in create.mock_calls for delivery in call.args[0]]
    by_bill = [sorted(map(_said, each), key=lambda said: said[2]["data"]["id"]) for each in (told, written)]
    assert by_bill[0] == by_bill[1]


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
