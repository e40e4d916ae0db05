"""Real threads on real PostgreSQL, each with a control that goes wrong when the guard is taken out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from agencies.models import Agency
from dossiers.errors import NotReleasable
from dossiers.handover import release as handover
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import release
from dossiers.models import Dossier, HandOver
from dossiers.models.dossier import DossierCounter
from dossiers.submission.numbering import next_code
from payments.callbacks import inbox
from payments.checkout import start as checkout
from payments.models import Bill, Notification, Payment, Receipt, ReceiptSeries
from payments.receipts import issue as receipts
from payments.settlement import apply as settlement
from payments.settlement import ledger_check
from payments.states import OPEN_PAYMENT_STATES, BillState
from tests.support import factories
from tests.support.concurrency import at_once, without_row_locks
from tests.support.notifications import confirm, notify_bill
from tests.support.payments.callbacks import post
from tests.support.two_ways import settled_in_bulk

pytestmark = pytest.mark.django_db(transaction=True)

RECEIVER = Receiver("Lê Văn An", "family")


@pytest.mark.parametrize("in_bulk", [True, False])
def test_two_gateways_in_the_same_moment_apply_one_payment(in_bulk: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    bulk = settled_in_bulk(monkeypatch)
    first = factories.payment()
    if in_bulk:
        receipts.open_books([first.bill.agency_id], timezone.localdate())
    second = factories.payment(of=first.bill, gateway="vietinbank")
    post(confirm(first))
    post(notify_bill(second), "vietinbank")
    ids = list(Notification.objects.values_list("id", flat=True))
    at_once(2, lambda number: inbox.drain(ids=[ids[number]]))
    inbox.drain_all()
    assert Payment.objects.filter(is_applied=True).count() == 1
    assert Receipt.objects.count() == 1
    assert len(bulk) == int(in_bulk)
    assert ledger_check.check() == []


def test_control_without_the_lock_the_second_settlement_collides(monkeypatch: pytest.MonkeyPatch) -> None:
    """With FOR UPDATE taken out both threads see an open bill; only the database's rule stops the second."""
    first = factories.payment()
    second = factories.payment(of=first.bill, gateway="vietinbank")
    post(confirm(first))
    post(notify_bill(second), "vietinbank")
    notifications = list(Notification.objects.select_related("merchant_account").order_by("id"))
    both_have_read = threading.Barrier(2)
    real = settlement._lock

    def unlocked(rows: Any, *, is_judged: bool) -> Any:
        monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda self, **_: self)
        work = real(rows, is_judged=is_judged)
        both_have_read.wait(5)
        return work

    monkeypatch.setattr(settlement, "_lock", unlocked)

    def settle(number: int) -> None:
        with transaction.atomic():
            settlement.apply([notifications[number]])

    results = at_once(2, settle)
    assert sum(isinstance(result, Exception) for result in results) == 1


@contextmanager
def without_the_unique_key() -> Iterator[None]:
    """Take the inbox' key away; whatever doubles came in are thrown away before it is put back."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_notification DROP CONSTRAINT notification_event_once")
    try:
        yield
    finally:
        Notification.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE payments_notification ADD CONSTRAINT notification_event_once UNIQUE (gateway, event_key)"
            )


def test_control_without_the_unique_key_fifty_duplicates_are_fifty_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look first, then insert: whoever looked before the first was committed inserts again.

    The bill is settled once all the same: the ledger's own key is the second guard.
    """
    payment = factories.payment()
    all_have_looked, real = threading.Barrier(50), inbox._insert

    def look_then_insert(notification: Any, *rest: Any) -> Any:
        assert not Notification.objects.filter(gateway=notification.gateway, event_key=notification.event_key).exists()
        all_have_looked.wait(20)
        return real(notification, *rest)

    monkeypatch.setattr(inbox, "_insert", look_then_insert)
    monkeypatch.setattr(inbox, "_RECEIVE", inbox._RECEIVE.replace("ON CONFLICT (gateway, event_key) DO NOTHING", ""))
    with without_the_unique_key():
        at_once(50, lambda _: post(confirm(payment)))
        assert Notification.objects.count() == 50
        inbox.drain_all()
        assert Receipt.objects.count() == 1
        assert ledger_check.check() == []


def test_twenty_clicks_open_one_attempt() -> None:
    bill = factories.bill()
    factories.merchant(bill.agency, "vietinbank")
    started = at_once(20, lambda _: checkout.start(Bill.objects.get(pk=bill.pk), "vietinbank", client_ip="").pk)
    assert len(set(started)) == 1
    assert bill.payments.filter(state__in=OPEN_PAYMENT_STATES).count() == 1


