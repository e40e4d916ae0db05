"""Processes that die, freeze or lose their connection in the middle of the work: money is booked once all the same."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext, suppress
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone
from psycopg2.errors import DeadlockDetected

from core.background import sweeper
from core.database.locks import is_contention
from payments.callbacks import inbox
from payments.models import Bill, LedgerEvent, Notification, Payment, Receipt, ReceiptSeries
from payments.models.notifications import NotificationState
from payments.receipts import issue as receipts
from payments.settlement import ledger_check
from payments.states import BillState
from payments.tasks import process_inbox
from tests.support import factories, running
from tests.support.breaking import Breaker
from tests.support.leaking import leak
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.two_ways import settled_in_bulk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[running.Child]:
    with running.worker(tmp_path) as child:
        yield child


def paid_at_the_bank(count: int, *, in_bulk: bool = True) -> list[Payment]:
    """Payments of one agency, whose receipts share a series: if it is open they settle in bulk, else by the rules."""
    agency = factories.agency()
    if in_bulk:
        receipts.open_books([agency.pk], timezone.localdate())
    return [factories.payment(of=factories.bill(of=agency)) for _ in range(count)]


def notify(payments: list[Payment]) -> None:
    """The bank tells us of each."""
    for payment in payments:
        assert post(confirm(payment))["RESPONSE_CODE"] == "00"


def waiting() -> int:
    return Notification.objects.filter(state=NotificationState.NEW).count()


def sweep_until_settled() -> None:
    """Sweep as the sweeper does; a dead process's locks go when PostgreSQL notifications that it is dead."""

    def is_done() -> bool:
        sweeper.sweep()
        return not waiting()

    running.wait_until(is_done, "the sweeper has drained the inbox")


def assert_each_is_settled_once(payments: list[Payment]) -> None:
    ids = [payment.pk for payment in payments]
    bills = Bill.objects.filter(payments__in=ids)
    assert set(bills.values_list("state", flat=True)) == {BillState.PAID}
    assert LedgerEvent.objects.filter(kind="bill_settled", bill__in=bills).count() == len(payments)
    assert sorted(Receipt.objects.filter(payment__in=ids).values_list("payment_id", flat=True)) == sorted(ids)
    assert ledger_check.check() == []


def test_a_worker_killed_in_mid_batch_leaves_everything_to_the_sweeper(worker: running.Child) -> None:
    first, *payments = paid_at_the_bank(13)
    notify([first])
    sweep_until_settled()
    # The series of the receipts is locked last: payments, bills and ledger are written by then.
    with running.locked("payments_receiptseries", ReceiptSeries.objects.get(kind="phi").pk):
        notify(payments)
        running.wait_until(running.ringing(running.waiting_for_locks), "the worker stands in its transaction")
        worker.kill(signal.SIGKILL)
        running.wait_until(lambda: not worker.is_running, "the worker is dead")
    sweep_until_settled()
    assert_each_is_settled_once([first, *payments])


def test_a_frozen_worker_gives_up_its_locks_and_the_sweeper_goes_on(worker: running.Child) -> None:
    """SIGSTOP in mid-transaction: the process lives and holds its rows until PostgreSQL ends the session."""
    payments = paid_at_the_bank(12)
    with running.locked("payments_bill", payments[5].bill_id):
        notify(payments)
        running.wait_until(running.ringing(running.waiting_for_locks), "the worker stands in its transaction")
        worker.kill(signal.SIGSTOP)
    sweep_until_settled()
    assert_each_is_settled_once(payments)
    worker.kill(signal.SIGCONT)
    late = paid_at_the_bank(1)
    notify(late)
    running.wait_until(running.ringing(lambda: not waiting()), "the worker works again")
    assert_each_is_settled_once(payments)


def test_a_worker_that_leaks_memory_is_replaced_and_its_successor_works(tmp_path: Path) -> None:
    with running.worker(tmp_path, "tests.support.leaking") as worker:

        def child() -> int:
            return next((child.pid for child in psutil.Process(worker.pid).children()), 0)

        first = running.wait_until(child, "the worker has a child")
        leak.apply_async((settings.CELERY_WORKER_MAX_MEMORY_PER_CHILD,), retry=False)
        running.wait_until(lambda: child() not in (0, first), "another child has taken the place of the one that grew")
        payments = paid_at_the_bank(3)
        notify(payments)
        running.wait_until(running.ringing(lambda: not waiting()), "the successor works")
    assert_each_is_settled_once(payments)


def test_a_locked_bill_holds_up_nobody_but_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "LOCK_TIMEOUT", "200ms")
    monkeypatch.setattr(inbox, "LOCKED_PATIENCE", timedelta(seconds=0.2))
    payments = paid_at_the_bank(8)
    notify(payments)
    with running.locked("payments_bill", payments[3].bill_id):
        inbox.drain()
        assert waiting() == 1
    sweep_until_settled()
    assert_each_is_settled_once(payments)


