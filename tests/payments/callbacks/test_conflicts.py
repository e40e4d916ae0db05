"""Two messages of one event that both tell of money, and differ: the second books nothing, a person looks."""

from __future__ import annotations

import pytest

from payments.callbacks import inbox
from payments.models import Discrepancy, LedgerEvent
from payments.settlement import ledger_check
from payments.states import MONEY_IN
from tests.support import factories
from tests.support.notifications import notify_bill
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("is_drained_between", [True, False])
def test_digits_moved_from_the_reference_into_the_amount_are_a_conflict(is_drained_between: bool) -> None:
    payment = factories.payment(of=factories.bill(15_000), gateway="vietinbank")
    genuine = notify_bill(payment, 15_000, bankTransId="0012345", remark="NOP PHI")
    moved = {**genuine, "amount": "150000", "bankTransId": "012345"}
    assert post(genuine, "vietinbank")["errorCode"] == "00"
    if is_drained_between:
        inbox.drain_all()
    assert post(moved, "vietinbank")["errorCode"] == "99"
    inbox.drain_all()
    payment.bill.refresh_from_db()
    assert payment.bill.state == "paid"
    assert sum(LedgerEvent.objects.filter(kind__in=MONEY_IN).values_list("amount", flat=True)) == 15_000
    assert list(Discrepancy.objects.values_list("kind", flat=True)) == ["conflict"]
    assert ledger_check.check() == []


def test_the_forged_borders_first_pay_no_other_bill() -> None:
    payment = factories.payment(of=factories.bill(150_000), gateway="vietinbank")
    genuine = notify_bill(payment, 15_000, bankTransId="0012345", remark="NOP PHI")
    post(genuine, "vietinbank")
    post({**genuine, "amount": "150000", "bankTransId": "012345"}, "vietinbank")
    inbox.drain_all()
    payment.bill.refresh_from_db()
    assert (payment.bill.state, payment.bill.received_amount) == ("open", 15_000)
