"""A refund that is transferred by hand: what its end writes, and what it leaves."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from agencies.models import AuditEntry
from core import live
from payments.errors import RefundRefused, SamePerson
from payments.models import Discrepancy, LedgerEvent, Payment, Receipt, Refund
from payments.refunds import workflow as refunds
from tests.support.payments.proposals import accountant, maker_of, proposed, surplus, to_transfer, wanted
from tests.support.payments.refunds import paid

pytestmark = pytest.mark.django_db


def entry(action: str) -> AuditEntry:
    return AuditEntry.objects.get(action=action)


@pytest.mark.parametrize(("amount", "after"), [(50_000, "partly_refunded"), (150_000, "refunded")])
def test_a_transfer_made_by_hand_ends_the_refund_of_a_payment(
    amount: int, after: str, heard: list[Any], django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund, actor = to_transfer(proposed(amount)), accountant()
    heard.clear()
    announced: list[list[str]] = []
    monkeypatch.setattr(live, "publish", announced.append)
    with django_capture_on_commit_callbacks(execute=True):
        refunds.record_transfer(refund, reference="FT1" * 30, actor=actor)
    refund.refresh_from_db()
    payment = Payment.objects.get()
    assert (refund.state, refund.gateway_ref, refund.next_check_at) == ("done", ("FT1" * 30)[:64], None)
    assert refund.done_at
    money = LedgerEvent.objects.get(kind="money_returned")
    assert (money.bill, money.payment, money.amount) == (payment.bill, payment, -amount)
    assert (money.money_key, money.merchant_account) == (f"refund:{refund.token}", payment.merchant_account)
    assert (money.value_date, money.actor, money.cause_id) == (timezone.localdate(), actor, str(refund.pk))
    reduced = LedgerEvent.objects.get(kind=f"bill_{after}")
    assert (reduced.bill, reduced.payment, reduced.amount) == (payment.bill, payment, amount)
    assert (reduced.actor, reduced.cause_id, payment.bill.state) == (actor, str(refund.pk), after)
    assert not LedgerEvent.objects.filter(kind="surplus_used").exists()
    kept = Receipt.objects.filter(cancellation=None).values_list("amount", flat=True)
    assert list(kept) == ([150_000 - amount] if amount < 150_000 else [])
    assert heard == [{"refund": refund, "bill": payment.bill}]
    moved = LedgerEvent.objects.get(kind="refund_moved", after="done")
    assert (moved.detail["note"], moved.actor, entry("refund_done").actor) == ("FT1" * 30, actor, actor)
    assert announced == [[payment.bill.token]]


def test_money_of_a_case_that_went_back_is_used_and_closes_it() -> None:
    case = surplus()
    half = to_transfer(refunds.propose_for_case(case, wanted(100_000), maker=accountant()))
    rest = to_transfer(refunds.propose_for_case(case, wanted(50_000, 50_000), maker=accountant()))
    for refund in (half, rest):
        case.refresh_from_db()
        assert case.closed_at is None
        refunds.record_transfer(refund, reference="FT1", actor=accountant())
    case.refresh_from_db()
    assert case.closed_at and case.resolution == "Đã hoàn tiền"
    for kind, sign in (("money_returned", -1), ("surplus_used", 1)):
        events = LedgerEvent.objects.filter(kind=kind).order_by("pk")
        assert [(event.bill, event.payment, sign * event.amount) for event in events] == [
            (case.bill, None, 100_000),
            (case.bill, None, 50_000),
        ]
        assert [event.cause_id for event in events] == [str(half.pk), str(rest.pk)]
        assert all(event.merchant_account is None and event.actor for event in events)


def test_money_that_came_for_no_bill_goes_back_too() -> None:
    case = surplus(kind="unknown_reference")
    Discrepancy.objects.update(bill=None)
    refund = to_transfer(refunds.propose_for_case(case, wanted(150_000), maker=accountant()))
    refunds.record_transfer(refund, reference="FT1", actor=accountant())
    assert LedgerEvent.objects.get(kind="money_returned").bill is None
    assert Discrepancy.objects.get().closed_at


def test_what_was_proposed_and_refused_has_not_gone_back() -> None:
    payment = paid()
    refused = refunds.propose_for_payment(payment, wanted(100_000), maker=accountant())
    refunds.reject(refused, checker=accountant())
    refund = to_transfer(refunds.propose_for_payment(payment, wanted(50_000), maker=accountant()))
    refunds.record_transfer(refund, reference="FT1", actor=accountant())
    assert Payment.objects.get().bill.state == "partly_refunded"


def test_what_asked_for_the_money_is_closed_with_it() -> None:
    refund = to_transfer(proposed(150_000))
    surplus(kind="paid_in_vain")
    Discrepancy.objects.update(payment=refund.payment)
    refunds.record_transfer(refund, reference="FT1", actor=accountant())
    assert Discrepancy.objects.get().closed_at


def test_a_transfer_is_recorded_by_a_second_person_and_to_a_known_account() -> None:
    refund = to_transfer(proposed())
    with pytest.raises(SamePerson):
        refunds.record_transfer(refund, reference="FT1", actor=maker_of(refund))
    Refund.objects.update(bank_account="")
    with pytest.raises(RefundRefused, match="tài khoản nhận"):
        refunds.record_transfer(refund, reference="FT1", actor=accountant())


def test_the_number_of_money_that_came_in_is_no_transfers() -> None:
    refund = to_transfer(proposed())
    Payment.objects.update(gateway_ref="665T2633")
    with pytest.raises(RefundRefused, match="665T2633 là mã của tiền đã nhận"):
        refunds.record_transfer(refund, reference="665T2633", actor=accountant())
    assert Refund.objects.get().state == "to_transfer"
