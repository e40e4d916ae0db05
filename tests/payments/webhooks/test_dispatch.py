"""Clients are told of their bills: with the money, signed, again until they listen, and then no more."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from devtools.processes import free_port
from gateways.base import RawRequest, RawResponse
from payments.api.clients import create_client
from payments.bills import create as bills
from payments.callbacks import inbox
from payments.models import ApiClient, Bill, WebhookDelivery, WebhookEndpoint
from payments.webhooks import dispatch, endpoints
from payments.webhooks.events import note_settled
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.local_server import LocalServer, serve
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.payments.webhooks import is_signed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client() -> ApiClient:
    return create_client("test", [factories.agency()])[0]


@contextmanager
def receiver(status: int = 200) -> Iterator[LocalServer]:
    """A client's server that answers every event the same."""
    with serve(lambda request: RawResponse(b"", status)) as server:
        yield server


def pay(client: ApiClient | None) -> None:
    """Let a new bill of the client be paid by its bank."""
    agency = client.agencies.get() if client else None
    post(confirm(factories.payment(of=factories.bill(of=agency, client=client))))
    inbox.drain_all()


def make_due() -> None:
    """Let the time of the next attempt come, and the endpoints' rest be over."""
    WebhookDelivery.objects.filter(gave_up_at=None).update(next_attempt_at=timezone.now())
    WebhookEndpoint.objects.update(rests_until=None)


def test_a_paid_bill_is_told_once_and_signed(client: ApiClient) -> None:
    with receiver() as server:
        endpoint = endpoints.register(client, f"{server.url}/hook?a=1")
        pay(client)
        pay(None)
        assert dispatch.send_due() == 1
        assert dispatch.send_due() == 0
    request = server.received[0]
    delivery = WebhookDelivery.objects.get()
    assert is_signed(request, endpoint.secret)
    assert not is_signed(request, "whsec_" + base64.b64encode(b"another secret of 32 bytes......").decode())
    assert (request.path, request.query) == ("/hook", "a=1")
    body = json.loads(request.body)
    bill = client.bills.get()
    assert (body["type"], body["data"]["id"], body["data"]["state"]) == ("bill.paid", bill.pk, "paid")
    assert bill.payer_name not in request.body.decode()
    assert request.headers["webhook-id"] == str(delivery.event_id)
    assert (delivery.attempts, delivery.last_status, delivery.gave_up_at) == (1, 200, None)
    assert delivery.delivered_at is not None


def test_what_the_database_takes_back_was_never_told(client: ApiClient) -> None:
    endpoints.register(client, "https://client.example/hook")
    bill = factories.bill(of=client.agencies.get(), client=client)
    with pytest.raises(RuntimeError), transaction.atomic():
        bills.cancel_bill(bill, reason="x")
        assert WebhookDelivery.objects.count() == 1
        raise RuntimeError
    assert WebhookDelivery.objects.count() == 0
    bills.cancel_bill(bill, reason="x")
    assert WebhookDelivery.objects.get().kind == "bill.cancelled"


def test_a_batch_of_bills_is_written_in_as_many_statements_as_one(
    client: ApiClient, django_assert_max_num_queries: Any
) -> None:
    for name in ("a", "b"):
        endpoints.register(client, f"https://client.example/{name}")
    for _ in range(5):
        pay(client)
    WebhookDelivery.objects.all().delete()
    paid = list(Bill.objects.values_list("pk", flat=True))
    with transaction.atomic(), django_assert_max_num_queries(2):
        note_settled(sender=Bill, bill_ids=paid)
    events = WebhookDelivery.objects.values_list("event_id", "endpoint_id")
    assert (len(events), len({event for event, _ in events})) == (10, 5)


