"""Money settles although no callback ever comes: asking the real sandbox over HTTP."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from core.background import sweeper, wakeup
from gateways.base import OutcomeState
from payments.callbacks import inbox
from payments.checkout import start as checkout
from payments.errors import BillNotPayable, PaymentNotStarted
from payments.models import Bill, Discrepancy, Payment, Receipt
from payments.settlement import ledger_check
from payments.states import BillState, PaymentState
from payments.status_queries import query as status_queries
from tests.support import factories, running
from tests.support.payments.sandbox import Bank

pytestmark = pytest.mark.django_db(transaction=True)


def settle_by_asking(payment: Payment) -> None:
    Payment.objects.filter(pk=payment.pk).update(next_check_at=timezone.now() - timedelta(seconds=1))
    assert status_queries.check_due(payment.gateway) == 1


@pytest.mark.parametrize("gateway", list(factories.CONTRACTS))
def test_a_dropped_callback_is_found_by_asking(bank: Bank, bill: Bill, gateway: str) -> None:
    payment = checkout.start(bill, gateway, client_ip="203.0.113.10")
    bank.pay(gateway, payment.merchant_ref, amount=bill.amount)
    settle_by_asking(payment)
    bill.refresh_from_db()
    assert bill.state == BillState.PAID
    assert Receipt.objects.count() == 1
    assert ledger_check.check() == []


def test_two_transfers_to_one_code_are_both_found_by_asking(bank: Bank, bill: Bill) -> None:
    payment = checkout.start(bill, "vietinbank", client_ip="203.0.113.10")
    bank.pay("vietinbank", payment.merchant_ref, amount=20_000)
    bank.pay("vietinbank", payment.merchant_ref, amount=bill.amount)
    settle_by_asking(payment)
    bill.refresh_from_db()
    assert bill.state == BillState.PAID
    assert list(Discrepancy.objects.values_list("kind", "amount")) == [("surplus", 20_000)]
    assert ledger_check.check() == []


def test_charged_then_timed_out_is_unknown_never_failed_and_then_paid(bank: Bank, bill: Bill) -> None:
    """The payer saw no page of the bank, so nothing tells of money; before more is asked for, the bank is asked."""
    bank.fault("charge_then_timeout", gateway="vnptpay", seconds=2, count=1)
    payment = checkout.start(bill, "vnptpay", client_ip="203.0.113.10")
    assert payment.state == PaymentState.UNKNOWN
    for gateway in ("vietinbank", "vnptpay"):
        with pytest.raises(BillNotPayable):
            checkout.start(bill, gateway, client_ip="203.0.113.10")
    payment.refresh_from_db()
    assert payment.state == PaymentState.PAID


def test_a_second_start_while_unknown_asks_first_and_opens_nothing_new(bank: Bank, bill: Bill) -> None:
    bank.fault("html_error", gateway="vnptpay", count=1)
    first = checkout.start(bill, "vnptpay", client_ip="203.0.113.10")
    assert first.state == PaymentState.UNKNOWN
    again = checkout.start(bill, "vnptpay", client_ip="203.0.113.10")
    assert again.pk == first.pk


def test_a_bank_that_is_down_costs_nothing_and_the_other_is_offered(bank: Bank, bill: Bill) -> None:
    bank.fault("down", gateway="vnptpay")
    with pytest.raises(PaymentNotStarted):
        checkout.start(bill, "vnptpay", client_ip="203.0.113.10")
    assert bill.payments.get().state == PaymentState.FAILED
    assert checkout.start(bill, "vietinbank", client_ip="203.0.113.10").qr_text


def test_an_attempt_expires_only_after_the_bank_was_asked(bank: Bank, bill: Bill) -> None:
    payment = checkout.start(bill, "vnptpay", client_ip="203.0.113.10")
    Payment.objects.filter(pk=payment.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    settle_by_asking(payment)
    payment.refresh_from_db()
    assert payment.state == PaymentState.UNKNOWN  # the bank does not know yet, so neither do we
    bank.pay("vnptpay", payment.merchant_ref)
    Payment.objects.update(checked_at=None)
    settle_by_asking(payment)
    payment.refresh_from_db()
    assert payment.state == PaymentState.PAID


def test_an_unreachable_bank_is_reported_and_asked_again(bank: Bank, bill: Bill) -> None:
    payment = checkout.start(bill, "vnptpay", client_ip="203.0.113.10")
    bank.fault("down", gateway="vnptpay")
    check = status_queries.check(payment)
    assert (check.was_asked, check.is_reachable, check.state) == (True, False, OutcomeState.UNKNOWN)
    payment.refresh_from_db()
    assert payment.state == PaymentState.SENT
    assert payment.next_check_at is not None


def test_a_callback_inside_start_finds_its_payment_and_pays_it(
    live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bank tells us before it answers our INIT, and a worker is that fast, too."""
    seen: list[tuple[str, str]] = []

    def settle_at_once() -> None:
        seen.append((Payment.objects.get().state, Payment.objects.get().redirect_url))
        inbox.drain_all()

    monkeypatch.setattr(wakeup, "notify_worker", settle_at_once)
    with running.sandbox(tmp_path, portal_url=live_server.url) as url:
        bill = factories.bill()
        factories.merchant(bill.agency, "vnptpay", base_url=f"{url}/vnptpay/v1.0.5")
        Bank(url).fault("callback_in_start", gateway="vnptpay", count=1)
        payment = checkout.start(bill, "vnptpay", client_ip="203.0.113.10")
    payment.refresh_from_db()
    bill.refresh_from_db()
    assert seen == [(PaymentState.CREATED, "")]
    assert (payment.state, payment.is_applied, bill.state) == (PaymentState.PAID, True, BillState.PAID)
    assert payment.redirect_url  # what the bank answered afterwards is kept and moves nothing back
    assert ledger_check.check() == []


