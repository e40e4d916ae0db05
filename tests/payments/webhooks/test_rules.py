"""What is sent to whom and when, and what becomes of an answer: without a receiver."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from agencies.models import AuditEntry, User
from payments.api.clients import create_client
from payments.models import ApiClient, WebhookDelivery, WebhookEndpoint
from payments.webhooks import dispatch
from payments.webhooks.transport import Reply
from tests.support import factories

pytestmark = pytest.mark.django_db
AGO = timezone.now() - timedelta(minutes=5)
ACCEPTED, REFUSED, SILENT, BROKEN, GONE = (Reply(status) for status in (200, 400, None, 500, 410))


@pytest.fixture
def client() -> ApiClient:
    return create_client("test", [factories.agency()])[0]


@pytest.fixture
def actor() -> User:
    return factories.officer(factories.agency())


def endpoint(client: ApiClient, **values: Any) -> WebhookEndpoint:
    url = f"https://client.example/{WebhookEndpoint.objects.count()}"
    return WebhookEndpoint.objects.create(**{"client": client, "url": url, "secret": "whsec_eA==", **values})


def delivery(to: WebhookEndpoint, **values: Any) -> WebhookDelivery:
    values.setdefault("next_attempt_at", AGO)
    return WebhookDelivery.objects.create(endpoint=to, kind="bill.paid", body={}, **values)


def fresh(of: Any) -> Any:
    return type(of).objects.get(pk=of.pk)


def test_what_waits_has_somewhere_to_go(client: ApiClient) -> None:
    now, off = timezone.now(), create_client("off", [factories.agency()])[0]
    ApiClient.objects.filter(pk=off.pk).update(is_active=False)
    good = endpoint(client)
    waiting = delivery(good)
    delivery(good, delivered_at=now)
    delivery(good, gave_up_at=now)
    for other in (endpoint(client, is_active=False), endpoint(client, removed_at=now), endpoint(off)):
        delivery(other)
    assert list(dispatch.waiting()) == [waiting]


def test_what_was_tried_often_and_has_not_arrived_is_failing(client: ApiClient) -> None:
    to, since = endpoint(client), timezone.now()
    twice, thrice = delivery(to, attempts=2), delivery(to, attempts=3)
    lately = delivery(to, attempts=3, gave_up_at=since)
    delivery(to, attempts=3, gave_up_at=since - timedelta(seconds=1))
    delivery(to, attempts=3, delivered_at=since)
    assert set(dispatch.failing(3, since)) == {thrice, lately}
    assert twice in dispatch.failing(2, since)


def test_nothing_more_is_sent_of_what_waits_for_an_endpoint(client: ApiClient) -> None:
    to, other = endpoint(client), endpoint(client)
    mine, theirs, earlier = delivery(to), delivery(other), delivery(to, gave_up_at=AGO)
    done = delivery(to, delivered_at=AGO)
    dispatch.give_up([to.pk])
    assert fresh(mine).gave_up_at and fresh(earlier).gave_up_at == AGO
    assert (fresh(theirs).gave_up_at, fresh(done).gave_up_at) == (None, None)


def test_the_oldest_of_each_endpoint_is_taken_while_there_is_room(
    client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (dispatch.ENDPOINTS, dispatch.PER_ENDPOINT) == (8, 50)
    monkeypatch.setattr(dispatch, "ENDPOINTS", 3)
    monkeypatch.setattr(dispatch, "PER_ENDPOINT", 2)
    now = timezone.now()
    first, second, third, busy, resting, rested = (
        endpoint(client, rests_until=at)
        for at in (None, None, None, None, now + timedelta(minutes=1), now - timedelta(minutes=1))
    )
    early = [delivery(first, next_attempt_at=AGO - timedelta(minutes=n)) for n in (3, 2, 1)]
    late = delivery(second)
    for to in (busy, resting):
        delivery(to, next_attempt_at=AGO - timedelta(hours=1))
    delivery(second, next_attempt_at=now + timedelta(hours=1))
    delivery(third, next_attempt_at=AGO + timedelta(minutes=1))
    woken = delivery(rested, next_attempt_at=AGO + timedelta(minutes=2))
    assert dispatch._claim({busy.pk}) == [early[:2], [late]]
    lease = fresh(late).next_attempt_at - timezone.now()
    assert timedelta(seconds=50) < lease <= dispatch.LEASE == timedelta(seconds=60)
    assert fresh(early[2]).next_attempt_at == early[2].next_attempt_at
    assert dispatch._claim({1, 2, 3}) == []
    assert [group[0] for group in dispatch._claim({first.pk, third.pk})] == [WebhookDelivery.objects.get(endpoint=busy)]
    assert fresh(woken).next_attempt_at == woken.next_attempt_at


@pytest.mark.parametrize(
    ("replies", "must_rest"),
    [
        ([ACCEPTED], False),
        ([REFUSED] * 5, False),
        ([SILENT], False),
        ([SILENT, SILENT], True),
        ([SILENT, ACCEPTED, SILENT], False),
        ([BROKEN, BROKEN], False),
        ([BROKEN, BROKEN, BROKEN], True),
        ([BROKEN, ACCEPTED, BROKEN, BROKEN], False),
        ([ACCEPTED, BROKEN, SILENT, BROKEN], True),
        ([Reply(429)], True),
        ([Reply(200, retry_after=timedelta(1))], True),
        ([Reply(429), ACCEPTED], False),
    ],
)
def test_who_must_rest(client: ApiClient, replies: list[Reply], must_rest: bool) -> None:
    sent = WebhookDelivery()
    assert dispatch._must_rest([(sent, reply) for reply in replies]) is must_rest


def test_what_has_arrived_is_done(client: ApiClient) -> None:
    mine, began = delivery(endpoint(client)), timezone.now()
    dispatch._conclude(mine, Reply(204, "x" * 300))
    row = fresh(mine)
    assert row.delivered_at and row.delivered_at >= began and row.gave_up_at is None
    assert (row.attempts, row.last_status, row.last_error) == (1, 204, "x" * 255)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 60), (1, 300), (2, 1800), (3, 7200), (4, 21_600), (5, 86_400), (6, 172_800)]
)
def test_what_has_not_is_tried_again_later_each_time(client: ApiClient, attempts: int, seconds: int) -> None:
    mine = delivery(endpoint(client), attempts=attempts)
    dispatch._conclude(mine, BROKEN)
    row = fresh(mine)
    pause = (row.next_attempt_at - timezone.now()).total_seconds()
    assert seconds - 5 < pause <= seconds * 1.1 and dispatch.RETRIES.jitter == 0.1
    assert (row.attempts, row.last_status, row.delivered_at, row.gave_up_at) == (attempts + 1, 500, None, None)


@pytest.mark.parametrize(("attempts", "reply"), [(7, BROKEN), (0, GONE)])
def test_after_the_last_pause_or_at_once_it_is_given_up(client: ApiClient, attempts: int, reply: Reply) -> None:
    mine = delivery(endpoint(client), attempts=attempts)
    dispatch._conclude(mine, reply)
    row = fresh(mine)
    assert row.gave_up_at and row.delivered_at is None and row.next_attempt_at == AGO


def test_what_was_not_reached_in_a_round_is_due_again(client: ApiClient) -> None:
    to = endpoint(client)
    tried, untried, other = delivery(to), delivery(to), delivery(endpoint(client))
    began = timezone.now()
    dispatch._write_down([tried, untried], [(tried, ACCEPTED)])
    assert fresh(tried).delivered_at and fresh(untried).next_attempt_at >= began
    assert fresh(untried).attempts == 0 and fresh(other).next_attempt_at == AGO
    assert (fresh(to).rests_until, fresh(to).is_active) == (None, True)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        dispatch._write_down([untried], [(untried, ACCEPTED)])


@pytest.mark.parametrize(
    ("reply", "rest"),
    [(Reply(429), timedelta(seconds=60)), (Reply(503, retry_after=timedelta(hours=1)), timedelta(hours=1))],
)
def test_who_asks_for_a_rest_has_it(client: ApiClient, reply: Reply, rest: timedelta) -> None:
    to, other = endpoint(client), endpoint(client)
    mine = delivery(to)
    dispatch._write_down([mine], [(mine, reply)])
    left = fresh(to).rests_until - timezone.now()
    assert rest - timedelta(seconds=5) < left <= rest
    assert fresh(to).is_active and fresh(other).rests_until is None


def test_who_is_gone_gets_nothing_more(client: ApiClient) -> None:
    to, other = endpoint(client), endpoint(client)
    mine, next_one, theirs = delivery(to), delivery(to), delivery(other)
    dispatch._write_down([mine], [(mine, GONE)])
    assert (fresh(to).is_active, fresh(to).rests_until, fresh(other).is_active) == (False, None, True)
    assert fresh(next_one).gave_up_at and fresh(theirs).gave_up_at is None


def test_a_person_stops_what_waits(client: ApiClient, actor: User) -> None:
    to = endpoint(client)
    mine, other, done = delivery(to), delivery(to), delivery(to, delivered_at=AGO)
    assert dispatch.stop_sending([mine, done], reason="sai địa chỉ", actor=actor) == 1
    assert fresh(mine).gave_up_at
    assert (fresh(other).gave_up_at, fresh(done).gave_up_at) == (None, None)
    written = AuditEntry.objects.get(action="webhooks_given_up")
    assert (written.subject, written.actor) == (f"webhook:{mine.pk}", actor)
    assert written.detail == {"deliveries": [mine.pk], "reason": "sai địa chỉ"}
    assert dispatch.stop_sending([mine, done], reason="x", actor=actor) == 0
    assert AuditEntry.objects.filter(action="webhooks_given_up").count() == 1


def test_a_person_has_it_sent_again_from_the_beginning(client: ApiClient, actor: User) -> None:
    to, off, other = endpoint(client, rests_until=AGO), endpoint(client, is_active=False), endpoint(client)
    WebhookEndpoint.objects.filter(pk=other.pk).update(rests_until=AGO)
    done, given_up = delivery(to, delivered_at=AGO, attempts=2), delivery(to, gave_up_at=AGO, attempts=8)
    away, left = delivery(off, gave_up_at=AGO), delivery(other, gave_up_at=AGO)
    began = timezone.now()
    assert dispatch.send_again([done, given_up, away], actor=actor) == 2
    for each in (done, given_up):
        row = fresh(each)
        assert (row.attempts, row.delivered_at, row.gave_up_at) == (0, None, None) and row.next_attempt_at >= began
    assert fresh(away).gave_up_at and fresh(left).gave_up_at
    assert (fresh(to).rests_until, fresh(other).rests_until) == (None, AGO)
    written = AuditEntry.objects.get(action="webhooks_sent_again")
    assert written.actor == actor and written.subject == f"webhook:{written.detail['deliveries'][0]}"
    assert set(written.detail["deliveries"]) == {done.pk, given_up.pk}
    assert dispatch.send_again([away], actor=actor) == 0
    assert AuditEntry.objects.filter(action="webhooks_sent_again").count() == 1
