"""What each step of a refund writes, and what is refused: without a bank's answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agencies.models import AuditEntry
from payments.bills.create import NewLine
from payments.bills.holds import Ending
from payments.errors import IdempotencyConflict, IllegalTransition, RefundRefused, RemainingChanged
from payments.models import ApiClient, BillLine, LedgerEvent, Payment, Refund
from payments.refunds import workflow as refunds
from tests.support.locks import locked_tables
from tests.support.payments.proposals import accountant, maker_of, proposed, surplus, wanted
from tests.support.payments.refunds import ACCOUNT, paid

pytestmark = pytest.mark.django_db
LINES = [
    NewLine("A", "phi", "Phí", 100_000),
    NewLine("B", "le_phi", "Lệ phí", 50_000, is_refundable=False, refund_note="Điều 5"),
]


def entry(action: str) -> AuditEntry:
    return AuditEntry.objects.get(action=action)


@pytest.mark.parametrize(
    ("refunded", "reason", "amount"),
    [
        (0, "withdrawn", 100_000),
        (0, "collected_in_error", 150_000),
        (60_000, "withdrawn", 40_000),
        (60_000, "collected_in_error", 90_000),
        (120_000, "withdrawn", 0),
    ],
)
def test_what_the_law_does_not_refund_comes_back_only_when_we_erred(refunded: int, reason: str, amount: int) -> None:
    payment = paid(lines=LINES)
    payment.reserved_amount = refunded
    assert refunds.refundable_amount(payment, reason) == amount


@pytest.mark.parametrize(
    ("reason", "kind", "comes_back"),
    [
        ("not_posted", "postage", True),
        ("not_posted", "phi", False),
        ("withdrawn", "phi", True),
        ("withdrawn", "postage", True),
    ],
)
def test_only_the_postage_comes_back_of_what_the_post_never_had(reason: str, kind: str, comes_back: bool) -> None:
    assert refunds.goes_back(BillLine(kind=kind), reason) is comes_back


@pytest.mark.parametrize(("seconds", "amount"), [(0.5, 150_000), (-60, 150_000), (1, 100_000)])
def test_what_came_in_the_second_of_the_end_or_later_comes_back_whole(seconds: float, amount: int) -> None:
    payment = paid(lines=LINES)
    payment.paid_at = timezone.now().replace(microsecond=0)
    ended = Ending("withdrawn", payment.paid_at + timedelta(seconds=seconds))
    assert refunds.returned_at_the_end(payment, ended) == amount


def test_rows_are_locked_in_the_order_of_all_others() -> None:
    payment, case = paid(), surplus()
    paid(), surplus()
    with locked_tables() as tables:
        refund = refunds.propose_for_payment(payment, wanted(1), maker=accountant())
    assert tables == ["payments_bill", "payments_payment"]
    with locked_tables() as tables:
        assert refunds.lock(refund) == refund
    assert tables == ["payments_bill", "payments_payment", "payments_refund"]
    with locked_tables() as tables:
        refund = refunds.propose_for_case(case, wanted(1), maker=accountant())
        assert refunds.lock(refund) == refund
    assert tables == ["payments_discrepancy", "payments_discrepancy", "payments_refund"]


def test_a_proposal_holds_its_amount_and_says_who_wants_what(heard: list[Any]) -> None:
    payment, maker = paid(), accountant()
    values = {"note": "x" * 600, "idempotency_key": "k", **ACCOUNT}
    refund = refunds.propose_for_payment(payment, refunds.Proposal(50_000, 150_000, "withdrawn", **values), maker=maker)
    refund.refresh_from_db()
    payment.refresh_from_db()
    assert (payment.reserved_amount, payment.remaining_amount) == (50_000, 100_000)
    assert (refund.payment, refund.discrepancy, refund.agency) == (payment, None, payment.bill.agency)
    assert (refund.amount, refund.remaining_seen, refund.reason) == (50_000, 150_000, "withdrawn")
    assert (refund.note, refund.bank_account) == ("x" * 500, ACCOUNT["bank_account"])
    assert (refund.maker, refund.client, refund.idempotency_key, refund.state) == (maker, None, "k", "proposed")
    event = LedgerEvent.objects.get(kind="refund_moved")
    assert (event.bill, event.payment, event.actor, event.after) == (payment.bill, payment, maker, "proposed")
    assert (event.cause, event.cause_id, event.amount) == ("refund", str(refund.pk), 0)
    assert event.detail == {"amount": 50_000, "reason": "withdrawn", "note": ""}
    written = entry("refund_proposed")
    assert (written.subject, written.actor, written.agency) == (f"refund:{refund.pk}", maker, refund.agency)
    assert written.detail == {"amount": 50_000}
    assert heard == [{"refund": refund}]


def test_a_connected_system_proposes_by_its_own_name_and_no_officer_is_audited() -> None:
    payment = paid()
    client = ApiClient.objects.create(name="HIS")
    refund = refunds.propose_for_payment(payment, wanted(1), maker=client)
    assert (refund.maker, refund.client) == (None, client)
    assert not AuditEntry.objects.filter(action="refund_proposed").exists()


@pytest.mark.parametrize("amount", [0, -1, 150_001])
def test_an_amount_that_is_not_there_is_refused(amount: int) -> None:
    with pytest.raises(RefundRefused, match="không quá số còn lại"):
        refunds.propose_for_payment(paid(), wanted(amount), maker=accountant())
    with pytest.raises(RefundRefused, match="không quá số còn lại"):
        refunds.propose_for_case(surplus(), wanted(amount), maker=accountant())


@pytest.mark.parametrize("amount", [1, 150_000])
def test_all_of_it_may_be_given_back(amount: int) -> None:
    assert refunds.propose_for_payment(paid(), wanted(amount), maker=accountant()).amount == amount
    assert refunds.propose_for_case(surplus(), wanted(amount), maker=accountant()).amount == amount


def test_who_saw_another_sum_or_names_no_reason_is_refused() -> None:
    for seen in (149_999, 150_001):
        with pytest.raises(RemainingChanged):
            refunds.propose_for_payment(paid(), wanted(1, seen), maker=accountant())
        with pytest.raises(RemainingChanged):
            refunds.propose_for_case(surplus(), wanted(1, seen), maker=accountant())
    with pytest.raises(RefundRefused, match="lý do"):
        refunds.propose_for_payment(paid(), wanted(1, reason="x"), maker=accountant())


@pytest.mark.parametrize(("note", "said"), [("Điều 5", "Điều 5"), ("", "không hoàn trả")])
def test_more_than_the_law_gives_back_is_refused_with_its_text(note: str, said: str) -> None:
    line = NewLine("B", "le_phi", "Lệ phí", 50_000, is_refundable=False, refund_note=note)
    payment = paid(lines=[LINES[0], line])
    refunds.propose_for_payment(payment, wanted(100_000), maker=accountant())
    with pytest.raises(RefundRefused, match=said):
        refunds.propose_for_payment(payment, wanted(1, 50_000), maker=accountant())


def test_a_key_names_one_proposal_of_an_agency() -> None:
    maker = accountant()
    ways: list[tuple[Any, Any]] = [(paid(), refunds.propose_for_payment), (surplus(), refunds.propose_for_case)]
    for source, propose in ways:
        first = propose(source, wanted(10, idempotency_key="k"), maker=maker)
        assert propose(source, wanted(10, idempotency_key="k"), maker=maker) == first
        with pytest.raises(IdempotencyConflict):
            propose(source, wanted(11, idempotency_key="k"), maker=maker)
    assert Refund.objects.count() == 2


def test_money_of_a_case_is_held_where_it_holds_any() -> None:
    case = surplus()
    refund = refunds.propose_for_case(case, wanted(50_000), maker=accountant())
    case.refresh_from_db()
    assert (case.used_amount, refund.discrepancy, refund.payment, refund.agency) == (50_000, case, None, case.agency)
    assert LedgerEvent.objects.get(cause_id=str(refund.pk)).bill is None
    with pytest.raises(RefundRefused, match="không giữ tiền"):
        refunds.propose_for_case(surplus(kind="conflict"), wanted(1, 0), maker=accountant())


def test_an_account_is_given_once_by_who_may() -> None:
    refund = proposed(bank_account="")
    with pytest.raises(RefundRefused, match="tài khoản nhận"):
        refunds.give_account(refund, "VCB 1", actor=accountant())
    refunds.give_account(refund, "VCB 1", actor=maker_of(refund))
    with pytest.raises(RefundRefused):
        refunds.give_account(refund, "VCB 2", actor=maker_of(refund))
    refund.refresh_from_db()
    assert refund.bank_account == "VCB 1"
    written = entry("refund_account")
    assert (written.subject, written.actor, written.agency) == (f"refund:{refund.pk}", refund.maker, refund.agency)


@pytest.mark.parametrize(("decide", "state"), [(refunds.approve, "approved"), (refunds.reject, "rejected")])
def test_a_decision_says_by_whom_and_when(decide: Any, state: str, heard: list[Any]) -> None:
    refund, checker, began = proposed(), accountant(), timezone.now()
    heard.clear()
    assert decide(refund, checker=checker).state == state
    refund.refresh_from_db()
    assert (refund.state, refund.checker) == (state, checker)
    assert refund.decided_at and refund.decided_at >= began
    assert refund.next_check_at == (refund.decided_at if state == "approved" else None)
    assert Payment.objects.get().reserved_amount == (50_000 if state == "approved" else 0)
    event = LedgerEvent.objects.get(kind="refund_moved", after=state)
    assert (event.before, event.actor, event.detail["note"]) == ("proposed", checker, "")
    assert entry(f"refund_{state}").actor == checker
    assert heard == [{"refund": refund}]
    with pytest.raises(IllegalTransition):
        refunds.approve(refund, checker=checker)


def test_nobody_approves_what_has_nowhere_to_go_but_may_reject_it() -> None:
    refund = refunds.propose_for_case(surplus(), wanted(1, bank_account=""), maker=accountant())
    with pytest.raises(RefundRefused, match="tài khoản nhận"):
        refunds.approve(refund, checker=accountant())
    refunds.reject(refund, checker=accountant(), note="sai số")
    assert LedgerEvent.objects.get(kind="refund_moved", after="rejected").detail["note"] == "sai số"


def test_who_proposed_withdraws_while_nobody_has_decided() -> None:
    refund = proposed()
    with pytest.raises(RefundRefused, match="rút lại"):
        refunds.withdraw(refund, maker=accountant())
    began = timezone.now()
    assert refunds.withdraw(refund, maker=maker_of(refund)).state == "rejected"
    refund.refresh_from_db()
    assert refund.decided_at and refund.decided_at >= began and refund.checker is None
    assert Payment.objects.get().reserved_amount == 0
    event = LedgerEvent.objects.get(kind="refund_moved", after="rejected")
    assert (event.actor, event.detail["note"]) == (refund.maker, "Người đề nghị rút lại")
    with pytest.raises(RefundRefused, match="rút lại"):
        refunds.withdraw(refund, maker=maker_of(refund))
