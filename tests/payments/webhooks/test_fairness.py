"""One receiver, or one event, that fails keeps the others no longer than it must; two secrets overlap."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gateways.base import RawRequest, RawResponse
from payments.api.clients import create_client
from payments.models import ApiClient, WebhookDelivery, WebhookEndpoint
from payments.webhooks import dispatch, endpoints, transport
from tests.support import factories
from tests.support.local_server import serve
from tests.support.payments.webhooks import is_signed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client() -> ApiClient:
    return create_client("test", [factories.agency()])[0]


def statuses() -> list[int | None]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("last_status", flat=True))


def test_one_event_that_a_receiver_fails_at_holds_back_no_other(client: ApiClient) -> None:
    answers = iter((500, 200, 200, 500, 500, 200))
    with serve(lambda request: RawResponse(b"", next(answers))) as server:
        endpoint = endpoints.register(client, server.url)
        for _ in range(6):
            endpoints.send_test(endpoint)
        dispatch.send_due()
    assert statuses() == [500, 200, 200, 500, 500, 200]
    assert WebhookEndpoint.objects.get().rests_until is None


def test_who_fails_again_and_again_rests(client: ApiClient) -> None:
    with serve(lambda request: RawResponse(b"", 500)) as server:
        endpoint = endpoints.register(client, server.url)
        for _ in range(5):
            endpoints.send_test(endpoint)
        dispatch.send_due()
        assert dispatch.send_due() == 0
    assert statuses() == [500, 500, 500, None, None]


def test_a_receiver_that_asks_for_a_rest_has_it(client: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "post", lambda *_: transport.Reply(503, retry_after=timedelta(seconds=600)))
    endpoint = endpoints.register(client, "https://client.example/")
    endpoints.send_test(endpoint)
    endpoints.send_test(endpoint)
    assert dispatch.send_due() == 1
    rests_until = WebhookEndpoint.objects.get().rests_until
    assert rests_until is not None
    assert timedelta(seconds=590) < rests_until - timezone.now() < timedelta(seconds=601)


def test_a_receiver_that_hangs_delays_no_other(client: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes while it hangs goes out at once, and is written down before it has answered."""
    arrived = threading.Event()
    free = threading.Event()

    def hang(request: RawRequest) -> RawResponse:
        free.wait(5)
        return RawResponse(b"", 200)

    def take(request: RawRequest) -> RawResponse:
        arrived.set()
        return RawResponse(b"", 200)

    monkeypatch.setattr(dispatch, "LOOK_EVERY_SECONDS", 0.05)
    with serve(hang) as slow, serve(take) as quick:
        hanging, healthy = endpoints.register(client, slow.url), endpoints.register(client, quick.url)
        endpoints.send_test(hanging)
        late: list[Any] = []

        claim = dispatch._claim

        def claim_what_came_late(busy: Any) -> Any:
            if busy and not late:
                late.append(endpoints.send_test(healthy))
            elif WebhookDelivery.objects.filter(delivered_at__isnull=False, endpoint=healthy).exists():
                free.set()
            return claim(busy)

        monkeypatch.setattr(dispatch, "_claim", claim_what_came_late)
        before = time.monotonic()
        assert dispatch.send_due() == 2
        took = time.monotonic() - before
    assert arrived.is_set()
    assert took < 4, "the healthy one was written down while the other hung"


def test_after_a_change_both_secrets_sign_for_a_day(client: ApiClient) -> None:
    with serve(lambda request: RawResponse(b"", 200)) as server:
        old = endpoints.register(client, server.url).secret
        made = endpoints.register(client, server.url)
        endpoints.send_test(made)
        dispatch.send_due()
        WebhookEndpoint.objects.filter(pk=made.pk).update(previous_secret_until=timezone.now())
        endpoints.send_test(made)
        dispatch.send_due()
    overlapping, afterwards = server.received
    assert is_signed(overlapping, made.secret)
    assert is_signed(overlapping, old)
    assert is_signed(afterwards, made.secret)
    assert not is_signed(afterwards, old)
