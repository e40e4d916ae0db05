"""A contract whose settings or keys do not do: what it holds waits, the other contracts of its gateway go on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from agencies.models import Role
from gateways.base import ContractUnusable
from payments import tasks
from payments.checkout import start as checkout
from payments.errors import PaymentNotStarted
from payments.merchants import accounts
from payments.models import MerchantAccount, Payment, Refund
from payments.refunds import workflow as refunds
from payments.states import PaymentState, RefundState
from payments.status_queries import query as status_queries
from tests.support import factories
from tests.support.payments.refunds import paid, proposal

pytestmark = pytest.mark.django_db
KEY = "a-key-nobody-may-read"


@pytest.fixture(autouse=True)
def _built_anew() -> Iterator[None]:
    accounts._adapter.cache_clear()
    yield
    accounts._adapter.cache_clear()


def break_contract(payment: Payment) -> MerchantAccount:
    """Move a payment to a second contract of its gateway, with keys that no adapter can be built from."""
    account = MerchantAccount.objects.get(pk=payment.merchant_account_id)
    account.pk, account.merchant_id, account.secrets, account.is_enabled = None, "ANOTHER", f'{{"{KEY}": "x"}}', False
    account._state.adding = True
    account.save()
    Payment.objects.filter(pk=payment.pk).update(merchant_account=account)
    payment.refresh_from_db()
    return account


def approved_refund() -> Refund:
    payment = paid()
    maker, checker = (factories.officer(payment.bill.agency, Role.ACCOUNTANT) for _ in range(2))
    refund = refunds.propose_for_payment(payment, proposal(1000, payment.remaining_amount), maker=maker)
    return refunds.approve(refund, checker=checker)


def test_open_payments_of_the_other_contract_are_asked_about(caplog: pytest.LogCaptureFixture) -> None:
    first = factories.payment(gateway="payplatform", next_check_at=timezone.now() - timedelta(minutes=2))
    second = factories.payment(gateway="payplatform", next_check_at=timezone.now() - timedelta(minutes=1))
    break_contract(first)
    with caplog.at_level(logging.ERROR):
        assert status_queries.check_due("payplatform") == 2
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.check_count, second.check_count) == (PaymentState.SENT, 0, 1)
    [line] = [record.getMessage() for record in caplog.records if first.merchant_ref in record.getMessage()]
    assert "cannot be set up from its contract" in line
    assert KEY not in line


def test_a_refund_waits_and_the_next_is_sent() -> None:
    waiting, sent = approved_refund(), approved_refund()
    assert waiting.payment
    break_contract(waiting.payment)
    Refund.objects.filter(pk=waiting.pk).update(next_check_at=timezone.now() - timedelta(hours=1))
    assert tasks.send_refunds() == 2
    waiting.refresh_from_db()
    sent.refresh_from_db()
    assert (waiting.state, sent.state) == (RefundState.APPROVED, RefundState.AWAITING_TRANSFER)
    assert waiting.next_check_at
    assert waiting.next_check_at > timezone.now()


def test_nobody_begins_to_pay_through_it() -> None:
    account = break_contract(factories.payment())
    bill = factories.bill()
    with pytest.raises(PaymentNotStarted):
        checkout.start(bill, account.gateway, client_ip="", through=account)
    assert not bill.payments.exists()
    with pytest.raises(ContractUnusable) as unusable:
        accounts.adapter_for(account)
    assert KEY not in str(unusable.value)
