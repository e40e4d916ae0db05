"""The one door for money: notices in, payments, bills, receipts and ledger out.

Everything happens in the caller's transaction. Rows are locked in the order bill →
payment, ids ascending, then the receipt series; `bills_settled` is sent before the
commit, so a dossier moves with its money or not at all (I3, design.md §1.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from . import receipts
from .decisions import Decision, News, PaymentFacts, decide
from .models import Bill, Discrepancy, LedgerEvent, Notice, Payment
from .models.ledger import DiscrepancyKind
from .rows import update_rows
from .signals import bills_settled
from .states import BillState, EventKind, PaymentState, bill_edge, is_correction, payment_edge

SUGGESTED_ACTIONS = {
    DiscrepancyKind.SURPLUS: "Hoàn lại cho người nộp hoặc chuyển sang khoản khác của họ.",
    DiscrepancyKind.SHORT: "Liên hệ người nộp để nộp đủ, hoặc hoàn lại số đã chuyển.",
    DiscrepancyKind.OVER: "Liên hệ người nộp: ghi nhận và hoàn phần thừa.",
    DiscrepancyKind.UNKNOWN_REFERENCE: "Tìm hồ sơ theo tên và nội dung chuyển khoản, hoặc hoàn lại.",
    DiscrepancyKind.WRONG_CURRENCY: "Liên hệ ngân hàng.",
    DiscrepancyKind.WRONG_ACCOUNT: "Đối chiếu tài khoản nhận với ngân hàng.",
    DiscrepancyKind.CONFLICT: "Hỏi ngân hàng giao dịch nào là đúng.",
    DiscrepancyKind.CONTRADICTION: "Hỏi ngân hàng; nếu đã thu hồi tiền, mở hồ sơ nợ.",
    DiscrepancyKind.QUARANTINED: "Xem lỗi, sửa nguyên nhân rồi bấm xử lý lại.",
}


@dataclass(slots=True)
class Settled:
    """What one call changed, for those who wait outside: bills to announce, gateways to ask."""

    changed_bills: dict[int, Bill] = field(default_factory=dict)
    settled_bills: list[Bill] = field(default_factory=list)
    payments_to_ask: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Work:
    """The rows under lock and the writes they lead to."""

    now: datetime
    bills: dict[int, Bill]
    payments: dict[tuple[str, str], Payment]
    booked: set[str]
    events: list[LedgerEvent] = field(default_factory=list)
    discrepancies: list[Discrepancy] = field(default_factory=list)
    touched: dict[int, Payment] = field(default_factory=dict)
    outcome: Settled = field(default_factory=Settled)


def apply(notices: Sequence[Notice]) -> Settled:
    """Apply notices in order. Call inside a transaction that holds the notices' rows.

    Locks: bills, then payments, ids ascending; then receipt series. Raises whatever a
    row raises: the inbox then retries rows one by one.
    """
    work = _lock(notices)
    for notice in notices:
        _apply_one(notice, work)
    _save(notices, work)
    return work.outcome


def _lock(notices: Sequence[Notice]) -> _Work:
    references = {(notice.gateway, notice.merchant_ref) for notice in notices}
    names = [reference for _, reference in references]
    bill_ids = Payment.objects.filter(merchant_ref__in=names).values_list("bill_id", flat=True)
    bills = {
        bill.pk: bill for bill in Bill.objects.filter(pk__in=sorted(set(bill_ids))).select_for_update().order_by("pk")
    }
    payments = {
        (payment.gateway, payment.merchant_ref): payment
        for payment in Payment.objects.filter(bill_id__in=bills).select_for_update().order_by("pk")
    }
    keys = [money_key(notice) for notice in notices]
    booked = LedgerEvent.objects.filter(money_key__in=keys, kind__in=(EventKind.PAYMENT_PAID, EventKind.MONEY_RECEIVED))
    return _Work(timezone.now(), bills, payments, set(booked.values_list("money_key", flat=True)))


def money_key(notice: Notice) -> str:
    """Name the bank's transaction, scoped by gateway and merchant: the ledger books it once."""
    transaction = notice.gateway_ref or f"ref:{notice.merchant_ref}"
    return f"{notice.gateway}:{notice.merchant_account_id}:{transaction}"


