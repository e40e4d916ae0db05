"""The sweeper's rounds do not wait for each other and survive a failing database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import OperationalError

from core.background import jobs, sweeper
from payments.callbacks import inbox
from payments.models import Bill
from payments.states import BillState
from tests.support import factories, running
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def sweeping() -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=sweeper.keep_sweeping, args=(stop, 0.05))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(running.PATIENCE)
        assert not thread.is_alive()


def is_paid(bill: Bill) -> bool:
    return Bill.objects.get(pk=bill.pk).state == BillState.PAID


def test_notifications_are_settled_while_a_bank_keeps_us_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    payment = factories.payment()
    answers = threading.Event()
    rounds = {"checks": lambda: int(answers.wait(running.PATIENCE)), "notifications": inbox.drain_all}
    monkeypatch.setattr(sweeper, "sweeper_rounds", lambda: rounds)
    with sweeping():
        post(confirm(payment))
        running.wait_until(lambda: is_paid(payment.bill), "the notification is settled", 5)
        assert not answers.is_set()
        answers.set()


def test_a_round_that_failed_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    payment = factories.payment()
    failures = iter([OperationalError("away"), ValueError("a defect")])

    def drain() -> int:
        if error := next(failures, None):
            raise error
        return inbox.drain_all()

    monkeypatch.setattr(sweeper, "sweeper_rounds", lambda: {"notifications": drain})
    post(confirm(payment))
    with sweeping():
        running.wait_until(lambda: is_paid(payment.bill), "the notification is settled", 5)


def test_a_round_rests_for_as_many_intervals_as_its_job_says(monkeypatch: pytest.MonkeyPatch) -> None:
    done = {"often": 0, "seldom": 0}

    def count(name: str) -> int:
        done[name] += 1
        return 0

    monkeypatch.setattr(sweeper, "sweeper_rounds", lambda: {name: partial(count, name) for name in done})
    monkeypatch.setattr(sweeper, "sweeper_waits", lambda: {"often": 1, "seldom": 1000})
    with sweeping():
        running.wait_until(lambda: done["often"] >= 5, "the frequent round came again and again", 5)
    assert done["seldom"] == 1


def test_notifications_are_swept_at_every_interval() -> None:
    assert jobs.sweeper_waits()["notifications"] == 1
    assert set(jobs.sweeper_waits()) == set(jobs.sweeper_rounds())