def test_a_failing_receiver_is_tried_over_three_days_and_then_no_more(client: ApiClient) -> None:
    with receiver(status=500) as server:
        endpoints.register(client, server.url)
        pay(client)
        waits = []
        while not WebhookDelivery.objects.filter(gave_up_at__isnull=False).exists():
            make_due()
            before = timezone.now()
            assert dispatch.send_due() == 1
            waits.append((WebhookDelivery.objects.get().next_attempt_at - before) / timedelta(seconds=1))
        make_due()
        assert dispatch.send_due() == 0
    assert len({request.headers["webhook-id"] for request in server.received}) == 1
    assert len(server.received) == 8
    planned = [60, 300, 1800, 7200, 21600, 86400, 172800]
    for waited, seconds in zip(waits[:-1], planned, strict=True):
        assert seconds <= waited <= seconds * 1.1 + 1
    assert sum(planned) >= 3 * 86400


def test_an_endpoint_that_does_not_answer_rests_and_the_others_are_served(client: ApiClient) -> None:
    with receiver() as server:
        dead = endpoints.register(client, f"http://127.0.0.1:{free_port()}/")
        endpoints.register(client, server.url)
        for _ in range(3):
            pay(client)
        dispatch.send_due()
        assert len(server.received) == 3
        waiting = dispatch.waiting().order_by("pk")
        assert [delivery.attempts for delivery in waiting] == [1, 1, 0]
        assert dispatch.send_due() == 0
        make_due()
        WebhookEndpoint.objects.filter(pk=dead.pk).update(url=server.url + "/moved")
        dispatch.send_due()
    assert not dispatch.waiting().exists()


def test_one_refused_event_does_not_hold_back_the_next(client: ApiClient) -> None:
    answers = iter((400, 200))
    with serve(lambda request: RawResponse(b"", next(answers))) as server:
        endpoints.register(client, server.url)
        pay(client)
        pay(client)
        dispatch.send_due()
    assert list(WebhookDelivery.objects.order_by("pk").values_list("last_status", flat=True)) == [400, 200]


def test_gone_means_gone(client: ApiClient) -> None:
    with receiver(status=410) as server:
        endpoint = endpoints.register(client, server.url)
        pay(client)
        pay(client)
        assert dispatch.send_due() == 1
        pay(client)
        make_due()
        assert dispatch.send_due() == 0
    endpoint.refresh_from_db()
    assert not endpoint.is_active
    assert not dispatch.waiting().exists()
    assert WebhookDelivery.objects.count() == 2


def test_many_senders_at_once_send_each_event_once(client: ApiClient) -> None:
    with receiver() as server:
        endpoints.register(client, server.url)
        for _ in range(6):
            pay(client)
        assert sum(at_once(4, lambda _: dispatch.send_due())) == 6
    assert len({request.headers["webhook-id"] for request in server.received}) == len(server.received) == 6


def test_control_without_the_lease_two_senders_send_the_same(
    client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim must be committed before the request leaves: with a lease of nothing the next sender sends again."""
    monkeypatch.setattr(dispatch, "LEASE", timedelta(0))
    again: list[int] = []

    def answer(request: RawRequest) -> RawResponse:
        if not again:
            again.append(0)
            again.append(dispatch.send_due())
            connection.close()
        return RawResponse(b"", 200)

    with serve(answer) as server:
        endpoints.register(client, server.url)
        pay(client)
        dispatch.send_due()
    assert again == [0, 1]
    assert len(server.received) == 2


def test_whoever_dies_after_sending_leaves_an_event_that_is_sent_again(
    client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiver() as server:
        endpoints.register(client, server.url)
        pay(client)
        with monkeypatch.context() as dying:
            dying.setattr(dispatch, "_write_down", lambda *_: (_ for _ in ()).throw(SystemExit))
            with pytest.raises(SystemExit):
                dispatch.send_due()
        assert dispatch.send_due() == 0
        make_due()
        assert dispatch.send_due() == 1
    assert len(server.received) == 2
    assert len({request.headers["webhook-id"] for request in server.received}) == 1


def test_nothing_is_sent_for_a_client_that_is_switched_off(client: ApiClient) -> None:
    with receiver() as server:
        endpoints.register(client, server.url)
        pay(client)
        ApiClient.objects.update(is_active=False)
        pay(client)
        assert dispatch.send_due() == 0
    assert WebhookDelivery.objects.count() == 1
