"""Settlement, the only entry point for money: notifications in; payments, bills, receipts and ledger out.

Everything happens in the caller's transaction. Rows are locked in the order bill →
payment → part, ids ascending, dossiers, then the receipt series; `bills_settled` is sent before the
commit, so a dossier moves with its money or not at all (I3, P-2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext

from core.database.bulk_update import update_rows
from gateways.base import OutcomeState
from payments import discrepancies, transitions
from payments.models import Bill, ClosedDay, Discrepancy, LedgerEvent, Notification, Payment
from payments.models.discrepancies import DiscrepancyKind
from payments.models.notifications import CONFLICT, NotificationSource
from payments.receipts import issue as receipts
from payments.signals import bills_reopened, bills_settled
from payments.states import MONEY_IN, BillState, EventKind, PaymentState

from . import likeness, parts
from .rules import Decision, GatewayEvent, PaymentFacts, decide


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
    #: The bank's transactions that are in the ledger, and the attempt each was booked for.
    booked: dict[str, int | None]
    closed_days: set[tuple[int, date]]
    parts: dict[int, list[Discrepancy]]
    heard: likeness.Booked
    is_judged: bool
    events: list[LedgerEvent] = field(default_factory=list)
    discrepancies: list[Discrepancy] = field(default_factory=list)
    touched: dict[int, Payment] = field(default_factory=dict)
    reversed: dict[int, Payment] = field(default_factory=dict)
    used_parts: list[Discrepancy] = field(default_factory=list)
    outcome: Settled = field(default_factory=Settled)


def apply(notifications: Sequence[Notification], *, is_judged: bool = True) -> Settled:
    """Apply notifications in order. Call inside a transaction that holds the notifications' rows.

    Not `is_judged`: a person has said that they are about money of their own, whatever is like it.

    Locks: bills, payments, parts, ids ascending; dossiers; receipt series. Raises whatever a
    row raises: the inbox then retries rows one by one.
    """
    work = _lock(notifications, is_judged=is_judged)
    for notification in notifications:
        _apply_one(notification, work)
    _save(notifications, work)
    return work.outcome


def _lock(notifications: Sequence[Notification], *, is_judged: bool) -> _Work:
    references = {(notification.gateway, notification.merchant_ref) for notification in notifications}
    names = [reference for _, reference in references]
    bill_ids = Payment.objects.filter(merchant_ref__in=names).values_list("bill_id", flat=True)
    bills = {
        bill.pk: bill for bill in Bill.objects.filter(pk__in=sorted(set(bill_ids))).select_for_update().order_by("pk")
    }
    payments = {
        (payment.gateway, payment.merchant_ref): payment
        for payment in Payment.objects.filter(bill_id__in=bills).select_for_update().order_by("pk")
    }
    keys = [money_key(notification) for notification in notifications]
    booked = LedgerEvent.objects.filter(money_key__in=keys, kind__in=MONEY_IN)
    closed = ClosedDay.objects.filter(
        merchant_account__in={notification.merchant_account_id for notification in notifications}
    )
    return _Work(
        timezone.now(),
        bills,
        payments,
        dict(booked.values_list("money_key", "payment_id")),
        set(
            closed.filter(day__in={_day_of(notification) for notification in notifications}).values_list(
                "merchant_account_id", "day"
            )
        ),
        parts.lock_open(bills.values()),
        likeness.of_payments(payment.pk for payment in payments.values()),
        is_judged,
    )


def _day_of(notification: Notification) -> date:
    return timezone.localdate(notification.occurred_at or timezone.now())


def money_key(notification: Notification) -> str:
    """Name the bank's transaction, scoped by gateway and merchant: the ledger books it once."""
    transaction = notification.gateway_ref or f"ref:{notification.merchant_ref}"
    return f"{notification.gateway}:{notification.merchant_account_id}:{transaction}"


def _apply_one(notification: Notification, work: _Work) -> None:
    payment = work.payments.get((notification.gateway, notification.merchant_ref))
    if payment and payment.merchant_account_id != notification.merchant_account_id:
        # One bank key may serve several contracts: a notification of another one is not about this payment.
        payment = None
    bill = work.bills[payment.bill_id] if payment else None
    gateway_event = GatewayEvent(
        outcome=notification.outcome,
        amount=notification.amount,
        currency=notification.currency,
        account=notification.account,
        gateway_ref=notification.gateway_ref,
        is_transfer=notification.is_transfer,
        is_conflict=notification.result == CONFLICT,
    )
    facts = (
        PaymentFacts(
            payment.state,
            payment.amount,
            payment.gateway_ref,
            bill.state,
            is_applied=payment.is_applied,
            reserved_amount=payment.reserved_amount,
            parts_amount=parts.total(work.parts.get(bill.pk, ())),
        )
        if payment and bill
        else None
    )
    accounts = frozenset(notification.merchant_account.settings.get("accounts", ()))
    key = money_key(notification)
    is_booked, twin = key in work.booked, ""
    if payment and work.is_judged and not is_booked and notification.outcome == OutcomeState.PAID:
        twin = work.heard.twin(notification, payment.pk, _day_of(notification))
    decision = decide(
        gateway_event,
        facts,
        accounts,
        is_booked=is_booked,
        is_booked_elsewhere=_names_another(notification, payment, work.booked.get(key)),
        is_likely_booked=bool(twin),
    )
    notification.payment = payment
    notification.state, notification.result = decision.notification_state, decision.result
    notification.processed_at = work.now
    _carry_out(decision, notification, payment, bill, work, note=twin)


def _names_another(notification: Notification, payment: Payment | None, booked_for: int | None) -> bool:
    """Tell whether a message names an order for money that was booked for another one.

    A statement often names none, or only something that looks like a code.
    """
    if booked_for is None or (payment is None and notification.source == NotificationSource.STATEMENT):
        return False
    return payment is None or payment.pk != booked_for


