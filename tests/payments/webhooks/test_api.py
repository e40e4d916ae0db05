"""A client manages its own endpoints, and nobody else's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from agencies.models import Agency, Role
from gateways.base import RawResponse
from payments.api.clients import create_client
from payments.callbacks import inbox
from payments.models import Bill, IdempotentRequest, Refund, WebhookDelivery, WebhookEndpoint
from payments.refunds import workflow
from payments.webhooks import dispatch
from payments.webhooks.endpoints import MOST_ENDPOINTS
from tests.support import factories
from tests.support.local_server import serve
from tests.support.notifications import confirm
from tests.support.payments.api import new_bill, send
from tests.support.payments.callbacks import post
from tests.support.payments.refunds import give_back, reverse

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/api/v1/webhooks"
URL = "https://client.example/hook"


@pytest.fixture
def agency() -> Agency:
    return factories.agency()


@pytest.fixture
def key(agency: Agency) -> str:
    return create_client("test", [agency])[1]


def delete(key: str, path: str) -> int:
    return int(Client(headers={"Authorization": f"Bearer {key}"}).delete(path).status_code)


def test_the_secret_is_told_once_and_nowhere_kept_in_the_clear(key: str) -> None:
    status, made = send(key, PATH, {"url": URL}, "k1")
    assert status == 201
    secret = made["secret"]
    assert secret.startswith("whsec_")
    assert send(key, PATH, {"url": URL}, "k1") == (201, {**made, "secret": None})
    assert WebhookEndpoint.objects.get().secret == secret
    assert secret not in json.dumps(IdempotentRequest.objects.get().response)
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM payments_webhookendpoint")
        assert secret not in cursor.fetchone()[0]
    for path in (PATH, f"{PATH}/{made['id']}"):
        assert secret not in json.dumps(send(key, path)[1])


def test_registering_an_address_again_gives_a_new_secret_and_loses_nothing(key: str, agency: Agency) -> None:
    first = send(key, PATH, {"url": URL}, "k1")[1]
    bill = send(key, "/api/v1/bills", new_bill(agency), "k2")[1]
    send(key, f"/api/v1/bills/{bill['id']}/cancel", {}, "k3")
    second = send(key, PATH, {"url": URL}, "k4")[1]
    assert second["secret"] != first["secret"]
    assert {**second, "secret": ""} == {**first, "secret": ""}, "stored ids go on working"
    assert [endpoint["id"] for endpoint in send(key, PATH)[1]] == [first["id"]]
    assert WebhookEndpoint.objects.get().secrets == [second["secret"], first["secret"]]
    assert dispatch.waiting().get().endpoint_id == first["id"]


def test_a_test_event_arrives_and_can_be_seen(key: str) -> None:
    with serve(lambda request: RawResponse(b"", 204)) as server:
        made = send(key, PATH, {"url": server.url}, "k1")[1]
        status, event = send(key, f"{PATH}/{made['id']}/test", {}, "k2")
        assert (status, event["kind"]) == (202, "webhook.test")
        assert send(key, f"{PATH}/{made['id']}/test", {}, "k2") == (status, event)
        dispatch.send_due()
    assert json.loads(server.received[0].body)["type"] == "webhook.test"
    assert len(server.received) == 1
    seen = send(key, f"{PATH}/{made['id']}")[1]["deliveries"]
    assert [(delivery["event_id"], delivery["last_status"]) for delivery in seen] == [(event["event_id"], 204)]


def test_who_gave_no_answer_is_told_why(key: str) -> None:
    with serve(lambda request: RawResponse(b"", 204)) as server:
        url = server.url
    made = send(key, PATH, {"url": url}, "k1")[1]
    send(key, f"{PATH}/{made['id']}/test", {}, "k2")
    dispatch.send_due()
    seen = send(key, f"{PATH}/{made['id']}")[1]["deliveries"][0]
    assert (seen["attempts"], seen["last_status"], seen["last_failure"]) == (1, None, "connection")


def test_a_removed_endpoint_gets_nothing_more(key: str) -> None:
    made = send(key, PATH, {"url": URL}, "k1")[1]
    send(key, f"{PATH}/{made['id']}/test", {}, "k2")
    assert delete(key, f"{PATH}/{made['id']}") == 204
    assert delete(key, f"{PATH}/{made['id']}") == 404
    assert send(key, PATH) == (200, [])
    assert dispatch.send_due() == 0
    assert WebhookDelivery.objects.get().gave_up_at is not None


def test_endpoints_of_another_client_are_not_found(key: str, agency: Agency) -> None:
    made = send(key, PATH, {"url": URL}, "k1")[1]
    other = create_client("other", [agency])[1]
    assert send(other, PATH) == (200, [])
    assert send(other, f"{PATH}/{made['id']}")[0] == 404
    assert delete(other, f"{PATH}/{made['id']}") == 404
    assert send(other, f"{PATH}/{made['id']}/test", {}, "k2")[0] == 404
    assert Client().get(PATH).status_code == 401


@pytest.mark.parametrize("body", [{"url": "https://127.0.0.1/"}, {"url": "http://client.example/"}, {"url": ""}, {}])
def test_a_bad_address_is_a_problem_document(key: str, settings: Settings, body: dict[str, Any]) -> None:
    settings.WEBHOOK_NETWORKS, settings.WEBHOOK_TO_THIS_MACHINE = [], False
    status, problem = send(key, PATH, body, "k1")
    assert (status, problem["status"], list(problem["errors"])) == (422, 422, ["url"])
    assert WebhookEndpoint.objects.count() == 0


def test_a_client_has_so_many_endpoints_and_no_more(key: str) -> None:
    for number in range(MOST_ENDPOINTS):
        assert send(key, PATH, {"url": f"{URL}/{number}"}, f"k{number}")[0] == 201
    assert send(key, PATH, {"url": f"{URL}/more"}, "more")[0] == 409
    assert send(key, PATH, {"url": f"{URL}/0"}, "again")[0] == 201


def test_every_event_of_a_bill_is_told(key: str, agency: Agency) -> None:
    """Paid, partly refunded, then taken back on another bill: through the product's own doors."""
    send(key, PATH, {"url": URL}, "k1")
    ids = [send(key, "/api/v1/bills", new_bill(agency, reference=f"X{n}"), f"b{n}")[1]["id"] for n in range(2)]
    payments = [factories.payment(of=Bill.objects.get(pk=pk)) for pk in ids]
    for payment in payments:
        post(confirm(payment))
    inbox.drain_all()
    officers = [factories.officer(agency, Role.ACCOUNTANT) for _ in range(2)]
    give_back(payments[0], 20_000, *officers)
    payments[1].refresh_from_db()
    reverse(payments[1])
    inbox.drain_all()
    events = [(row.body["type"], row.body["data"]["id"]) for row in WebhookDelivery.objects.order_by("pk")]
    paid = {("bill.paid", pk) for pk in ids}
    of_refund = {(f"refund.{state}", ids[0]) for state in ("proposed", "approved")}
    assert set(events) == paid | of_refund | {("bill.refunded", ids[0]), ("bill.reopened", ids[1])}
    refunded = WebhookDelivery.objects.get(kind="bill.refunded").body["data"]
    assert (refunded["state"], refunded["refund"]["amount"]) == ("partly_refunded", 20_000)
    assert WebhookDelivery.objects.get(kind="bill.reopened").body["data"]["state"] == "open"