def _apply_one(notice: Notice, work: _Work) -> None:
    payment = work.payments.get((notice.gateway, notice.merchant_ref))
    if payment and payment.merchant_account_id != notice.merchant_account_id:
        # One bank key may serve several contracts: a notice of another one is not about this payment.
        payment = None
    bill = work.bills[payment.bill_id] if payment else None
    news = News(
        outcome=notice.outcome,
        amount=notice.amount,
        currency=notice.currency,
        account=notice.account,
        gateway_ref=notice.gateway_ref,
        is_transfer=notice.is_transfer,
    )
    facts = PaymentFacts(payment.state, payment.amount, payment.gateway_ref, bill.state) if payment and bill else None
    accounts = frozenset(notice.merchant_account.settings.get("accounts", ()))
    decision = decide(news, facts, accounts, is_booked=money_key(notice) in work.booked)
    notice.payment = payment
    notice.state, notice.result = decision.notice_state, decision.result
    notice.processed_at = work.now
    _carry_out(decision, notice, payment, bill, work)


def _carry_out(decision: Decision, notice: Notice, payment: Payment | None, bill: Bill | None, work: _Work) -> None:
    def event(kind: EventKind, **values: object) -> None:
        work.events.append(
            LedgerEvent(kind=kind, bill=bill, payment=payment, cause=notice.source, cause_id=str(notice.pk), **values)
        )

    amount = notice.amount or 0
    money: dict[str, object] = {}
    if decision.books_money:
        work.booked.add(money_key(notice))
        money = {"amount": amount, "money_key": money_key(notice)}
    if payment and decision.payment_to:
        before, payment.state = payment.state, decision.payment_to
        if payment.state == PaymentState.PAID:
            payment.gateway_ref = notice.gateway_ref
            payment.paid_at = notice.occurred_at or work.now
            payment.is_applied = decision.settles_bill
            payment.next_check_at = None
        work.touched[payment.pk] = payment
        is_paid = payment.state == PaymentState.PAID
        event(
            payment_edge(before, payment.state),
            before=before,
            after=payment.state,
            is_correction=is_correction(before, payment.state),
            **(money if is_paid else {}),
        )
        if is_paid:
            money = {}
    if payment and decision.asks_gateway:
        # Due at once, however short ago the gateway was asked: it knows more now.
        payment.next_check_at, payment.checked_at = work.now, None
        work.touched[payment.pk] = payment
        work.outcome.payments_to_ask.add(payment.pk)
    if money:
        event(EventKind.MONEY_RECEIVED, **money)
    if bill and decision.settles_bill:
        before, bill.state, bill.settled_at = bill.state, BillState.PAID, work.now
        event(bill_edge(before, bill.state), amount=-amount, before=before, after=bill.state)
        work.outcome.settled_bills.append(bill)
    elif decision.books_money:
        event(EventKind.SURPLUS, amount=-amount)
    if decision.discrepancy:
        work.discrepancies.append(_discrepancy(decision.discrepancy, notice, payment, bill))
    if bill:
        work.outcome.changed_bills[bill.pk] = bill


def _discrepancy(kind: DiscrepancyKind, notice: Notice, payment: Payment | None, bill: Bill | None) -> Discrepancy:
    return Discrepancy(
        kind=kind,
        agency_id=bill.agency_id if bill else notice.merchant_account.agency_id,
        bill=bill,
        payment=payment,
        notice=notice,
        amount=notice.amount or 0,
        suggested_action=SUGGESTED_ACTIONS[kind],
    )


def _save(notices: Sequence[Notice], work: _Work) -> None:
    """Write everything in a handful of statements, whatever the number of notices."""
    update_rows(
        Payment,
        work.touched.values(),
        ["state", "gateway_ref", "paid_at", "is_applied", "next_check_at", "checked_at"],
    )
    update_rows(Bill, work.outcome.settled_bills, ["state", "settled_at"])
    LedgerEvent.objects.bulk_create(work.events)
    Discrepancy.objects.bulk_create(work.discrepancies, ignore_conflicts=True)
    receipts.issue(_applied(work.touched.values()), work.bills)
    update_rows(Notice, notices, ["state", "result", "processed_at", "payment_id"])
    if work.outcome.settled_bills:
        bills_settled.send(sender=Bill, bills=work.outcome.settled_bills)


def _applied(payments: Iterable[Payment]) -> list[Payment]:
    return [payment for payment in payments if payment.is_applied]
