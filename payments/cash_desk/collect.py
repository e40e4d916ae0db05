"""Cash and cards at the counter, in a shift that has to balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from agencies.audit import record as audit
from agencies.models import Agency, User
from core import live
from core.database.duplicates import is_duplicate
from core.values import codes
from core.values.money import dong_for_reader
from gateways import registry
from gateways.internal import Counter
from payments.bills import holds
from payments.errors import BillNotPayable, InvalidBill, PaymentMayBeUnderWay, ShiftNotOpen, TerminalReferenceUsed
from payments.models import Bill, CashShift, CounterPayment, LedgerEvent, Payment
from payments.models.cash_desk import Tender
from payments.models.discrepancies import DiscrepancyKind
from payments.models.notifications import NotificationSource
from payments.states import OPEN_PAYMENT_STATES, BillState, EventKind
from payments.status_queries import interactive

from . import internal_payments

GATEWAY = Counter.slug
#: A button that is pressed twice is pressed within so long.
TWICE_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Taking:
    """What a cashier has in hand: `received` is what the payer gave, at least what is to be taken.

    `terminal_ref` is the card terminal's reference; with it the money has moved already.
    """

    tender: str
    received: int
    terminal_ref: str = ""


def terminal_reference(text: str) -> str:
    """Return a terminal's reference as it is kept: "000 123" and "000123" are one."""
    return "".join(codes.tidy(text).split())[:40]


def terminal_key(agency_id: int, day: date, reference: str) -> str:
    """Name a charge of a card terminal, whose references are unique within an agency and a day only."""
    return f"{agency_id}:{day:%y%m%d}:{reference}"


def open_shift(cashier: User, agency: Agency, *, opening_amount: int) -> CashShift:
    """Open a drawer with so much in it, or return the one that is open."""
    shift, is_new = CashShift.objects.get_or_create(
        cashier=cashier, closed_at=None, defaults={"agency": agency, "opening_amount": opening_amount}
    )
    if is_new:
        audit.record("shift_open", f"shift:{shift.pk}", actor=cashier, agency=agency, amount=opening_amount)
    return shift


def expected_amount(shift: CashShift) -> int:
    """Return what should be in the drawer now, whole đồng: opening plus cash, cards not counted."""
    taken = LedgerEvent.objects.filter(
        kind=EventKind.PAYMENT_PAID, payment__counter__shift=shift, payment__counter__tender=Tender.CASH
    )
    return shift.opening_amount + int(taken.aggregate(total=Sum("amount", default=0))["total"])


def amount_to_take(bill: Bill) -> int:
    """Return what a cashier takes for a bill, whole đồng: what is missing; all of it where enough came, unsettled.

    Reads what the state reads.
    """
    return bill.missing_amount or bill.amount


def count(shift: CashShift, *, counted_amount: int, note: str = "") -> int:
    """Return by how much a drawer differs from what was counted, whole đồng; nothing is closed.

    Raises InvalidBill (field `note`) for a difference without a word, ShiftNotOpen when it is closed.
    """
    if CashShift.objects.exclude(closed_at=None).filter(pk=shift.pk).exists():
        raise ShiftNotOpen
    difference = counted_amount - expected_amount(shift)
    if difference and not note.strip():
        raise InvalidBill("note", f"the drawer differs by {difference} đồng: say why")
    return difference


def close_shift(shift: CashShift, *, counted_amount: int, note: str = "") -> CashShift:
    """Count and close a drawer; a difference must be explained (the database insists).

    Raises InvalidBill (field `note`) for a difference without a word, ShiftNotOpen when it is closed.
    """
    with transaction.atomic():
        locked = CashShift.objects.select_for_update().get(pk=shift.pk)
        if locked.closed_at:
            raise ShiftNotOpen
        locked.expected_amount, locked.counted_amount = expected_amount(locked), counted_amount
        if locked.difference and not note.strip():
            raise InvalidBill("note", f"the drawer differs by {locked.difference} đồng: say why")
        locked.closed_at, locked.note = timezone.now(), note.strip()[:255]
        locked.save()
        audit.record(
            "shift_close",
            f"shift:{locked.pk}",
            actor=locked.cashier,
            agency=locked.agency,
            difference=locked.difference,
        )
    return locked


def take(bill: Bill, taking: Taking, *, cashier: User, despite_open: bool = False) -> Payment:
    """Take money for a bill and settle it at once.

    Before, the gateways are asked about attempts in doubt; while one is under way, or money came
    that did not settle the bill, the cashier must say `despite_open`. Cash for a bill that was just
    paid is refused, it is still in hand; a card that was charged is booked, as surplus if need be.
    Raises ShiftNotOpen, InvalidBill, BillNotPayable, BillHeld, PaymentMayBeUnderWay, TerminalReferenceUsed.
    """
    shift = may_take(bill, taking, cashier=cashier, despite_open=despite_open)
    try:
        payment = _book(bill, taking, shift, cashier)
    except IntegrityError as error:
        if not is_duplicate(error, "pos_reference_once"):
            raise
        _refuse_used(taking, shift)  # a colleague was faster
        raise
    live.publish([bill.token])
    payment.refresh_from_db()
    return payment


def just_taken(bill: Bill, taking: Taking, *, cashier: User) -> Payment | None:
    """Return the payment that this very taking has made a moment ago: its button was pressed twice."""
    same = CounterPayment.objects.filter(
        payment__bill=bill,
        shift__cashier=cashier,
        tender=taking.tender,
        terminal_ref=taking.terminal_ref,
        received_amount=taking.received,
        payment__created_at__gt=timezone.now() - TWICE_WITHIN,
    ).select_related("payment")
    return next((each.payment for each in same), None)


