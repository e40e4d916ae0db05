"""Closing a bill against the money for it: whichever comes first decides, and the other one sees it.

Each test goes red when the settlement locks payments only (`payments/settlement/apply.py`, `bulk.py`).
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from django.utils import timezone

from payments.bills.create import cancel_bill
from payments.callbacks import inbox
from payments.errors import BillNotPayable
from payments.models import Bill, Discrepancy, Payment, Receipt
from payments.receipts import issue as receipts
from payments.settlement import bulk, ledger_check
from payments.states import BillState, PaymentState
from tests.support import factories, running
from tests.support.concurrency import in_a_thread
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=[True, False], ids=["in_bulk", "one_by_one"])
def payment(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Payment:
    """An attempt that the bank confirms, settled by the bulk statement or by the rules."""
    attempt = factories.payment()
    receipts.open_books([attempt.bill.agency_id], timezone.localdate())
    if not request.param:
        monkeypatch.setattr(bulk, "settle", lambda claimed: bulk.Plain(frozenset(), ()))
    post(confirm(attempt))
    return attempt


def test_money_that_waits_for_a_closing_bill_finds_it_closed(payment: Payment) -> None:
    may_commit = threading.Event()

    def close() -> None:
        with transaction.atomic():
            cancel_bill(payment.bill, reason="Người dân rút hồ sơ")
            assert may_commit.wait(running.PATIENCE)

    with ThreadPoolExecutor(2) as threads:
        closing = in_a_thread(threads, close)
        running.wait_until(lambda: running.is_locked("payments_bill", payment.bill_id), "the bill is being closed")
        settling = in_a_thread(threads, inbox.drain)
        running.wait_until(running.waiting_for_locks, "the settlement waits for the bill")
        may_commit.set()
        closing.result(running.PATIENCE)
        settling.result(running.PATIENCE)
    inbox.drain_all()
    assert Bill.objects.get().state == BillState.CANCELLED
    attempt = Payment.objects.get()
    assert (attempt.state, attempt.is_applied) == (PaymentState.PAID, False)
    assert Discrepancy.objects.count() == 1
    assert not Receipt.objects.exists()
    assert ledger_check.check() == []


def test_a_bill_that_is_being_settled_is_not_closed(payment: Payment) -> None:
    with ThreadPoolExecutor(2) as threads:
        with running.locked("payments_payment", payment.pk):
            settling = in_a_thread(threads, inbox.drain)
            running.wait_until(running.waiting_for_locks, "the settlement has the bill and waits for the attempt")
            closing = in_a_thread(threads, lambda: cancel_bill(payment.bill, reason="Người dân rút hồ sơ"))
            running.wait_until(lambda: running.waiting_for_locks() == 2 or closing.done(), "the closing waits")
        settling.result(running.PATIENCE)
        with pytest.raises(BillNotPayable):
            closing.result(running.PATIENCE)
    assert Bill.objects.get().state == BillState.PAID
    assert ledger_check.check() == []