@pytest.mark.parametrize("gateway", ["vnptpay", "vietinbank"])
def test_an_attempt_whose_process_died_before_sending_is_sent_when_the_payer_tries_again(
    bank: Bank, bill: Bill, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the commit of the intent and the request: one open attempt per gateway must not lock him out."""

    class Killed(BaseException):
        """SIGKILL, as far as the code after it can tell."""

    def die(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(checkout, "_send", die)
        checkout.start(bill, gateway, client_ip="203.0.113.10")
    first = checkout.start(bill, gateway, client_ip="203.0.113.10")
    assert (first.state, first.redirect_url, first.qr_text) == (PaymentState.CREATED, "", "")  # may be under way
    Payment.objects.update(created_at=timezone.now() - checkout.ABANDONED_AFTER - timedelta(seconds=1))
    again = checkout.start(bill, gateway, client_ip="203.0.113.10")
    assert (again.pk, again.state) == (first.pk, PaymentState.SENT)
    assert again.redirect_url or again.qr_text


def test_a_bank_that_hangs_keeps_only_its_own_payments_waiting(bank: Bank, bill: Bill) -> None:
    slow = checkout.start(bill, "vnptpay", client_ip="203.0.113.10")
    quick = checkout.start(factories.bill(of=bill.agency), "vietinbank", client_ip="203.0.113.10")
    bank.pay("vietinbank", quick.merchant_ref, amount=quick.amount)
    bank.fault("slow", gateway="vnptpay", seconds=4, count=1)
    Payment.objects.filter(pk__in=(slow.pk, quick.pk)).update(next_check_at=timezone.now() - timedelta(seconds=1))
    stop = threading.Event()
    thread = threading.Thread(target=sweeper.keep_sweeping, args=(stop, 0.05))
    began = time.monotonic()
    thread.start()
    try:
        running.wait_until(lambda: Bill.objects.get(pk=quick.bill_id).state == BillState.PAID, "the other is settled")
        assert time.monotonic() - began < 3
    finally:
        stop.set()
        thread.join(running.PATIENCE)


def test_a_page_that_is_watched_asks_but_not_all_the_time(bank: Bank, bill: Bill, client: Any) -> None:
    payment = checkout.start(bill, "vietinbank", client_ip="203.0.113.10")
    bank.pay("vietinbank", payment.merchant_ref, amount=bill.amount)
    page = reverse("bill-state", args=[bill.token])
    client.get(page)
    assert status_queries.gateways_due() == []  # it has only just begun
    minute_ago = timezone.now() - timedelta(minutes=1)
    Payment.objects.filter(pk=payment.pk).update(sent_at=minute_ago, checked_at=timezone.now())
    client.get(page)
    assert status_queries.gateways_due() == []  # somebody asked a moment ago
    Payment.objects.filter(pk=payment.pk).update(checked_at=minute_ago)
    client.get(page)
    assert status_queries.check_due("vietinbank") == 1
    assert "ĐÃ NỘP" in client.get(page).content.decode()
