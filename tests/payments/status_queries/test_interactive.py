"""Somebody waits at a screen while a bank is asked: they have an answer or an explanation within five seconds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import Client

from agencies.models import Role
from dossiers.models import Dossier, DossierBill
from payments.cash_desk import collect as cash_desk
from payments.checkout import start as checkout
from payments.errors import PaymentMayBeUnderWay
from payments.models import Bill, Payment
from payments.states import BillState
from payments.status_queries import interactive
from payments.status_queries.interactive import Answer
from tests.support import factories, running
from tests.support.payments.sandbox import Bank
from tests.support.signing_in import browser_of


@pytest.fixture(autouse=True)
def _own_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Who is still asking when a test is over ends before the next one."""
    with ThreadPoolExecutor(interactive.AT_ONCE) as pool:
        monkeypatch.setattr(interactive, "_pool", pool)
        yield


pytestmark = pytest.mark.django_db(transaction=True)
PAYER = "203.0.113.10"


def at_the_desk(bill: Bill) -> tuple[Client, Dossier]:
    """A cashier with an open shift who has the dossier of this bill before them."""
    dossier = factories.dossier(bill.agency, amount=0)
    DossierBill.objects.create(dossier=dossier, bill=bill)
    officer = factories.officer(bill.agency, Role.CASHIER)
    cash_desk.open_shift(officer, bill.agency, opening_amount=0)
    return browser_of(officer), dossier


def patient(bill: Bill) -> None:
    """Let our own link wait for its ten seconds, as in production."""
    for payment in bill.payments.all():
        account = payment.merchant_account
        account.settings = {**account.settings, "read_seconds": 10}
        account.save()


def test_check_now_says_within_five_seconds_that_a_bank_hangs_and_hears_it_later(bank: Bank, bill: Bill) -> None:
    payment = checkout.start(bill, "vnptpay", client_ip=PAYER)
    second = checkout.start(bill, "vietinbank", client_ip=PAYER)
    patient(bill)
    bank.pay("vnptpay", payment.merchant_ref)
    for gateway in ("vnptpay", "vietinbank"):
        bank.fault("slow", gateway=gateway, seconds=4.6, count=1)
    browser, dossier = at_the_desk(bill)
    page = f"/quay/{dossier.code}/"
    browser.get(page)  # templates are read once in the life of a process, not while somebody waits
    began = time.monotonic()
    browser.post(f"{page}hoi-ngan-hang/")
    waited = time.monotonic() - began
    assert "Sau 4 giây ngân hàng vẫn chưa trả lời" in browser.get(page).content.decode()
    assert interactive.PATIENCE <= waited < 5, f"{waited:.2f} s for two banks that hang"
    assert not Payment.objects.filter(pk__in=(payment.pk, second.pk), checked_at__isnull=False).exists()
    running.wait_until(lambda: Bill.objects.get(pk=bill.pk).state == BillState.PAID, "the late answer is heard")


def test_a_cashier_waits_no_longer_and_is_stopped_while_the_bank_is_silent(
    bank: Bank, bill: Bill, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.start(bill, "vnptpay", client_ip=PAYER)
    Payment.objects.update(returned_at="2026-11-27T00:00:00Z")
    patient(bill)
    bank.fault("slow", gateway="vnptpay", seconds=2, count=1)
    at_the_desk(bill)
    monkeypatch.setattr(interactive, "PATIENCE", 0.3)
    began = time.monotonic()
    with pytest.raises(PaymentMayBeUnderWay):
        cash_desk.ask_about_open(bill)
    assert time.monotonic() - began < 1.5
    running.wait_until(lambda: Payment.objects.filter(checked_at__isnull=False).exists(), "it answers at last")


def test_a_bill_is_asked_about_once_in_a_while_however_often_and_whoever_presses(bank: Bank, bill: Bill) -> None:
    payment = checkout.start(bill, "vnptpay", client_ip=PAYER)
    bank.fault("down", gateway="vnptpay")
    browser, dossier = at_the_desk(bill)
    address = f"/quay/{dossier.code}/hoi-ngan-hang/"
    assert "Hệ thống tự hỏi lại" in browser.post(address, follow=True).content.decode()
    for presser in (browser, browser_of(factories.officer(bill.agency))):
        assert "vừa được hỏi" in presser.post(address, follow=True).content.decode()
    payment.refresh_from_db()
    assert payment.check_count == 1
    other = factories.bill(of=bill.agency)
    checkout.start(other, "vietinbank", client_ip=PAYER)
    assert interactive.ask([other]) is Answer.TOLD  # each bill for itself
    assert interactive.ask([factories.bill()]) is Answer.NOTHING


def test_a_bank_that_holds_all_questions_keeps_nobody_waiting_longer(
    bank: Bank, bill: Bill, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = checkout.start(bill, "vietinbank", client_ip=PAYER)
    bank.fault("slow", gateway="vietinbank", seconds=0.8, count=1)
    monkeypatch.setattr(interactive, "PATIENCE", 0.2)
    with ThreadPoolExecutor(1) as narrow:
        monkeypatch.setattr(interactive, "_pool", narrow)
        assert interactive.ask_about([payment, payment]) == [None, None]
    payment.refresh_from_db()
    assert payment.check_count == 1  # the second was dropped before anybody asked
    assert interactive.ask_about([]) == []
