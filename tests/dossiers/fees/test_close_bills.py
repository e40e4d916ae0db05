"""A refused or withdrawn dossier is paid for by nobody: open bills end, money there already is given back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.models import Role, User
from dossiers.fees import close_bills
from dossiers.models import Dossier, DossierBill, EventKind
from dossiers.processing import decisions
from dossiers.processing.undo import undo
from dossiers.states import DossierState
from payments.bills.create import NewLine
from payments.callbacks import inbox
from payments.models import Bill, Discrepancy, Payment
from payments.models.discrepancies import DiscrepancyKind
from payments.refunds import dispatch
from payments.refunds import workflow as refunds
from payments.settlement import ledger_check
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.payments.refunds import ACCOUNT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officer() -> User:
    return factories.officer(factories.agency())


def bill_of(dossier: Dossier) -> Bill:
    return Bill.objects.get(pk=DossierBill.objects.get(dossier=dossier).bill_id)


def withdraw(dossier: Dossier, officer: User, *, ago: timedelta = timedelta(minutes=2)) -> None:
    decisions.go_on(dossier, DossierState.WITHDRAWN, actor=officer)
    Dossier.objects.filter(pk=dossier.pk).update(ends_at=timezone.now() - ago)


def pay(payment: Payment) -> None:
    post(confirm(payment))
    inbox.drain_all()


def cases() -> list[tuple[str, int]]:
    return list(Discrepancy.objects.order_by("id").values_list("kind", "amount"))


def test_an_open_bill_ends_after_the_minute_in_which_the_step_can_be_undone(officer: User) -> None:
    dossier = factories.dossier()
    late = factories.payment(of=bill_of(dossier))
    decisions.go_on(dossier, DossierState.WITHDRAWN, actor=officer)
    assert close_bills.end_due() == 0 and bill_of(dossier).state == "open"
    dossier.refresh_from_db()
    undo(dossier, actor=officer)
    assert Dossier.objects.get().ends_at is None
    dossier.refresh_from_db()
    withdraw(dossier, officer)
    assert close_bills.end_due() == 1
    assert bill_of(dossier).state == "cancelled"
    assert dossier.events.filter(kind=EventKind.FEE_CANCELLED, amount=10_000).exists()
    pay(late)
    assert cases() == [(DiscrepancyKind.SURPLUS, 10_000)], "money that comes later is nobody's loss"
    assert close_bills.end_due() == 0 and not ledger_check.check()


def test_what_was_paid_before_is_for_an_accountant_to_give_back(officer: User) -> None:
    dossier = factories.dossier()
    payment = factories.payment(of=bill_of(dossier))
    pay(payment)
    dossier.refresh_from_db()
    withdraw(dossier, officer)
    assert close_bills.end_due() == 1
    assert cases() == [(DiscrepancyKind.PAID_IN_VAIN, 10_000)]
    maker, checker = (factories.officer(dossier.agency, Role.ACCOUNTANT) for _ in range(2))
    wish = refunds.Proposal(10_000, 10_000, "withdrawn", "k1", **ACCOUNT)
    refund = refunds.propose_for_payment(payment, wish, maker=maker)
    refunds.approve(refund, checker=checker)
    dispatch.send_due()
    assert Discrepancy.objects.get().closed_at is None, "promised is not given"
    refunds.record_transfer(refund, reference="FT1", actor=checker)
    assert Discrepancy.objects.get().closed_at
    assert not ledger_check.check()


def test_a_fee_the_law_keeps_is_no_case(officer: User) -> None:
    dossier = factories.dossier(amount=0)
    kept = NewLine(code="HKD", kind="le_phi", description="Hộ kinh doanh", amount=100_000, is_refundable=False)
    DossierBill.objects.create(dossier=dossier, bill=factories.bill(of=dossier.agency, lines=[kept]))
    pay(factories.payment(of=bill_of(dossier)))
    dossier.refresh_from_db()
    withdraw(dossier, officer)
    assert close_bills.end_due() == 1 and cases() == []


def test_money_in_doubt_is_waited_for(officer: User) -> None:
    dossier = factories.dossier()
    payment = factories.payment(of=bill_of(dossier), returned_at=timezone.now())
    withdraw(dossier, officer)
    assert close_bills.end_due() == 0 and bill_of(dossier).state == "open"
    pay(payment)
    Dossier.objects.update(ends_at=timezone.now())
    assert close_bills.end_due() == 1
    assert cases() == [(DiscrepancyKind.PAID_IN_VAIN, 10_000)]


def test_money_that_comes_in_the_same_moment_is_one_case_whoever_is_first(officer: User) -> None:
    agency = factories.agency()
    for _ in range(6):
        dossier = factories.dossier(agency)
        payment = factories.payment(of=bill_of(dossier))
        withdraw(dossier, officer)
        post(confirm(payment))
        before = Discrepancy.objects.count()
        at_once(4, lambda number: inbox.drain_all() if number % 2 else close_bills.end_due())
        inbox.drain_all()
        close_bills.end_due()
        (discrepancy,) = Discrepancy.objects.order_by("id")[before:]
        expected = "paid_in_vain" if bill_of(dossier).state == "paid" else "surplus"
        assert (discrepancy.kind, discrepancy.amount) == (expected, 10_000)
    assert not ledger_check.check()
