"""A signed message names for one order the bank's transaction that paid another: told to people, never silent."""

from __future__ import annotations

import pytest

from payments.callbacks import inbox
from payments.models import Discrepancy, Notification, Payment
from payments.settlement import ledger_check
from payments.states import BillState, PaymentState
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)


def tell(payment: Payment | str, transaction: str, amount: int | None = None) -> None:
    assert post(confirm(payment, amount, VNPTPAY_TRANSACTION_ID=transaction))["RESPONSE_CODE"] in ("00", "01")


@pytest.mark.parametrize("is_one_batch", [False, True])
@pytest.mark.parametrize("amount", [None, 7_000])
def test_another_orders_transaction_is_a_discrepancy(is_one_batch: bool, amount: int | None) -> None:
    first, second = factories.payment(), factories.payment()
    tell(first, "T1")
    if not is_one_batch:
        inbox.drain_all()
    post(confirm(second, amount, VNPTPAY_TRANSACTION_ID="T1"))
    inbox.drain_all()
    for payment in (first, second):
        payment.refresh_from_db()
    assert (first.state, first.bill.state) == (PaymentState.PAID, BillState.PAID)
    assert (second.state, second.bill.state) == (PaymentState.UNKNOWN, BillState.OPEN)
    discrepancy = Discrepancy.objects.get()
    assert (discrepancy.kind, discrepancy.bill, discrepancy.payment) == ("conflict", second.bill, second)
    assert Notification.objects.get(payment=second).result == "booked_for_another"
    assert ledger_check.check() == []
    tell(second, "T2")
    inbox.drain_all()
    second.refresh_from_db()
    assert second.state == PaymentState.PAID, "its own money still pays it"


def test_an_order_nobody_knows_cannot_claim_it_silently() -> None:
    first = factories.payment()
    tell(first, "T1")
    inbox.drain_all()
    post(confirm("MC9999999999", first.amount, VNPTPAY_TRANSACTION_ID="T1"))
    Notification.objects.update(received_at="2026-01-01T00:00:00Z")
    inbox.drain_all()
    assert Discrepancy.objects.get().kind == "conflict"
    assert ledger_check.check() == []


def test_the_same_order_told_again_is_no_discrepancy() -> None:
    first = factories.payment()
    tell(first, "T1")
    inbox.drain_all()
    post(confirm(first, VNPTPAY_TRANSACTION_ID="T1", PAY_DATE="20261123100000", PAYMENT_METHOD="X"))
    inbox.drain_all()
    assert not Discrepancy.objects.exists()
