"""A connected system goes on reading, billing and refunding for an agency that was taken from it."""

from __future__ import annotations

import pytest
from django.test import Client

from payments.api.clients import create_client
from payments.models import Bill, WebhookDelivery
from payments.webhooks import endpoints
from tests.support import factories
from tests.support.payments.api import new_bill, send
from tests.support.payments.refunds import paid

pytestmark = pytest.mark.django_db(transaction=True)


def test_bills_of_an_agency_that_was_taken_away_are_not_found_at_once() -> None:
    agency, other = factories.agency(), factories.agency("Xã khác")
    client, key = create_client("Một cửa điện tử", [agency, other])
    payment = paid(client=client, of=agency)
    refund, receipt = factories.refund(payment, client), payment.bill.receipts.get()
    open_bill = factories.bill(of=agency, client=client)
    assert send(key, "/api/v1/bills", new_bill(other), "mine")[0] == 201
    reads = [
        f"/api/v1/bills/{payment.bill_id}",
        f"/api/v1/payments/{payment.pk}/refunds",
        f"/api/v1/refunds/{refund.pk}",
    ]
    file = f"/api/v1/receipts/{receipt.token}/file"
    assert {send(key, path)[0] for path in reads} == {200}
    assert Client().get(file, headers={"Authorization": f"Bearer {key}"}).status_code == 200
    client.agencies.remove(agency)
    reads.append(file)
    assert {path: send(key, path)[0] for path in reads} == dict.fromkeys(reads, 404)
    acts = {
        f"/api/v1/bills/{open_bill.pk}/cancel": {},
        f"/api/v1/bills/{open_bill.pk}/payments": {"gateway": "vnptpay"},
        f"/api/v1/payments/{payment.pk}/check": {},
        f"/api/v1/payments/{payment.pk}/refunds": {"amount": 1000, "remaining_amount": 150_000, "reason": "withdrawn"},
    }
    assert {path: send(key, path, body, path)[0] for path, body in acts.items()} == dict.fromkeys(acts, 404)
    for listed in ("/api/v1/bills", "/api/v1/refunds"):
        rows = send(key, listed)[1]["results"]
        assert [row["agency"] for row in rows if "agency" in row] == ([other.code] if "bills" in listed else [])
        assert "bills" in listed or rows == []


def test_nor_is_it_told_of_them() -> None:
    agency = factories.agency()
    client, _key = create_client("Một cửa điện tử", [agency])
    endpoints.register(client, "https://example.com/hook")
    client.agencies.clear()
    paid(client=client, of=agency)
    assert Bill.objects.filter(client=client, state="paid").exists()
    assert not WebhookDelivery.objects.exists()
