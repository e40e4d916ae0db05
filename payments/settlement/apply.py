"""The one door for money: notices in, payments, bills, receipts and ledger out.

Everything happens in the caller's transaction. Rows are locked in the order bill →
payment, ids ascending, dossiers, then the receipt series; `bills_settled` is sent before the
commit, so a dossier moves with its money or not at all (I3, P-2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext

from core.bulk_update import update_rows
from payments import discrepancies
from payments.models import Bill, ClosedDay, Discrepancy, LedgerEvent, Notice, Payment
from payments.receipts import issue as receipts
from payments.signals import bills_reopened, bills_settled
from payments.states import MONEY_IN, BillState, EventKind, PaymentState, bill_edge, is_correction, payment_edge

from .rules import Decision, News, PaymentFacts, decide


@dataclass(slots=True)
class Settled:
    """What one call changed, for those who wait outside: bills to announce, gateways to ask."""

    changed_bills: dict[int, Bill] = field(default_factory=dict)
    settled_bills: list[Bill] = field(default_factory=list)
    reopened_bills: list[Bill] = field(default_factory=list)
    payments_to_ask: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Work:
    """The rows under lock and the writes they lead to."""

    now: datetime
    bills: dict[int, Bill]
    payments: dict[tuple[str, str], Payment]
    booked: set[str]
    closed_days: set[tuple[int, date]]
    events: list[LedgerEvent] = field(default_factory=list)
    discrepancies: list[Discrepancy] = field(default_factory=list)
    touched: dict[int, Payment] = field(default_factory=dict)
    outcome: Settled = field(default_factory=Settled)


def apply(notices: Sequence[Notice]) -> Settled:
    """Apply notices in order. Call inside a transaction that holds the notices' rows.

    Locks: bills, then payments, ids ascending; dossiers; receipt series. Raises whatever a
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
    booked = LedgerEvent.objects.filter(money_key__in=keys, kind__in=MONEY_IN)
    closed = ClosedDay.objects.filter(merchant_account__in={notice.merchant_account_id for notice in notices})
    return _Work(
        timezone.now(),
        bills,
        payments,
        set(booked.values_list("money_key", flat=True)),
        set(closed.filter(day__in={_day_of(notice) for notice in notices}).values_list("merchant_account_id", "day")),
    )


def _day_of(notice: Notice) -> date:
    return timezone.localdate(notice.occurred_at or timezone.now())


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
    facts = (
        PaymentFacts(
            payment.state,
            payment.amount,
            payment.gateway_ref,
            bill.state,
            is_applied=payment.is_applied,
            refunded_amount=payment.refunded_amount,
        )
        if payment and bill
        else None
    )
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

    money: dict[str, object] = {}
    amount = notice.amount or 0
    if decision.books_money:
        work.booked.add(money_key(notice))
        money = _money(notice, amount, work)
    elif decision.takes_money_back and payment:
        amount = -payment.amount
        money = _money(notice, amount, work)
    if payment and decision.payment_to:
        before, payment.state = payment.state, decision.payment_to
        if payment.state == PaymentState.PAID:
            payment.gateway_ref = notice.gateway_ref
            payment.paid_at = notice.occurred_at or work.now
            payment.is_applied = decision.settles_bill
            payment.next_check_at = None
        elif payment.state == PaymentState.REVERSED:
            payment.is_applied = False
        work.touched[payment.pk] = payment
        carries_money = payment.state in (PaymentState.PAID, PaymentState.REVERSED)
        event(
            payment_edge(before, payment.state),
            before=before,
            after=payment.state,
            is_correction=is_correction(before, payment.state),
            **(money if carries_money else {}),
        )
        if carries_money:
            money = {}
    if payment and decision.asks_gateway:
        # Due at once, however short ago the gateway was asked: it knows more now.
        payment.next_check_at, payment.checked_at = work.now, None
        work.touched[payment.pk] = payment
        work.outcome.payments_to_ask.add(payment.pk)
    if money:
        event(EventKind.MONEY_RECEIVED, **money)
    if bill and (decision.settles_bill or decision.takes_money_back):
        _move_bill(bill, BillState.PAID if decision.settles_bill else BillState.OPEN, work)
        before = BillState.OPEN if decision.settles_bill else BillState.PAID
        event(bill_edge(before, bill.state), amount=-amount, before=before, after=bill.state)
    elif decision.books_money:
        event(EventKind.SURPLUS, amount=-amount)
    if decision.discrepancy:
        work.discrepancies.append(
            discrepancies.case(
                decision.discrepancy,
                agency_id=bill.agency_id if bill else notice.merchant_account.agency_id,
                bill=bill,
                payment=payment,
                notice=notice,
                amount=abs(amount),
            )
        )
    if bill:
        work.outcome.changed_bills[bill.pk] = bill


def _money(notice: Notice, amount: int, work: _Work) -> dict[str, object]:
    """What an event that carries money says of it. A closed day is closed: late news counts today."""
    day = _day_of(notice)
    if (notice.merchant_account_id, day) in work.closed_days:
        day = timezone.localdate(work.now)
    return {
        "amount": amount,
        "money_key": money_key(notice) if amount > 0 else f"{money_key(notice)}:reversed",
        "merchant_account_id": notice.merchant_account_id,
        "value_date": day,
    }


def _move_bill(bill: Bill, after: BillState, work: _Work) -> None:
    bill.state = after
    bill.settled_at = work.now if after == BillState.PAID else None
    (work.outcome.settled_bills if after == BillState.PAID else work.outcome.reopened_bills).append(bill)


def _save(notices: Sequence[Notice], work: _Work) -> None:
    """Write everything in a handful of statements, whatever the number of notices."""
    update_rows(
        Payment,
        work.touched.values(),
        ["state", "gateway_ref", "paid_at", "is_applied", "next_check_at", "checked_at"],
    )
    update_rows(Bill, (*work.outcome.settled_bills, *work.outcome.reopened_bills), ["state", "settled_at"])
    LedgerEvent.objects.bulk_create(work.events)
    Discrepancy.objects.bulk_create(work.discrepancies, ignore_conflicts=True)
    receipts.cancel(_in_state(PaymentState.REVERSED, work), gettext("Ngân hàng đã thu hồi tiền"), cause="reversal")
    update_rows(Notice, notices, ["state", "result", "processed_at", "payment_id"])
    if work.outcome.settled_bills:
        bills_settled.send(sender=Bill, bill_ids=[bill.pk for bill in work.outcome.settled_bills])
    if work.outcome.reopened_bills:
        bills_reopened.send(sender=Bill, bills=work.outcome.reopened_bills)
    # Last, because settlements of all agencies meet at the books of receipts.
    receipts.issue(_in_state(PaymentState.PAID, work), work.bills)


def _in_state(state: PaymentState, work: _Work) -> list[Payment]:
    """The payments whose money settled a bill in this batch, or settled one before and went away in it."""
    return [
        payment
        for payment in work.touched.values()
        if payment.state == state and (payment.is_applied or state == PaymentState.REVERSED)
    ]
