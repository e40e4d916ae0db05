"""How the inbox works off what waits: in which order, how long it waits, and what becomes of what fails."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg2.errors import DeadlockDetected, LockNotAvailable

from core import live
from core.background import wakeup
from payments.callbacks import inbox
from payments.models import Discrepancy, Notification
from payments.settlement import apply as settlement
from tests.support import factories
from tests.support.payments.settling import owed, told

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=1)


def short(**values: Any) -> Notification:
    """Too little: not plain, so that the rules settle it one by one."""
    values.setdefault("next_attempt_at", LONG_AGO)
    return told(owed(), 50_000, **values)


def fresh(notification: Notification) -> Notification:
    return Notification.objects.get(pk=notification.pk)


def seconds_until_next(notification: Notification) -> int:
    return round((fresh(notification).next_attempt_at - timezone.now()).total_seconds())


def states(*notifications: Notification) -> list[str]:
    return [fresh(each).state for each in notifications]


def test_what_is_due_first_is_taken_first_and_no_more_than_asked_for() -> None:
    late, early = short(), short(next_attempt_at=LONG_AGO - timedelta(hours=1))
    same = short()
    to_come = short(next_attempt_at=timezone.now() + timedelta(minutes=1))
    done = short(state="done")
    assert inbox.drain(limit=2) == 2
    assert states(late, early, same, to_come) == ["done", "done", "new", "new"]
    assert inbox.drain() == 1 and inbox.drain() == 0
    assert (fresh(done).result, fresh(to_come).state) == ("", "new")


def test_only_those_asked_for_are_taken() -> None:
    first, second = short(), short()
    assert inbox.drain(ids=[]) == 0
    assert inbox.drain(ids=iter([second.pk])) == 1
    assert states(first, second) == ["new", "done"]


def test_two_workers_never_take_the_same_and_wait_little_for_a_bill(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[str] = []
    monkeypatch.setattr(inbox, "limit_waits", waits.append)
    short()
    with CaptureQueriesContext(connection) as queries:
        inbox.drain()
    (claim,) = [
        query["sql"] for query in queries if "payments_notification" in query["sql"] and "FOR UP" in query["sql"]
    ]
    assert claim.endswith("SKIP LOCKED") and waits == ["3s"]
    assert (inbox.BATCH, inbox.MAX_ATTEMPTS) == (1000, 5)


def test_who_looks_at_a_bill_hears_of_it_and_a_worker_asks_where_the_sum_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    announced: list[tuple[str, ...]] = []
    enqueued: list[str] = []
    monkeypatch.setattr(live, "publish", lambda tokens: announced.append(tuple(tokens)))
    monkeypatch.setattr(wakeup, "enqueue", enqueued.append)
    first, part = owed(), owed()
    told(first, next_attempt_at=LONG_AGO)
    inbox.drain()  # the receipt books of its agency are open by now: the next is plain
    plain = owed(of=factories.bill(72_000, of=first.bill.agency))
    told(plain, next_attempt_at=LONG_AGO)
    told(part, 50_000, next_attempt_at=LONG_AGO)
    inbox.drain()
    assert (announced[-1], enqueued) == ((plain.bill.token, part.bill.token), [])
    told(owed(), amount=None, is_transfer=False, next_attempt_at=LONG_AGO)
    inbox.drain()
    assert enqueued == ["payments.query_open_payments"]


def test_until_nothing_waits_with_a_pause_after_what_was_not_full(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    monkeypatch.setattr(inbox, "BATCH", 2)
    taken = iter([2, 1, 2, 0])
    monkeypatch.setattr(inbox, "drain", lambda: next(taken))
    assert inbox.drain_all(pause=0.5) == 5
    assert pauses == [0.5]


def test_a_batch_that_is_not_full_is_not_waited_after_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    short()
    assert inbox.drain_all() == 1
    assert pauses == [0.0]


def break_on(monkeypatch: pytest.MonkeyPatch, broken: Notification, error: Exception) -> list[int]:
    """Let applying this notification fail; return the sizes of the batches, as they come."""
    sizes: list[int] = []
    real = settlement.apply

    def apply(notifications: Sequence[Notification], **values: Any) -> Any:
        sizes.append(len(notifications))
        if broken in notifications:
            raise error
        return real(notifications, **values)

    monkeypatch.setattr(settlement, "apply", apply)
    return sizes


def test_what_fails_is_put_off_longer_each_time_and_then_for_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    good, bad = short(), short()
    sizes = break_on(monkeypatch, bad, ValueError("x" * 3000))
    assert inbox.drain() == 2
    assert sizes == [2, 1, 1] and states(good, bad) == ["done", "new"]
    for attempt, delay in ((1, 20), (2, 80), (3, 320), (4, 1280)):
        row = fresh(bad)
        assert (row.attempts, row.state, row.processed_at) == (attempt, "new", None)
        assert abs(seconds_until_next(bad) - delay) <= 2
        assert row.error == f"ValueError: {'x' * 3000}"[:2000]
        assert not Discrepancy.objects.filter(kind="quarantined").exists()
        Notification.objects.filter(pk=bad.pk).update(next_attempt_at=LONG_AGO)
        inbox.drain()
    row = fresh(bad)
    assert (row.attempts, row.state) == (5, "quarantined") and row.processed_at
    case = Discrepancy.objects.get(kind="quarantined")
    assert (case.notification, case.agency, case.amount) == (bad, bad.merchant_account.agency, 50_000)
    assert case.note == row.error[:500]


def test_a_notification_without_a_sum_fails_with_a_case_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = told(owed(), amount=None, is_transfer=False, attempts=4, next_attempt_at=LONG_AGO)
    break_on(monkeypatch, bad, ValueError("x"))
    inbox.drain()
    assert Discrepancy.objects.get().amount == 0
    inbox._record_failure(bad.pk, ValueError("again"))
    assert (fresh(bad).attempts, Discrepancy.objects.count()) == (5, 1), "it waits for a person, not for us"
    Notification.objects.update(state="new", attempts=4, next_attempt_at=LONG_AGO)
    inbox.drain()
    assert (fresh(bad).state, Discrepancy.objects.count()) == ("quarantined", 1), "it has its case already"


def test_each_step_is_a_transaction_of_its_own() -> None:
    waiting = short()
    with transaction.atomic():
        assert inbox.drain() == 0
    assert states(waiting) == ["new"]
    for step in (lambda: inbox._record_failure(waiting.pk, ValueError()), lambda: inbox._put_off_locked(waiting.pk)):
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            step()


def locked_out(kind: type[Exception]) -> OperationalError:
    error = OperationalError("locked")
    error.__cause__ = kind()
    return error


@pytest.mark.parametrize("kind", [LockNotAvailable, DeadlockDetected])
def test_what_somebody_holds_is_put_off_by_seconds_and_no_attempt_of_it(
    kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[str] = []
    monkeypatch.setattr(inbox, "limit_waits", waits.append)
    held, good = short(), short()
    sizes = break_on(monkeypatch, held, locked_out(kind))
    assert inbox.drain() == 2
    assert sizes == [2, 1, 1] and states(held, good) == ["new", "done"]
    assert (fresh(held).attempts, fresh(held).error) == (0, "")
    assert abs(seconds_until_next(held) - 5) <= 1 and timedelta(seconds=5) == inbox.LOCKED_PATIENCE
    assert waits == ["3s", "100ms", "100ms"]


def test_only_what_still_waits_is_put_off() -> None:
    done = short(state="done")
    short()
    inbox._put_off_locked(done.pk)
    assert fresh(done).next_attempt_at == LONG_AGO
    with CaptureQueriesContext(connection) as queries:
        inbox._put_off_locked(short().pk)
    assert any(query["sql"].endswith("SKIP LOCKED") for query in queries)


@pytest.mark.parametrize("is_alone", [False, True])
def test_a_database_in_trouble_is_nobodys_fault(is_alone: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = short()
    sizes = break_on(monkeypatch, bad, OperationalError("disk full"))
    with pytest.raises(OperationalError, match="disk full"):
        inbox._drain_alone(bad.pk) if is_alone else inbox.drain()
    assert sizes == [1], "nothing is tried again one by one"
    assert (fresh(bad).attempts, fresh(bad).state) == (0, "new")


def orphan(received_at: datetime, **values: Any) -> Notification:
    values.setdefault("merchant_ref", "NOBODY")
    notification = short(**values)
    Notification.objects.filter(pk=notification.pk).update(received_at=received_at)
    return notification


def test_money_for_nobody_waits_two_minutes_for_its_order() -> None:
    assert timedelta(minutes=2) == inbox.ORPHAN_PATIENCE
    now = timezone.now()
    young, old = orphan(now - timedelta(seconds=115)), orphan(now - timedelta(seconds=125))
    file = orphan(now, source="statement")
    other = factories.payment(gateway="vnptpay")
    elsewhere = orphan(now, merchant_ref=other.merchant_ref)
    ours = short()
    Notification.objects.filter(pk=ours.pk).update(received_at=now)
    began = timezone.now()
    assert inbox.drain() == 5
    assert states(young, old, file, elsewhere, ours) == ["new", "orphan", "orphan", "new", "done"]
    assert began <= fresh(young).next_attempt_at - timedelta(seconds=20) <= timezone.now()
    assert fresh(young).attempts == 0
