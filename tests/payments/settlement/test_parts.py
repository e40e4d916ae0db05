"""Transfers that are too little each and enough together: the bill is paid when the sum is there."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from agencies.models import Role
from payments.callbacks import handle, inbox
from payments.models import Bill, Discrepancy, Payment, Receipt
from payments.refunds import workflow as refunds
from payments.settlement import ledger_check
from payments.states import BillState
from tests.support import factories, running
from tests.support.concurrency import in_a_thread
from tests.support.notifications import notify_bill
from tests.support.payments.callbacks import post
from tests.support.payments.statements import file_of, line, match

pytestmark = pytest.mark.django_db(transaction=True)


def owed(amount: int = 72_000) -> Payment:
    return factories.payment(of=factories.bill(amount), gateway="vietinbank")


def transfer(payment: Payment, amount: int, reference: str) -> Bill:
    post(notify_bill(payment, amount, transId=f"TX{reference}", bankTransId=reference), "vietinbank")
    inbox.drain_all()
    return Bill.objects.get(pk=payment.bill_id)


def open_cases() -> list[tuple[str, int]]:
    return list(Discrepancy.objects.filter(closed_at=None).order_by("pk").values_list("kind", "amount"))


@pytest.mark.parametrize("amounts", [(22_000, 50_000), (1, 71_999), (30_000, 30_000, 12_000)])
def test_the_part_that_completes_the_sum_pays_the_bill(amounts: tuple[int, ...]) -> None:
    payment, received = owed(), 0
    for place, amount in enumerate(amounts):
        bill = Bill.objects.get(pk=payment.bill_id)
        assert (bill.state, bill.received_amount, bill.missing_amount) == ("open", received, 72_000 - received)
        bill = transfer(payment, amount, f"PART{place}")
        received += amount
    payment.refresh_from_db()
    assert (bill.state, bill.received_amount, bill.missing_amount) == (BillState.PAID, 0, 0)
    assert (payment.state, payment.is_applied, payment.gateway_ref) == ("paid", True, f"PART{len(amounts) - 1}")
    assert Receipt.objects.get().amount == 72_000
    assert open_cases() == []
    assert ledger_check.check() == []


def test_what_the_parts_bring_beyond_the_bill_is_surplus() -> None:
    payment = owed()
    transfer(payment, 22_000, "PART1")
    assert transfer(payment, 55_000, "PART2").state == BillState.PAID
    assert open_cases() == [("surplus", 5_000)]
    assert ledger_check.check() == []


def test_parts_to_two_codes_of_one_bill_add_up() -> None:
    first = owed()
    transfer(first, 22_000, "PART1")
    Payment.objects.filter(pk=first.pk).update(state="expired")
    second = factories.payment(of=first.bill, gateway="vietinbank")
    assert transfer(second, 50_000, "PART2").state == BillState.PAID
    second.refresh_from_db()
    assert second.is_applied


def test_parts_that_come_in_one_batch_or_one_statement_add_up() -> None:
    payment = owed()
    for place, amount in enumerate((22_000, 50_000)):
        post(notify_bill(payment, amount, transId=f"TX{place}", bankTransId=f"PART{place}"), "vietinbank")
    inbox.drain_all()
    other = owed()
    lines = [line(f"B{amount}", amount, other.merchant_ref) for amount in (22_000, 50_000)]
    match(other.merchant_account, file_of(*lines))
    assert set(Bill.objects.values_list("state", flat=True)) == {"paid"}
    assert open_cases() == []
    assert ledger_check.check() == []


def test_a_part_that_is_being_given_back_is_no_part_any_more() -> None:
    payment = owed()
    transfer(payment, 22_000, "PART1")
    case = Discrepancy.objects.get()
    Discrepancy.objects.filter(pk=case.pk).update(used_amount=22_000)
    assert transfer(payment, 50_000, "PART2").state == BillState.OPEN
    assert Bill.objects.get(pk=payment.bill_id).missing_amount == 22_000


def test_more_than_is_owed_in_one_transfer_settles_and_the_rest_is_surplus() -> None:
    payment = owed()
    bill = transfer(payment, 75_000, "OVER")
    assert (bill.state, bill.missing_amount) == (BillState.PAID, 0)
    assert open_cases() == [("surplus", 3_000)]
    assert ledger_check.check() == []


def test_far_more_than_is_owed_stays_for_a_person() -> None:
    bill = transfer(owed(), 720_001, "FAR")
    assert (bill.state, bill.received_amount, bill.missing_amount) == (BillState.OPEN, 720_001, 0)
    assert open_cases() == [("over", 720_001)]


def test_parts_of_a_bill_that_was_cancelled_settle_nothing() -> None:
    payment = owed()
    transfer(payment, 22_000, "PART1")
    Bill.objects.filter(pk=payment.bill_id).update(state="cancelled")
    assert transfer(payment, 50_000, "PART2").state == BillState.CANCELLED
    assert [kind for kind, _ in open_cases()] == ["short", "short"]


@pytest.mark.parametrize(("received", "asked"), [(22_000, (50_000, True)), (75_000, (0, False))])
def test_a_bank_that_asks_is_told_what_is_missing(received: int, asked: tuple[int, bool]) -> None:
    payment = owed()
    transfer(payment, received, "PART1")
    bill = handle._find_bill("vietinbank", payment.merchant_ref)
    assert bill and (bill.amount, bill.is_payable) == asked


def test_a_part_that_is_being_given_back_does_not_pay() -> None:
    """Who proposes its refund holds the part; the transfer that would complete the sum waits, and finds it held."""
    payment, may_commit = owed(), threading.Event()
    transfer(payment, 22_000, "PART0")
    part, maker = Discrepancy.objects.get(), factories.officer(payment.bill.agency, Role.ACCOUNTANT)
    proposal = refunds.Proposal(22_000, 22_000, "surplus", "k", bank_account="VCB 0123456789")

    def give_back() -> None:
        with transaction.atomic():
            refunds.propose_for_case(part, proposal, maker=maker)
            assert may_commit.wait(running.PATIENCE)

    post(notify_bill(payment, 50_000, transId="TXPART1", bankTransId="PART1"), "vietinbank")
    with ThreadPoolExecutor(2) as threads:
        giving = in_a_thread(threads, give_back)
        running.wait_until(lambda: running.is_locked("payments_discrepancy", part.pk), "the part is being given back")
        settling = in_a_thread(threads, inbox.drain)
        running.wait_until(running.waiting_for_locks, "the settlement waits for the part")
        may_commit.set()
        giving.result(running.PATIENCE)
        settling.result(running.PATIENCE)
    inbox.drain_all()
    bill = Bill.objects.get()
    assert (bill.state, bill.received_amount, bill.missing_amount) == (BillState.OPEN, 50_000, 22_000)
    assert ledger_check.check() == []
