"""Messages about money that was too little, too much, or came twice: what came, and what is missing or goes back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dossiers.fees import inexact_notices
from dossiers.models import Dossier, DossierBill, Message
from dossiers.processing import decisions
from dossiers.states import DossierState
from payments import discrepancies
from payments.callbacks import inbox
from payments.models import Bill, Discrepancy, Payment
from payments.models.discrepancies import DiscrepancyKind
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.notifications import notify_bill
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dossier() -> Dossier:
    return factories.dossier(amount=135_000)


@pytest.fixture
def payment(dossier: Dossier) -> Payment:
    return factories.payment(of=DossierBill.objects.get(dossier=dossier).bill, gateway="vietinbank")


def transfer(payment: Payment, amount: int, name: str = "") -> None:
    reference = f"FT{amount}{name}"
    post(notify_bill(payment, amount, transId=f"TX{reference}", bankTransId=reference), "vietinbank")
    inbox.drain_all()


def texts_sent() -> list[str]:
    """Return what was said of such money, without the code and the sender."""
    texts = Message.objects.filter(kind__startswith="money_").order_by("pk").values_list("text", flat=True)
    return [text.split(": ")[1].removesuffix(". Mot Cua Phu Tho.") for text in texts]


def test_a_part_is_told_with_what_is_missing_once(dossier: Dossier, payment: Payment) -> None:
    transfer(payment, 100_000)
    at_once(4, lambda _number: inexact_notices.tell_due())
    assert inexact_notices.tell_due() == 0
    assert texts_sent() == ["da nhan 100.000 d, con thieu 35.000 d, xem tren trang nop phi"]


def test_what_the_parts_bring_beyond_the_sum_goes_back(dossier: Dossier, payment: Payment) -> None:
    transfer(payment, 100_000)
    transfer(payment, 50_000)
    assert inexact_notices.tell_due() == 1, "the part that was completed is no news any more"
    assert texts_sent() == ["da nhan thua 15.000 d, se hoan lai hoac chuyen sang khoan khac"]


def test_money_that_came_twice_goes_back(dossier: Dossier, payment: Payment) -> None:
    transfer(payment, 135_000, "FIRST")
    transfer(factories.payment(of=payment.bill, gateway="vietinbank"), 135_000, "SECOND")
    assert inexact_notices.tell_due() == 1
    assert texts_sent() == ["da nhan thua 135.000 d, se hoan lai hoac chuyen sang khoan khac"]


def test_a_part_that_was_not_needed_in_the_end_is_told_again(dossier: Dossier, payment: Payment) -> None:
    transfer(payment, 100_000)
    inexact_notices.tell_due()
    Bill.objects.filter(pk=payment.bill_id).update(state="cancelled")
    assert inexact_notices.tell_due() == 1 and inexact_notices.tell_due() == 0
    assert [text[:20] for text in texts_sent()] == ["da nhan 100.000 d, c", "da nhan thua 100.000"]


def test_enough_that_nobody_has_settled_asks_for_nothing(dossier: Dossier, payment: Payment) -> None:
    kind, bill = DiscrepancyKind.OVER, payment.bill
    discrepancies.new_discrepancy(kind, agency_id=bill.agency_id, amount=300_000, bill=bill, payment=payment).save()
    assert inexact_notices.tell_due() == 1
    assert texts_sent() == ["da nhan 300.000 d, khong can nop them, ke toan dang ghi nhan"]


@pytest.mark.parametrize(("state", "number"), [(DossierState.STOPPED, 0), (DossierState.WITHDRAWN, 1)])
def test_nobody_is_asked_for_the_rest_of_a_dossier_that_is_not_worked_on(
    dossier: Dossier, payment: Payment, state: DossierState, number: int
) -> None:
    transfer(payment, 100_000)
    Dossier.objects.filter(pk=dossier.pk).update(state=DossierState.IN_PROCESS)
    dossier.refresh_from_db()
    decisions.go_on(dossier, state, actor=factories.officer(dossier.agency))
    assert inexact_notices.tell_due() == number
    assert not [text for text in texts_sent() if "con thieu" in text]


def test_old_cases_exact_money_and_who_cannot_be_reached_are_left_alone(dossier: Dossier, payment: Payment) -> None:
    transfer(payment, 100_000)
    Discrepancy.objects.update(opened_at=timezone.now() - timedelta(days=2))
    assert inexact_notices.tell_due() == 0
    Discrepancy.objects.update(opened_at=timezone.now())
    Dossier.objects.update(owner_phone="")
    assert inexact_notices.tell_due() == 0
    Dossier.objects.update(owner_email="binh@example.vn")
    assert inexact_notices.tell_due() == 1
