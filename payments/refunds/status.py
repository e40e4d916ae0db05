"""Status of refunds and surplus of a bill for its payer, with dates and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.bills.holds import Ending, ending
from payments.discrepancies import PATIENCE, still_asked
from payments.models import Bill, Discrepancy, Refund
from payments.models.discrepancies import ASKING_BACK, HOLDING_MONEY, DiscrepancyKind
from payments.states import BillState, RefundState

from . import destination as destinations
from .workflow import returned_at_the_end

_NEXT: dict[str, Promise | str] = {
    RefundState.PROPOSED: _("Chờ người thứ hai duyệt."),
    RefundState.APPROVED: _("Đã duyệt, sắp gửi cho ngân hàng."),
    RefundState.SENT: _("Ngân hàng đang hoàn tiền; chúng tôi hỏi lại đến khi xong."),
    RefundState.UNKNOWN: _("Ngân hàng đang hoàn tiền; chúng tôi hỏi lại đến khi xong."),
    RefundState.AWAITING_TRANSFER: _("Kế toán sẽ chuyển khoản cho bạn."),
    RefundState.DONE: _("Tiền đã về nơi bạn dùng để nộp, hoặc tài khoản bạn đã cho."),
}
_HELD = _("Kế toán sẽ hoàn lại hoặc chuyển sang khoản khác của bạn. Muốn nhanh hơn, gọi số ở cuối trang.")
_UNSETTLED = _("Kế toán ghi nhận cho khoản này trước; phần thừa hoàn lại cho bạn.")
_NOT_POSTED = _("Bạn thôi gửi qua bưu điện: kế toán lập đề nghị hoàn cước, người thứ hai duyệt.")
_IN_VAIN = _("Hồ sơ đã dừng: kế toán lập đề nghị hoàn, người thứ hai duyệt.")


@dataclass(frozen=True, slots=True)
class Returned:
    """One sum on its way back, or held for the payer. `amount` is whole đồng, `done_at` None until it is back.

    `destination` is where it goes, a sentence; `due_at` until when an accountant is to act, where it is their turn.
    """

    amount: int
    is_surplus: bool
    since: datetime
    done_at: datetime | None
    next_step: Promise | str
    destination: str = ""
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """What becomes of a paid bill whose matter was refused or withdrawn: `back` goes back, `kept` is kept by law."""

    reason: str
    back: int
    kept: int


def of_bill(bill: Bill) -> list[Returned]:
    """Return every sum that goes back to the payer of a bill, oldest first, in four queries. Nothing personal.

    Reads `payments` and `lines`: prefetch them for lists.
    """
    given = list(
        Refund.objects.filter(payment__bill=bill).exclude(state=RefundState.REJECTED).select_related("payment")
    )
    returns = [_refund(refund, is_surplus=False) for refund in given]
    ended = ending(bill)
    is_open = bill.state == BillState.OPEN and not ended
    cases = list(
        Discrepancy.objects.filter(bill=bill, kind__in=(*HOLDING_MONEY, *ASKING_BACK))
        .select_related("payment")
        .prefetch_related("refunds")
    )
    for case in cases:
        returns += [_refund(refund, is_surplus=True) for refund in case.refunds.all() if refund.state in _NEXT]
        is_part = is_open and case.kind == DiscrepancyKind.SHORT  # counts for the bill; the rest is still to come
        if case.kind in HOLDING_MONEY and case.remaining_amount and not case.closed_at and not is_part:
            held = _UNSETTLED if is_open else _HELD
            returns.append(_awaited(case.remaining_amount, case.opened_at, held, "", True))
    asking = [case for case in cases if case.kind in ASKING_BACK]
    waiting = _still_asked(asking, given)
    for case in asking:
        if left := waiting[case.pk]:
            step = _NOT_POSTED if case.kind == DiscrepancyKind.NOT_POSTED else _IN_VAIN
            returns.append(_awaited(left, case.opened_at, step, destinations.in_words(case.payment), False))
    is_asked = any(case.kind == DiscrepancyKind.PAID_IN_VAIN for case in asking)
    payment = None if is_asked else bill.settling_payment
    # Its case is opened when the step can no longer be undone; the payer looks before.
    if ended and payment and (left := returned_at_the_end(payment, ended) - sum(waiting.values())) > 0:
        returns.append(_awaited(left, timezone.now(), _IN_VAIN, destinations.in_words(payment), False))
    return sorted(returns, key=lambda returned: returned.since)


def _still_asked(cases: list[Discrepancy], given: list[Refund]) -> dict[int, int]:
    """Return what each case that asks for money back still waits for, of one payment or of several."""
    of_payments: dict[int | None, list[Discrepancy]] = {}
    for case in cases:
        of_payments.setdefault(case.payment_id, []).append(case)
    waiting: dict[int, int] = {}
    for payment, of_it in of_payments.items():
        proposed = sum(refund.amount for refund in given if refund.payment_id == payment)
        waiting |= still_asked(of_it, proposed)
    return waiting


def ended_matter(bill: Bill, ended: Ending | None) -> Ended | None:
    """Return what becomes of what settled a bill whose matter ended; None where nothing did.

    Reads `payments` and `lines`.
    """
    payment = bill.settling_payment
    if ended is None or payment is None:
        return None
    free = returned_at_the_end(payment, ended)
    return Ended(ended.reason, free + payment.reserved_amount, payment.remaining_amount - free)


def _awaited(amount: int, since: datetime, next_step: Promise | str, destination: str, is_surplus: bool) -> Returned:
    return Returned(amount, is_surplus, since, None, next_step, destination, since + PATIENCE)


def _refund(refund: Refund, *, is_surplus: bool) -> Returned:
    is_done = refund.state == RefundState.DONE
    payment = None if is_surplus else refund.payment
    destination = "" if is_done else destinations.in_words(payment, is_given=bool(refund.bank_account))
    return Returned(refund.amount, is_surplus, refund.proposed_at, refund.done_at, _NEXT[refund.state], destination)
