"""A bank that takes its money back: the fee is owed again, and a result given out is a debt (R-43)."""

from __future__ import annotations

import pytest
from django.db.models.functions import Now

from agencies.models import User
from dossiers.errors import NotReleasable
from dossiers.handover import release as handover
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import release
from dossiers.models import Dossier, HandOver
from payments.callbacks import inbox
from payments.models import Discrepancy, Payment, Receipt
from payments.models import Notification as StoredNotification
from payments.settlement import ledger_check
from payments.states import BillState, PaymentState
from tests.support import factories
from tests.support.concurrency import at_once, without_row_locks
from tests.support.notifications import confirm, notify_bill
from tests.support.payments.callbacks import post
from tests.support.payments.refunds import reverse

pytestmark = pytest.mark.django_db(transaction=True)


def paid_dossier(state: int = 9) -> tuple[Payment, Dossier]:
    dossier = factories.dossier(state=state)
    payment = factories.payment(of=dossier.bills.get())
    post(confirm(payment))
    inbox.drain_all()
    payment.refresh_from_db()
    return payment, dossier


def test_the_bill_is_owed_again_and_the_receipt_cancelled() -> None:
    payment, _ = paid_dossier()
    reverse(payment)
    inbox.drain_all()
    payment.refresh_from_db()
    payment.bill.refresh_from_db()
    assert (payment.state, payment.is_applied) == (PaymentState.REVERSED, False)
    assert (payment.bill.state, payment.bill.settled_at) == (BillState.OPEN, None)
    assert Receipt.objects.get().is_cancelled
    assert Discrepancy.objects.get().kind == "reversed"
    assert ledger_check.check() == []
    again = factories.payment(of=payment.bill)
    post(confirm(again))
    inbox.drain_all()
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.PAID
    assert ledger_check.check() == []


def test_a_result_already_given_out_becomes_a_debt() -> None:
    payment, dossier = paid_dossier()
    officer = factories.officer(payment.bill.agency)
    release(dossier, officer=officer, receiver=Receiver("Nguyễn Thị Bình", "owner"))
    reverse(payment)
    inbox.drain_all()
    assert set(Discrepancy.objects.values_list("kind", flat=True)) == {"reversed", "debt"}
    assert dossier.events.filter(kind="fee_taken_back").exists()
    assert dossier.messages.filter(kind="fee_taken_back").count() == 1
    assert ledger_check.check() == []


def test_the_old_success_told_again_does_not_pay_again() -> None:
    payment, _ = paid_dossier()
    reverse(payment)
    inbox.drain_all()
    post(confirm(payment))
    inbox.drain_all()
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.OPEN
    assert ledger_check.check() == []


def test_a_new_transfer_to_the_code_after_a_reversal_settles_again() -> None:
    payment = factories.payment(gateway="vietinbank")
    for number in (1, 2, 3):
        post(notify_bill(payment, transId=f"T{number}", bankTransId=f"B{number}"), "vietinbank")
        inbox.drain_all()
        payment.refresh_from_db()
        payment.bill.refresh_from_db()
        assert (payment.state, payment.is_applied) == (PaymentState.PAID, True)
        assert (payment.gateway_ref, payment.bill.state) == (f"B{number}", BillState.PAID)
        assert payment.bill.settled_at and payment.next_check_at is None
        assert ledger_check.check() == []
        if number < 3:
            reverse(payment, amount=payment.amount)
            inbox.drain_all()
    receipts = Receipt.objects.order_by("number")
    assert [(receipt.revision, receipt.is_cancelled) for receipt in receipts] == [(1, True), (2, True), (3, False)]
    assert not StoredNotification.objects.exclude(state="done").exists()


