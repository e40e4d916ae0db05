"""Money settles although no callback ever comes: asking the real sandbox over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gateways.base import OutcomeState
from payments import attempts, checking, ledger_check
from payments.errors import PaymentNotStarted
from payments.models import Bill, Payment, Receipt
from payments.states import BillState, PaymentState
from tests import factories

from .conftest import Bank

pytestmark = pytest.mark.django_db(transaction=True)


def settle_by_asking(payment: Payment) -> None:
    Payment.objects.filter(pk=payment.pk).update(next_check_at=timezone.now() - timedelta(seconds=1))
    assert checking.check_due() == 1


@pytest.mark.parametrize("gateway", list(factories.CONTRACTS))
def test_a_dropped_callback_is_found_by_asking(bank: Bank, bill: Bill, gateway: str) -> None:
    payment = attempts.start(bill, gateway, client_ip="203.0.113.10")
    bank.pay(gateway, payment.merchant_ref, amount=bill.amount)
    settle_by_asking(payment)
    bill.refresh_from_db()
    assert bill.state == BillState.PAID
    assert Receipt.objects.count() == 1
    assert ledger_check.check() == []


def test_charged_then_timed_out_is_unknown_never_failed_and_then_paid(bank: Bank, bill: Bill) -> None:
    bank.fault("charge_then_timeout", gateway="vnptpay", seconds=2, count=1)
    payment = attempts.start(bill, "vnptpay", client_ip="203.0.113.10")
    assert payment.state == PaymentState.UNKNOWN
    assert bill.display_state == "checking"


def test_a_second_start_while_unknown_asks_first_and_opens_nothing_new(bank: Bank, bill: Bill) -> None:
    bank.fault("html_error", gateway="vnptpay", count=1)
    first = attempts.start(bill, "vnptpay", client_ip="203.0.113.10")
    assert first.state == PaymentState.UNKNOWN
    again = attempts.start(bill, "vnptpay", client_ip="203.0.113.10")
    assert again.pk == first.pk


def test_a_bank_that_is_down_costs_nothing_and_the_other_is_offered(bank: Bank, bill: Bill) -> None:
    bank.fault("down", gateway="vnptpay")
    with pytest.raises(PaymentNotStarted):
        attempts.start(bill, "vnptpay", client_ip="203.0.113.10")
    assert bill.payments.get().state == PaymentState.FAILED
    assert attempts.start(bill, "vietinbank", client_ip="203.0.113.10").qr_text


def test_an_attempt_expires_only_after_the_bank_was_asked(bank: Bank, bill: Bill) -> None:
    payment = attempts.start(bill, "vnptpay", client_ip="203.0.113.10")
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
    payment = attempts.start(bill, "vnptpay", client_ip="203.0.113.10")
    bank.fault("down", gateway="vnptpay")
    found = checking.check(payment)
    assert (found.was_asked, found.is_reachable, found.state) == (True, False, OutcomeState.UNKNOWN)
    payment.refresh_from_db()
    assert payment.state == PaymentState.SENT
    assert payment.next_check_at is not None