def _carry_out(
    decision: Decision,
    notification: Notification,
    payment: Payment | None,
    bill: Bill | None,
    work: _Work,
    *,
    note: str,
) -> None:
    cause: dict[str, object] = {"cause": notification.source, "cause_id": str(notification.pk)}
    money: dict[str, object] = {}
    amount = notification.amount or 0
    surplus = 0 if decision.settles_bill else amount
    if decision.books_money:
        work.booked[money_key(notification)] = payment.pk if payment else None
        money = _money(notification, amount, work)
        if payment:
            heard = likeness.Heard(notification.source, amount, _day_of(notification), money_key(notification))
            work.heard.add(payment.pk, heard)
    elif decision.takes_money_back and payment:
        amount = -payment.amount
        money = _money(notification, amount, work)
    if payment and decision.payment_to:
        carries_money = decision.payment_to in (PaymentState.PAID, PaymentState.REVERSED)
        carried = money if carries_money else {}
        work.events.append(transitions.payment_to(payment, decision.payment_to, bill=bill, **cause, **carried))
        if payment.state == PaymentState.PAID:
            payment.gateway_ref = notification.gateway_ref
            payment.evidence = NotificationSource(notification.source).evidence
            payment.paid_at = notification.occurred_at or work.now
            payment.is_applied = decision.settles_bill
        elif payment.state == PaymentState.REVERSED:
            # Its receipts are void even when the same batch brings new money for it.
            work.reversed[payment.pk] = payment
        work.touched[payment.pk] = payment
        if carries_money:
            money = {}
    if payment and decision.asks_gateway:
        # Due at once, however short ago the gateway was asked: it knows more now.
        payment.next_check_at, payment.checked_at = work.now, None
        work.touched[payment.pk] = payment
        work.outcome.payments_to_ask.add(payment.pk)
    if money:
        work.events.append(LedgerEvent(kind=EventKind.MONEY_RECEIVED, bill=bill, payment=payment, **cause, **money))
    if bill and (decision.settles_bill or decision.takes_money_back):
        if decision.uses_parts and payment:
            surplus = _use_parts(bill, payment, amount, work)
            amount = payment.amount
        after = BillState.PAID if decision.settles_bill else BillState.OPEN
        work.events.append(transitions.bill_to(bill, after, at=work.now, payment=payment, amount=-amount, **cause))
        (work.outcome.settled_bills if decision.settles_bill else work.outcome.reopened_bills).append(bill)
    if decision.books_money and surplus:
        work.events.append(LedgerEvent(kind=EventKind.SURPLUS, bill=bill, payment=payment, amount=-surplus, **cause))
    if decision.discrepancy:
        discrepancy = discrepancies.new_discrepancy(
            decision.discrepancy,
            agency_id=bill.agency_id if bill else notification.merchant_account.agency_id,
            bill=bill,
            payment=payment,
            notification=notification,
            amount=surplus if decision.uses_parts else abs(amount),
            note=note,
        )
        work.discrepancies.append(discrepancy)
        if bill and decision.discrepancy == DiscrepancyKind.SHORT:
            work.parts.setdefault(bill.pk, []).append(discrepancy)
    if bill:
        work.outcome.changed_bills[bill.pk] = bill


def _use_parts(bill: Bill, payment: Payment, amount: int, work: _Work) -> int:
    """Use up what came for the bill before; return what is there beyond its amount, whole đồng."""
    used = work.parts.pop(bill.pk)
    surplus = parts.total(used) + amount - payment.amount
    work.events += parts.use(used, bill, payment, at=work.now)
    work.used_parts += [part for part in used if part.pk]
    return surplus


def _money(notification: Notification, amount: int, work: _Work) -> dict[str, object]:
    """Money fields of an event that carries money. A closed day is closed: a late event counts today."""
    day = _day_of(notification)
    if (notification.merchant_account_id, day) in work.closed_days:
        day = timezone.localdate(work.now)
    return {
        "amount": amount,
        "money_key": money_key(notification) if amount > 0 else f"{money_key(notification)}:reversed",
        "merchant_account_id": notification.merchant_account_id,
        "value_date": day,
    }


def _save(notifications: Sequence[Notification], work: _Work) -> None:
    """Write everything in a handful of statements, whatever the number of notifications."""
    update_rows(
        Payment,
        work.touched.values(),
        [*transitions.PAYMENT_COLUMNS, "gateway_ref", "evidence", "paid_at", "checked_at"],
    )
    update_rows(Bill, (*work.outcome.settled_bills, *work.outcome.reopened_bills), transitions.BILL_COLUMNS)
    LedgerEvent.objects.bulk_create(work.events)
    update_rows(Discrepancy, work.used_parts, ["used_amount", "closed_at", "resolution"])
    Discrepancy.objects.bulk_create(work.discrepancies, ignore_conflicts=True)
    receipts.cancel(list(work.reversed.values()), gettext("Ngân hàng đã thu hồi tiền"), cause="reversal")
    update_rows(Notification, notifications, ["state", "result", "processed_at", "payment_id"])
    if work.outcome.settled_bills:
        bills_settled.send(sender=Bill, bill_ids=[bill.pk for bill in work.outcome.settled_bills])
    if work.outcome.reopened_bills:
        bills_reopened.send(sender=Bill, bills=work.outcome.reopened_bills)
    # Last, because settlements of all agencies meet at the receipt series.
    settling = [payment for payment in work.touched.values() if payment.state == PaymentState.PAID]
    receipts.issue([payment for payment in settling if payment.is_applied], work.bills)
