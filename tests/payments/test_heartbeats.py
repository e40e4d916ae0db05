"""Whoever stops working is seen by people and by machines, and nobody is accused while all work (R-49, R-62)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from core.background import sweeper
from payments import heartbeats, tasks
from payments.models import Heartbeat
from payments.tasks import process_inbox
from portal.administration.alerts import of_province
from tests.support import factories, running
from tests.support.metrics import scrape

pytestmark = pytest.mark.django_db(transaction=True)


def silent_on_the_first_page() -> int:
    """As many as are counted are named."""
    concerns = of_province(factories.officer(factories.agency()))
    alert = next(concern for concern in concerns if str(concern.name).startswith("Tiến trình nền không hoạt động"))
    assert all(process in str(alert.name) for process in heartbeats.silent())
    return alert.count


def all_have_worked() -> None:
    process_inbox(is_scheduled=True)
    sweeper.sweep()


def test_nobody_is_silent_while_all_work() -> None:
    assert heartbeats.silent() == dict.fromkeys(("worker", "beat", "sweeper"))
    all_have_worked()
    assert heartbeats.silent() == {}
    assert silent_on_the_first_page() == 0
    call_command("heartbeats", "--here")


def test_a_wake_up_shows_that_the_worker_lives_and_nothing_of_beat() -> None:
    process_inbox()
    assert list(heartbeats.silent()) == ["beat", "sweeper"]


@pytest.mark.parametrize("process", ["worker", "beat", "sweeper"])
def test_who_has_not_worked_for_a_minute_is_named_everywhere(process: str) -> None:
    all_have_worked()
    long_ago = timezone.now() - timedelta(seconds=61)
    Heartbeat.objects.filter(process=process).update(at=long_ago)
    assert heartbeats.silent() == {process: long_ago}
    assert silent_on_the_first_page() == 1
    answer = Client().get("/health/ready")
    # Banks and people are still answered: a silent worker must not take the web away.
    assert (answer.status_code, [name for name, state in answer.json().items() if state == "down"]) == (200, [process])
    assert scrape()["heartbeat_timestamp_seconds", (process,)] == pytest.approx(long_ago.timestamp())
    for options, code in (([], 1), (["--process", process], 1)):
        with pytest.raises(SystemExit) as ended:
            call_command("heartbeats", *options)
        assert ended.value.code == code
    others = [f"--process={name}" for name in heartbeats.PATIENCE if name != process]
    call_command("heartbeats", *others)


def test_a_silent_one_on_this_machine_is_found_though_another_machine_works() -> None:
    process_inbox()
    Heartbeat.objects.update(host="elsewhere")
    assert "worker" not in heartbeats.silent()
    assert "worker" in heartbeats.silent(host=heartbeats.this_host())


def test_a_round_that_fails_is_no_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> int:
        raise OperationalError("no database")

    monkeypatch.setattr("payments.callbacks.inbox.drain_all", fail)
    with pytest.raises(OperationalError):
        tasks.drain_leftovers()
    assert not Heartbeat.objects.exists()


def test_a_worker_that_is_alive_but_stopped_falls_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(heartbeats.PATIENCE, "worker", timedelta(seconds=1))
    is_heard = running.ringing(lambda: "worker" not in heartbeats.silent())
    with running.worker(tmp_path) as worker:
        running.wait_until(is_heard, "the worker shows itself")
        worker.kill(running.signal.SIGSTOP)
        running.wait_until(lambda: "worker" in heartbeats.silent(), "the stopped worker is silent")