def test_fifty_codes_at_once_are_unique_and_without_gaps() -> None:
    agency = factories.agency()
    codes = at_once(50, lambda _: next_code(Agency.objects.get(pk=agency.pk), date(2026, 11, 23)))
    assert sorted(codes) == [f"{agency.identifier}-261123-{number:04d}" for number in range(1, 51)]


def test_fifty_payments_at_once_leave_no_gap_in_the_receipts() -> None:
    agency = factories.agency()
    payments = [factories.payment(of=factories.bill(of=agency)) for _ in range(50)]
    for payment in payments:
        post(confirm(payment))
    ids = list(Notification.objects.values_list("id", flat=True))
    at_once(10, lambda number: [inbox.drain(ids=[pk]) for pk in ids[number * 5 : number * 5 + 5]])
    inbox.drain_all()
    assert sorted(Receipt.objects.values_list("number", flat=True)) == list(range(1, 51))
    assert ledger_check.check() == []


def test_control_numbers_without_the_row_lock_are_given_twice() -> None:
    """Read, then write, without holding the counter's row: two dossiers get one code."""
    agency, day = factories.agency(), date(2026, 11, 23)
    next_code(agency, day)
    both_have_read = threading.Barrier(2)

    def unlocked(_: int) -> int:
        counter = DossierCounter.objects.get(identifier=agency.identifier, day=day)
        both_have_read.wait(5)
        DossierCounter.objects.filter(pk=counter.pk).update(last_number=counter.last_number + 1)
        return counter.last_number + 1

    assert at_once(2, unlocked) == [2, 2]


def test_control_without_the_lock_two_receipts_want_one_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """With FOR UPDATE taken out of the series, only the unique number stops the second receipt."""
    agency = factories.agency()
    first, second = (factories.payment(of=factories.bill(of=agency)) for _ in range(2))
    ReceiptSeries.objects.create(agency=agency, kind="phi", serial=f"BP-{timezone.localdate():%y}T")
    both_have_read = threading.Barrier(2)
    real = receipts._locked_series

    def together(wanted: Any) -> Any:
        series = real(wanted)
        both_have_read.wait(5)
        return series

    without_row_locks(monkeypatch)
    monkeypatch.setattr(receipts, "_locked_series", together)
    payments = [first, second]
    bills = {payment.bill_id: payment.bill for payment in payments}
    results = at_once(2, lambda number: receipts.issue([payments[number]], bills))
    assert sum(isinstance(result, IntegrityError) for result in results) == 1


def test_control_without_the_lock_two_counters_both_pass_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """With FOR UPDATE taken out both officers see an undelivered result; only the unique record stops one."""
    dossier = factories.dossier(state=9, amount=0)
    officer = factories.officer(dossier.agency)
    both_have_read = threading.Barrier(2)
    real = handover.why_not

    def together(dossier: Dossier) -> str:
        reason = real(dossier)
        both_have_read.wait(5)
        return reason

    without_row_locks(monkeypatch)
    monkeypatch.setattr(handover, "why_not", together)
    results = at_once(
        2,
        lambda _: release(Dossier.objects.get(pk=dossier.pk), officer=officer, receiver=RECEIVER),
    )
    assert sum(isinstance(result, IntegrityError) for result in results) == 1


def test_two_counters_hand_over_once() -> None:
    dossier = factories.dossier(state=9, amount=0)
    officer = factories.officer(dossier.agency)
    results = at_once(
        5,
        lambda _: release(Dossier.objects.get(pk=dossier.pk), officer=officer, receiver=RECEIVER),
    )
    assert sum(isinstance(result, HandOver) for result in results) == 1
    assert all(isinstance(result, HandOver | NotReleasable) for result in results)
    assert HandOver.objects.count() == 1


def test_an_unpaid_dossier_is_not_handed_over_and_a_paid_one_is() -> None:
    dossier = factories.dossier(state=9)
    officer = factories.officer(dossier.agency)
    with pytest.raises(NotReleasable):
        release(dossier, officer=officer, receiver=Receiver("A", "family"))
    payment = factories.payment(of=dossier.bills.get())
    post(confirm(payment))
    inbox.drain_all()
    release(dossier, officer=officer, receiver=Receiver("A", "family"))
    assert HandOver.objects.get().bill_states == {str(payment.bill_id): BillState.PAID}
    assert dossier.events.filter(kind="fee_paid").count() == dossier.messages.count() == 1
    assert ledger_check.check() == []
