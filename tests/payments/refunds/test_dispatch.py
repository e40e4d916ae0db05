"""Money goes back the way it came: a refund approved here is made at VNPAY and MoMo, over HTTP."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from agencies.models import Role
from payments.checkout import start as checkout
from payments.models import Bill, Payment, Refund
from payments.refunds import dispatch
from payments.refunds import workflow as refunds
from payments.settlement import ledger_check
from payments.states import BillState, RefundState
from payments.status_queries import query as status_queries
from tests.support import factories
from tests.support.payments.sandbox import Bank

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.parametrize("gateway", ["vnpay", "momo"])]


def paid(bank: Bank, bill: Bill, gateway: str) -> Payment:
    payment = checkout.start(bill, gateway, client_ip="203.0.113.10")
    bank.pay(gateway, payment.merchant_ref)
    status_queries.check(payment)
    payment.refresh_from_db()
    assert payment.state == "paid"
    return payment


def approved(payment: Payment, amount: int) -> Refund:
    maker, checker = (factories.officer(factories.agency(), Role.ACCOUNTANT) for _ in range(2))
    proposal = refunds.Proposal(amount, payment.remaining_amount, "withdrawn", idempotency_key=f"k{amount}")
    refund = refunds.propose_for_payment(payment, proposal, maker=maker)
    refunds.approve(refund, checker=checker)
    return refund


def send(refund: Refund) -> str:
    Refund.objects.filter(pk=refund.pk).update(next_check_at=timezone.now() - timedelta(seconds=1))
    dispatch.send_due()
    refund.refresh_from_db()
    return refund.state


def given_back(bank: Bank, payment: Payment) -> list[int]:
    answer = requests.get(f"{bank.url}/control/transactions", params={"ref": payment.merchant_ref}, timeout=5).json()
    return [refund["amount"] for refund in answer["transactions"][0]["detail"].get("refunds", [])]


@pytest.mark.parametrize("amount", [50_000, 150_000])
def test_a_refund_is_made_at_the_bank(bank: Bank, bill: Bill, gateway: str, amount: int) -> None:
    payment = paid(bank, bill, gateway)
    assert send(approved(payment, amount)) == RefundState.DONE
    assert given_back(bank, payment) == [amount]
    bill.refresh_from_db()
    assert bill.state == (BillState.REFUNDED if amount == bill.amount else BillState.PARTLY_REFUNDED)
    assert ledger_check.check() == []


def test_a_refund_whose_answer_is_lost_is_asked_about_and_made_once(bank: Bank, bill: Bill, gateway: str) -> None:
    payment = paid(bank, bill, gateway)
    bank.fault("refund_then_timeout", gateway=gateway, seconds=2, count=1)
    refund = approved(payment, 50_000)
    assert send(refund) == RefundState.UNKNOWN
    assert send(refund) == RefundState.DONE
    assert given_back(bank, payment) == [50_000]
    assert ledger_check.check() == []


def test_a_refund_under_way_stays_open_until_it_is_done(bank: Bank, bill: Bill, gateway: str) -> None:
    payment = paid(bank, bill, gateway)
    bank.fault("refund_pending", gateway=gateway, seconds=0.5, count=1)
    refund = approved(payment, 50_000)
    assert send(refund) in (RefundState.UNKNOWN, RefundState.DONE)
    deadline = timezone.now() + timedelta(seconds=5)
    while send(refund) != RefundState.DONE:
        assert timezone.now() < deadline
    assert given_back(bank, payment) == [50_000]
