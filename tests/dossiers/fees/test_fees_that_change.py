"""The fee after the bill: a new schedule changes no bill (R-67), a further fee is a bill of its own (R-68)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from dossiers.errors import NotReleasable
from dossiers.handover.receivers import Receiver
from dossiers.handover.release import release, why_not
from dossiers.models import Dossier
from dossiers.states import DossierState
from dossiers.submission.submit import Application, bill_quote, price, submit
from payments.callbacks import inbox
from payments.checkout import start as checkout
from payments.models import Bill, Payment, Receipt
from payments.settlement import ledger_check
from payments.states import BillState
from procedures.models import ProcedureCase, ScheduleState
from procedures.schedules import lifecycle
from tests.support import factories
from tests.support.notifications import notify_bill
from tests.support.payments.callbacks import post
from tests.support.schedules import person, schedule

pytestmark = pytest.mark.django_db(transaction=True)


def application(case: ProcedureCase) -> Application:
    agency = factories.agency()
    factories.merchant(agency, "vietinbank")
    return Application(case, agency, "Nguyễn Thị Bình", "+84912345678")


def pay(bill: Bill) -> Payment:
    payment = checkout.start(bill, "vietinbank", client_ip="")
    assert post(notify_bill(payment), "vietinbank")["errorCode"] == "00"
    inbox.drain_all()
    return payment


def test_a_schedule_that_begins_between_bill_and_payment_changes_neither() -> None:
    case, tomorrow = factories.case(), timezone.localdate() + timedelta(days=1)
    first = schedule(case, 10_000, date(2020, 1, 1), state=ScheduleState.ACTIVE)
    second = lifecycle.clone(first, by=(writer := person("writer")), starts=tomorrow)
    second.rules.update(price=12_000)
    lifecycle.propose(second, by=writer)
    lifecycle.approve(second, by=person("approver"))
    filed = application(case)
    dossier, _pin = submit(filed)
    bill = dossier.bills.get()
    payment = checkout.start(bill, "vietinbank", client_ip="")
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=True):
        assert price(filed).total == 12_000
        shown = Client().get(f"/thanh-toan/{bill.token}/").content.decode()
        assert "10.000" in shown
        assert "12.000" not in shown
        # Who opens the page again tomorrow is asked for what the slip says, through the attempt that is open.
        assert checkout.start(bill, "vietinbank", client_ip="").pk == payment.pk
        post(notify_bill(payment), "vietinbank")
        inbox.drain_all()
        later, _pin = submit(filed)
    bill.refresh_from_db()
    assert (bill.state, bill.amount, Receipt.objects.get().amount) == (BillState.PAID, 10_000, 10_000)
    assert bill.lines.get().source["schedule"] == first.pk
    assert later.bills.get().amount == 12_000
    assert ledger_check.check() == []


def test_a_further_fee_after_payment_is_owed_again_and_only_both_release_the_result() -> None:
    case = factories.case()
    schedule(case, 10_000, date(2020, 1, 1), state=ScheduleState.ACTIVE)
    filed = application(case)
    dossier, _pin = submit(filed)
    pay(dossier.bills.get())
    Dossier.objects.filter(pk=dossier.pk).update(state=DossierState.FINISHED)
    assert why_not(Dossier.objects.get()) == ""
    bill_quote(dossier, price(filed))
    first, further = dossier.bills.order_by("pk")
    assert (first.state, further.state) == (BillState.PAID, BillState.OPEN)
    with_bills = Dossier.objects.with_bills().get()
    assert (with_bills.is_settled, why_not(with_bills)) == (False, "not_settled")
    officer = factories.officer(dossier.agency)
    with pytest.raises(NotReleasable):
        release(with_bills, officer=officer, receiver=Receiver("Nguyễn Thị Bình", "owner"))
    pay(further)
    release(Dossier.objects.get(), officer=officer, receiver=Receiver("Nguyễn Thị Bình", "owner"))
    assert Receipt.objects.count() == 2
    assert [event.kind for event in dossier.events.order_by("pk")].count("fee_due") == 2
    assert dossier.messages.filter(kind="fee_paid").count() == 2
    assert ledger_check.check() == []


def test_a_dossier_that_waits_for_money_waits_for_all_of_it() -> None:
    case = factories.case()
    schedule(case, 10_000, date(2020, 1, 1), state=ScheduleState.ACTIVE)
    filed = application(case)
    dossier, _pin = submit(filed)
    bill_quote(dossier, price(filed))
    Dossier.objects.filter(pk=dossier.pk).update(state=DossierState.FINANCIAL_OBLIGATION)
    states = []
    for bill in dossier.bills.order_by("pk"):
        pay(bill)
        states.append(Dossier.objects.get().state)
    assert states == [DossierState.FINANCIAL_OBLIGATION, DossierState.IN_PROCESS]