def _book(bill: Bill, taking: Taking, shift: CashShift, cashier: User) -> Payment:
    with transaction.atomic(durable=True):
        locked_shift = CashShift.objects.select_for_update().get(pk=shift.pk)
        if locked_shift.closed_at:
            raise ShiftNotOpen
        locked = Bill.objects.select_for_update().get(pk=bill.pk)
        if locked.state != BillState.OPEN and not taking.terminal_ref:
            raise BillNotPayable(locked.reference)
        amount, today = amount_to_take(locked), timezone.localdate()
        key = terminal_key(locked_shift.agency_id, today, taking.terminal_ref) if taking.terminal_ref else ""
        payment = internal_payments.create(locked, GATEWAY, prefix="QT", actor=cashier)
        CounterPayment.objects.create(
            payment=payment,
            shift=locked_shift,
            tender=taking.tender,
            terminal_ref=taking.terminal_ref,
            terminal_key=key,
            received_amount=taking.received,
        )
        # What the cashier did is a notification like any other, only applied before he looks up.
        facts = {"tender": taking.tender, "received": taking.received}
        reference = f"{taking.terminal_ref}/{today:%y%m%d}" if key else payment.merchant_ref
        notification_id = internal_payments.tell(
            payment, NotificationSource.COUNTER, amount=amount, reference=reference, event_key=key, facts=facts
        )
        internal_payments.settle([notification_id])
        audit.record(
            "counter_taken",
            f"collection:{locked.reference}",
            actor=cashier,
            agency=locked.agency,
            tender=taking.tender,
            amount=amount,
            received=taking.received,
            terminal_ref=taking.terminal_ref,
        )
    return payment


def may_take(bill: Bill, taking: Taking, *, cashier: User, despite_open: bool = False) -> CashShift:
    """Return the open shift that would take the money, before any moves; raises as `take`."""
    shift = CashShift.objects.filter(cashier=cashier, closed_at=None).first()
    if shift is None:
        raise ShiftNotOpen
    _check(bill, taking, shift)
    if not taking.terminal_ref:  # cash is still in hand
        holds.refuse_held(bill)
    if not despite_open:
        ask_about_open(bill)
        if reasons := reasons_to_ask(Bill.objects.with_payments().get(pk=bill.pk)):
            raise PaymentMayBeUnderWay(bill.reference, reasons)
    return shift


def _check(bill: Bill, taking: Taking, shift: CashShift) -> None:
    if taking.tender not in Tender.values:
        raise InvalidBill("tender", "cash or pos")
    if taking.received < (amount := amount_to_take(bill)):
        raise InvalidBill("received", f"at least {amount} đồng")
    if (taking.tender == Tender.POS) != bool(taking.terminal_ref):
        raise InvalidBill("terminal_ref", "a card payment has the terminal's reference, cash has none")
    _refuse_used(taking, shift)


def _refuse_used(taking: Taking, shift: CashShift) -> None:
    """Raise TerminalReferenceUsed for a reference that stands for another payment of this agency today."""
    key = terminal_key(shift.agency_id, timezone.localdate(), taking.terminal_ref)
    used = CounterPayment.objects.filter(tender=Tender.POS, terminal_key=key)
    if taking.terminal_ref and (other := used.select_related("payment__bill").first()):
        raise TerminalReferenceUsed(other.payment)


def ask_about_open(bill: Bill) -> None:
    """Ask about attempts that may have brought money. Raises PaymentMayBeUnderWay while one is in doubt."""
    attempts = bill.payments.filter(state__in=OPEN_PAYMENT_STATES).select_related("merchant_account")
    interactive.ask_about(payment for payment in attempts if payment.is_in_doubt)
    bill.refresh_from_db()
    current = Bill.objects.with_payments().get(pk=bill.pk)
    if current.state == BillState.OPEN and current.doubtful_payments:
        raise PaymentMayBeUnderWay(bill.reference, reasons_to_ask(current))


def reasons_to_ask(bill: Bill) -> list[str]:
    """Return why taking money for an open bill may collect twice, a sentence each. Reads what the state reads."""
    if bill.state != BillState.OPEN:
        return []
    reasons = []
    if received := bill.received_amount:
        text = _("Đã nhận %(amount)s cho khoản này mà chưa ghi nhận đã nộp: hỏi kế toán trước khi thu thêm.")
        reasons.append(text % {"amount": dong_for_reader(received)})
    for claim in bill.discrepancies.all():
        if claim.kind == DiscrepancyKind.CHARGED_CLAIM and claim.closed_at is None:
            text = _("Người nộp đã báo bị trừ %(amount)s: kế toán chưa trả lời.")
            reasons.append(text % {"amount": dong_for_reader(claim.amount)})
    for payment in bill.attempts_under_way(timezone.now()):
        if payment.is_in_doubt:
            text = _("%(gateway)s chưa trả lời rõ về %(amount)s nộp lúc %(time)s.")
        else:
            text = _("Người nộp đang mở %(gateway)s để nộp %(amount)s, từ %(time)s: hỏi họ đã xác nhận ở đó chưa.")
        began = date_format(timezone.localtime(payment.created_at), "H:i d/m")
        amount = dong_for_reader(payment.amount)
        reasons.append(text % {"gateway": registry.name_of(payment.gateway), "amount": amount, "time": began})
    return reasons
