"""Giving money back: two people, never more than was paid, and everything follows in one transaction."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import Role, User
from payments.bills.create import NewLine
from payments.callbacks import inbox
from payments.errors import NotIndependent, RefundRefused, RemainingChanged, SamePerson
from payments.models import Discrepancy, Payment, Receipt, Refund
from payments.models.discrepancies import DiscrepancyKind
from payments.refunds import dispatch
from payments.refunds import workflow as refunds
from payments.settlement import ledger_check
from payments.states import BillState, RefundState
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.notifications import confirm, notify_bill
from tests.support.payments.callbacks import post
from tests.support.payments.refunds import give_back, paid, proposal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def maker() -> User:
    return factories.officer(factories.agency(), Role.ACCOUNTANT)


@pytest.fixture
def checker() -> User:
    return factories.officer(factories.agency(), Role.ACCOUNTANT)


def test_a_part_and_then_the_rest_goes_back(maker: User, checker: User) -> None:
    payment = paid()
    give_back(payment, 50_000, maker, checker)
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.PARTLY_REFUNDED
    valid = Receipt.objects.get(cancellation=None)
    assert (valid.amount, valid.revision, valid.replaces.receipt.amount) == (100_000, 2, 150_000)
    give_back(payment, 100_000, maker, checker)
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.REFUNDED
    assert not Receipt.objects.filter(cancellation=None).exists()
    assert ledger_check.check() == []


def test_a_gateway_without_refunds_leaves_a_transfer_to_a_person(maker: User, checker: User) -> None:
    payment = factories.payment(gateway="vietinbank")
    post(notify_bill(payment), "vietinbank")
    inbox.drain_all()
    payment.refresh_from_db()
    refund = refunds.propose_for_payment(payment, proposal(150_000, 150_000), maker=maker)
    refunds.approve(refund, checker=checker)
    dispatch.send_due()
    refund.refresh_from_db()
    assert refund.state == RefundState.AWAITING_TRANSFER
    assert refund.next_check_at is None


def test_maker_and_checker_are_two_people(maker: User) -> None:
    payment = paid()
    refund = refunds.propose_for_payment(payment, proposal(1000, 150_000), maker=maker)
    with pytest.raises(SamePerson):
        refunds.approve(refund, checker=maker)
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(checker=maker)  # the database says so too


@pytest.mark.parametrize("by", ["maker", "checker"])
@pytest.mark.parametrize("act", ["granted", "extended", "created", "opened"])
def test_whoever_gave_the_other_the_account_or_the_role_is_no_second_person(
    maker: User, checker: User, by: str, act: str
) -> None:
    giver, taker = (maker, checker) if by == "maker" else (checker, maker)
    role = {"model": "agencies.membership", "field": "role", "before": "", "after": "Kế toán"}
    name = {"field": "username", "before": "", "after": taker.username}
    person = f"user:{taker.pk}"
    if act == "granted":
        audit.record("user_saved", person, actor=giver, changes=[role])
    elif act == "extended":
        audit.record("role_extended", f"membership:{taker.memberships.get().pk}", actor=giver)
    elif act == "created":
        audit.record("user_saved", person, actor=giver, changes=[name])
    else:
        audit.record("password_changed", person, actor=giver)
    refund = refunds.propose_for_payment(paid(), proposal(1000, 150_000), maker=maker)
    with pytest.raises(NotIndependent):
        refunds.approve(refund, checker=checker)
    refunds.reject(refund, checker=checker)  # whoever says no takes nothing


def test_what_others_did_or_what_gives_no_right_leaves_two_persons(maker: User, checker: User) -> None:
    role = {"model": "agencies.membership", "field": "role", "before": "", "after": "Người trực tiếp nhận"}
    audit.record("user_saved", f"user:{maker.pk}", actor=checker, changes=[role, {"field": "phone"}])
    audit.record("password_changed", f"user:{maker.pk}", actor=maker)
    audit.record("password_changed", f"user:{maker.pk}", actor=factories.officer(factories.agency()))
    refund = refunds.propose_for_payment(paid(), proposal(1000, 150_000), maker=maker)
    assert refunds.approve(refund, checker=checker).state == RefundState.APPROVED


def test_what_the_caller_saw_must_still_be_true(maker: User) -> None:
    payment = paid()
    refunds.propose_for_payment(payment, proposal(100_000, 150_000), maker=maker)
    with pytest.raises(RemainingChanged) as error:
        refunds.propose_for_payment(payment, proposal(100_000, 150_000), maker=maker)
    assert error.value.remaining == 50_000


def test_the_database_refuses_more_than_was_paid() -> None:
    payment = paid()
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(reserved_amount=payment.amount + 1)


def test_a_rejected_proposal_gives_the_amount_free_again(maker: User, checker: User) -> None:
    payment = paid()
    refund = refunds.propose_for_payment(payment, proposal(150_000, 150_000), maker=maker)
    refunds.reject(refund, checker=checker)
    payment.refresh_from_db()
    assert payment.remaining_amount == 150_000
    assert ledger_check.check() == []


def test_a_fee_the_law_does_not_refund_is_refused_with_its_text_but_not_when_we_erred(maker: User) -> None:
    line = NewLine("HKD", "le_phi", "Lệ phí", 100_000, is_refundable=False, refund_note="Điều 5")
    payment = paid(lines=[line])
    with pytest.raises(RefundRefused, match="Điều 5"):
        refunds.propose_for_payment(payment, proposal(1000, 100_000, "refused"), maker=maker)
    refunds.propose_for_payment(payment, proposal(1000, 100_000, "collected_in_error"), maker=maker)


def test_surplus_goes_back_from_its_case_and_closes_it(maker: User, checker: User) -> None:
    payment = factories.payment(gateway="vietinbank")
    post(notify_bill(payment), "vietinbank")
    post(notify_bill(payment, transId="TXagain", bankTransId="OTHER-0001"), "vietinbank")
    inbox.drain_all()
    discrepancy = Discrepancy.objects.get(kind=DiscrepancyKind.SURPLUS)
    refund = refunds.propose_for_case(discrepancy, proposal(150_000, 150_000, "surplus"), maker=maker)
    refunds.approve(refund, checker=checker)
    dispatch.send_due()
    refunds.record_transfer(refund, reference="FT1", actor=checker)
    discrepancy.refresh_from_db()
    payment.bill.refresh_from_db()
    assert discrepancy.closed_at
    assert payment.bill.state == BillState.PAID
    assert ledger_check.check() == []


def test_a_doubled_request_is_one_refund(maker: User) -> None:
    payment = paid()
    first = refunds.propose_for_payment(payment, proposal(1000, 150_000, idempotency_key="x"), maker=maker)
    again = refunds.propose_for_payment(payment, proposal(1000, 150_000, idempotency_key="x"), maker=maker)
    assert first.pk == again.pk


def test_two_officers_at_once_never_promise_more_than_was_paid(maker: User, checker: User) -> None:
    payment = paid()

    def propose(number: int) -> Refund:
        who = (maker, checker)[number % 2]
        return refunds.propose_for_payment(Payment.objects.get(pk=payment.pk), proposal(100_000, 150_000), maker=who)

    results = at_once(6, propose)
    assert sum(isinstance(result, Refund) for result in results) == 1
    assert all(isinstance(result, Refund | RemainingChanged) for result in results)


def test_control_without_the_lock_the_constraint_stops_the_second(
    maker: User, checker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = paid()
    both_have_read = threading.Barrier(2)
    real = refunds._check

    def together(wanted: refunds.Proposal, source: Payment | Discrepancy) -> None:
        real(wanted, source)
        both_have_read.wait(5)

    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda self, **_: self)
    monkeypatch.setattr(refunds, "_check", together)
    who = (maker, checker)
    results = at_once(
        2, lambda number: refunds.propose_for_payment(payment, proposal(100_000, 150_000), maker=who[number])
    )
    assert sum(isinstance(result, IntegrityError) for result in results) == 1


def test_a_success_told_again_after_a_refund_does_not_pay_again(maker: User, checker: User) -> None:
    payment = paid()
    give_back(payment, 150_000, maker, checker)
    post(confirm(payment))
    inbox.drain_all()
    payment.bill.refresh_from_db()
    assert payment.bill.state == BillState.REFUNDED
    assert ledger_check.check() == []


def test_approved_refunds_are_sent_once_by_many_senders(maker: User, checker: User) -> None:
    payment = paid()
    refund = refunds.propose_for_payment(payment, proposal(1000, 150_000), maker=maker)
    refunds.approve(refund, checker=checker)
    assert sum(at_once(4, lambda _: dispatch.send_due())) == 1


def test_the_time_of_the_next_look_is_always_planned_or_over(maker: User, checker: User) -> None:
    payment = paid()
    refund = refunds.propose_for_payment(payment, proposal(1000, 150_000), maker=maker)
    approved = refunds.approve(refund, checker=checker)
    assert approved.next_check_at is not None
    assert approved.next_check_at <= timezone.now()