def test_two_bills_locked_in_opposite_orders_cost_time_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody holds the second bill and wants the first: PostgreSQL ends the drain, which tries its rows alone."""
    seen: list[object] = []

    def note(error: OperationalError) -> bool:
        seen.append(error.__cause__)
        return is_contention(error)

    monkeypatch.setattr(inbox, "is_contention", note)
    payments = paid_at_the_bank(2)
    notify(payments)
    with ThreadPoolExecutor(1) as threads, running.locked("payments_bill", payments[1].bill_id) as other:
        drained = threads.submit(drain_in_a_thread)
        running.wait_until(running.waiting_for_locks, "the drain holds the first bill and wants the second")
        with other.cursor() as cursor, suppress(DeadlockDetected):  # a late machine: it is not the drain that is ended
            cursor.execute("SELECT 1 FROM payments_bill WHERE id = %s FOR UPDATE", [payments[0].bill_id])
            assert cursor.fetchone() == (1,)
            assert drained.result(running.PATIENCE) == 2
            assert waiting() == 2
            assert isinstance(seen[0], DeadlockDetected)
        drained.result(running.PATIENCE)
    Notification.objects.update(next_attempt_at=timezone.now())
    sweep_until_settled()
    assert_each_is_settled_once(payments)


def drain_in_a_thread() -> int:
    try:
        return inbox.drain()
    finally:
        connection.close()


def test_a_crash_between_commit_and_wake_up_is_made_good_by_the_sweeper() -> None:
    payment = factories.payment()
    program = """
import os, sys
from django.test import Client
from core.background import wakeup
wakeup.notify_worker = lambda: os._exit(9)
Client(SERVER_NAME="127.0.0.1").post("/gateways/vnptpay/notify", sys.argv[1], content_type="application/json")
"""
    assert running.run_python(program, json.dumps(confirm(payment))) == 9
    assert waiting() == 1
    sweeper.sweep()
    assert_each_is_settled_once([payment])


def test_a_task_delivered_twice_finds_nothing_to_do_the_second_time() -> None:
    payments = paid_at_the_bank(6)
    notify(payments)

    def run() -> int:
        try:
            return int(process_inbox())
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        with running.locked("payments_bill", payments[0].bill_id):
            first = threads.submit(run)
            running.wait_until(running.waiting_for_locks, "the first delivery stands in its transaction")
            assert process_inbox() == 0
        assert first.result(running.PATIENCE) == len(payments)
    assert_each_is_settled_once(payments)


def statements_of_a_drain(*, in_bulk: bool) -> int:
    notify(paid_at_the_bank(2, in_bulk=in_bulk))
    with Breaker() as breaker:
        inbox.drain()
    return breaker.seen


@pytest.mark.parametrize("in_bulk", [True, False])
@pytest.mark.parametrize(("fault", "step"), [("error", 1), ("terminate", 4)])
def test_a_drain_broken_at_any_statement_is_done_once(
    fault: str, step: int, in_bulk: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulk = settled_in_bulk(monkeypatch)
    statements = statements_of_a_drain(in_bulk=in_bulk)
    assert statements > 10
    assert len(bulk) == (2 if in_bulk else 0)
    for position in range(1, statements + 1, step):
        payments = paid_at_the_bank(2, in_bulk=in_bulk)
        notify(payments)
        with pytest.raises(OperationalError), Breaker(at=position, fault=fault):
            inbox.drain()
        assert waiting() == 2
        inbox.drain_all()
        assert_each_is_settled_once(payments)


@pytest.mark.parametrize("in_bulk", [True, False])
@pytest.mark.parametrize(("fault", "left"), [("before_commit", 2), ("after_commit", 0)])
def test_a_connection_lost_while_committing_is_no_loss_and_no_doubling(fault: str, left: int, in_bulk: bool) -> None:
    payments = paid_at_the_bank(2, in_bulk=in_bulk)
    notify(payments)
    with pytest.raises(OperationalError), Breaker(fault=fault):
        inbox.drain()
    assert waiting() == left
    inbox.drain_all()
    assert_each_is_settled_once(payments)


@pytest.mark.parametrize("in_bulk", [True, False])
def test_control_without_the_transaction_a_broken_drain_breaks_the_ledger(
    in_bulk: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    statements = statements_of_a_drain(in_bulk=in_bulk)
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda self, **_: self)
    monkeypatch.setattr("payments.callbacks.inbox.transaction.atomic", lambda **_: nullcontext())
    for position in range(2, statements + 1):
        Notification.objects.update(state=NotificationState.DONE)
        notify(paid_at_the_bank(1, in_bulk=in_bulk))
        with pytest.raises(OperationalError), Breaker(at=position, fault="error"):
            inbox.drain()
        if ledger_check.check():
            return
    pytest.fail("no crash was noticed by the ledger check")
