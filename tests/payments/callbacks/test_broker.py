"""Redis only wakes workers: emptied, stopped or frozen, it delays nothing that matters and loses nothing."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis
import requests
from django.conf import settings

from core.background import sweeper, wakeup
from devtools.embedded.place import Place
from devtools.embedded.valkey import Valkey
from payments.models import Bill, Payment, Receipt
from payments.settlement import ledger_check
from payments.states import BillState
from tests.support import factories, running
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    """A broker of this test's own, to be stopped and frozen."""
    place = Place(None)
    server = Valkey(place, durable=False)
    server.start()
    yield server
    server.stop()
    place.release()


def payments(count: int) -> list[Payment]:
    agency = factories.agency()
    return [factories.payment(of=factories.bill(of=agency)) for _ in range(count)]


def is_settled(payment: Payment) -> bool:
    return Bill.objects.get(pk=payment.bill_id).state == BillState.PAID


def assert_all_settled_once(matches: list[Payment]) -> None:
    assert all(is_settled(payment) for payment in matches)
    assert Receipt.objects.count() == len(matches)
    assert ledger_check.check() == []


def test_with_redis_stopped_or_frozen_each_callback_is_answered_within_a_second(valkey: Valkey, tmp_path: Path) -> None:
    matches = payments(31)

    def send(payment: Payment) -> float:
        began = time.monotonic()
        body = json.dumps(confirm(payment))
        answer = requests.post(f"{url}/gateways/vnptpay/notify", body, headers=json_body, timeout=10)
        assert (answer.status_code, answer.json()["RESPONSE_CODE"]) == (200, "00")
        return time.monotonic() - began

    json_body = {"Content-Type": "application/json"}
    with running.web(tmp_path, REDIS_URL=valkey.url) as url, ThreadPoolExecutor(4) as threads:
        send(matches[0])
        valkey.child.kill(signal.SIGSTOP)
        frozen = list(threads.map(send, matches[1:16]))
        valkey.stop()
        stopped = list(threads.map(send, matches[16:]))
    assert max(frozen) < 1
    assert max(stopped) < 1
    sweeper.sweep()
    assert_all_settled_once(matches)


def test_a_broker_that_forgets_everything_loses_a_wake_up_but_no_money() -> None:
    broker = redis.Redis.from_url(settings.REDIS_URL)
    matches = payments(3)
    for payment in matches:
        post(confirm(payment))
    assert broker.llen("celery") == 1
    broker.flushdb()
    sweeper.sweep()
    assert_all_settled_once(matches)


def test_after_a_flush_the_next_wake_up_is_heard(tmp_path: Path) -> None:
    """kombu keeps its bindings in Redis: a flush takes them, and a wake-up must not depend on them."""
    first, second = payments(2)
    with running.worker(tmp_path):
        post(confirm(first))
        running.wait_until(running.ringing(lambda: is_settled(first)), "the worker has woken")
        redis.Redis.from_url(settings.REDIS_URL).flushdb()
        post(confirm(second))
        running.wait_until(running.ringing(lambda: is_settled(second)), "the worker has woken after the flush")
    assert_all_settled_once([first, second])


def test_the_wake_up_is_sent_when_everybody_can_see_the_notification(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    real = wakeup.notify_worker

    def look_and_ring() -> None:
        with running.other_session() as session, session.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM payments_notification")
            seen.append(cursor.fetchone()[0])
        real()

    monkeypatch.setattr(wakeup, "notify_worker", look_and_ring)
    (payment,) = payments(1)
    post(confirm(payment))
    assert seen == [1]