def test_a_test_for_a_stopped_endpoint_is_refused_until_it_is_registered_again(key: str) -> None:
    with serve(lambda request: RawResponse(b"", 410)) as server:
        made = send(key, PATH, {"url": server.url}, "k1")[1]
        assert send(key, f"{PATH}/{made['id']}/test", {}, "k2")[0] == 202
        dispatch.send_due()
    status, problem = send(key, f"{PATH}/{made['id']}/test", {}, "k3")
    assert (status, problem["type"]) == (409, "/api/problems/endpoint-stopped")
    assert not WebhookDelivery.objects.filter(delivered_at=None, gave_up_at=None).exists()
    again = send(key, PATH, {"url": server.url}, "k4")[1]
    assert (again["id"], again["is_active"]) == (made["id"], True)
    assert send(key, f"{PATH}/{again['id']}/test", {}, "k5")[0] == 202


def test_a_rejected_refund_is_told(key: str, agency: Agency) -> None:
    send(key, PATH, {"url": URL}, "k1")
    pk = send(key, "/api/v1/bills", new_bill(agency), "b1")[1]["id"]
    payment = factories.payment(of=Bill.objects.get(pk=pk))
    post(confirm(payment))
    inbox.drain_all()
    wanted = {"amount": 20_000, "remaining_amount": 50_000, "reason": "withdrawn"}
    refund = send(key, f"/api/v1/payments/{payment.pk}/refunds", wanted, "r1")[1]
    workflow.reject(Refund.objects.get(), checker=factories.officer(agency, Role.ACCOUNTANT), note="chưa đủ giấy tờ")
    kinds = [delivery.kind for delivery in WebhookDelivery.objects.order_by("pk")]
    assert kinds == ["bill.paid", "refund.proposed", "refund.rejected"]
    told = WebhookDelivery.objects.get(kind="refund.rejected").body["data"]
    assert (told["id"], told["refund"]) == (
        pk,
        {"id": refund["id"], "amount": 20_000, "payment": payment.pk, "state": "rejected"},
    )
    read = send(key, f"/api/v1/refunds/{refund['id']}")[1]
    assert (read["state"], read["decision_note"]) == ("rejected", "chưa đủ giấy tờ")
    other = create_client("other", [agency])[1]
    assert send(other, f"/api/v1/refunds/{refund['id']}")[0] == 404
    assert send(other, "/api/v1/refunds")[1]["results"] == []