def test_a_reversal_and_a_new_transfer_in_one_batch_leave_one_valid_receipt() -> None:
    payment = factories.payment(gateway="vietinbank")
    post(notify_bill(payment), "vietinbank")
    inbox.drain_all()
    payment.refresh_from_db()
    reverse(payment)
    post(notify_bill(payment, transId="T2", bankTransId="B2"), "vietinbank")
    assert inbox.drain() == 2
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.PAID
    receipts = Receipt.objects.order_by("number")
    assert [(receipt.revision, receipt.is_cancelled) for receipt in receipts] == [(1, True), (2, False)]
    assert ledger_check.check() == []


def test_the_transfer_that_was_reversed_told_again_is_no_new_money() -> None:
    payment = factories.payment(gateway="vietinbank")
    post(notify_bill(payment), "vietinbank")
    inbox.drain_all()
    payment.refresh_from_db()
    reverse(payment)
    inbox.drain_all()
    post(notify_bill(payment, transId="TAGAIN"), "vietinbank")
    inbox.drain_all()
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.OPEN
    assert ledger_check.check() == []


def test_a_new_transfer_after_a_reversal_is_surplus_where_the_bill_was_paid_otherwise() -> None:
    payment = factories.payment(gateway="vietinbank")
    post(notify_bill(payment), "vietinbank")
    inbox.drain_all()
    payment.refresh_from_db()
    reverse(payment)
    inbox.drain_all()
    other = factories.payment(of=payment.bill)
    post(confirm(other))
    inbox.drain_all()
    post(notify_bill(payment, transId="T2", bankTransId="B2"), "vietinbank")
    inbox.drain_all()
    payment.refresh_from_db()
    assert (payment.state, payment.is_applied) == (PaymentState.PAID, False)
    assert Discrepancy.objects.filter(kind="surplus", amount=payment.amount).count() == 1
    assert ledger_check.check() == []


def test_a_partial_reversal_is_for_a_person() -> None:
    payment, _ = paid_dossier()
    reverse(payment, amount=1000)
    inbox.drain_all()
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.PAID
    assert Discrepancy.objects.get().kind == "contradiction"


def test_handing_over_in_the_moment_of_a_reversal_is_either_refused_or_a_debt() -> None:
    for _ in range(3):
        payment, dossier = paid_dossier()
        officer = factories.officer(payment.bill.agency)
        notification_id = reverse(payment)

        def act(
            number: int, dossier: Dossier = dossier, officer: User = officer, notification: int = notification_id
        ) -> object:
            if number == 0:
                return release(dossier, officer=officer, receiver=Receiver("Nguyễn Thị Bình", "owner"))
            return inbox.drain(ids=[notification])

        given, _drained = at_once(2, act)
        inbox.drain_all()
        has_debt = Discrepancy.objects.filter(bill=payment.bill, kind="debt").exists()
        assert has_debt != isinstance(given, NotReleasable)
    assert ledger_check.check() == []


@pytest.mark.parametrize("is_locked", [True, False], ids=["with the lock", "control without it"])
def test_a_reversal_between_the_check_and_the_hand_over(monkeypatch: pytest.MonkeyPatch, is_locked: bool) -> None:
    """The bank takes its money back right after the desk saw PAID: with the lock a debt, without it nobody owes."""
    payment, dossier = paid_dossier()
    officer = factories.officer(payment.bill.agency)
    real = handover.why_not

    def meanwhile(dossier: Dossier) -> str:
        reason = real(dossier)
        at_once(1, lambda _: (reverse(payment), inbox.drain_all()))
        return reason

    if not is_locked:
        without_row_locks(monkeypatch)
    monkeypatch.setattr(handover, "why_not", meanwhile)
    release(dossier, officer=officer, receiver=Receiver("Nguyễn Thị Bình", "owner"))
    StoredNotification.objects.filter(state="new").update(next_attempt_at=Now())  # put off, because the bill was locked
    inbox.drain_all()
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.OPEN and HandOver.objects.filter(dossier=dossier).exists()
    assert Discrepancy.objects.filter(kind="debt").exists() is is_locked
