"""Status of refunds and surplus of a bill for its payer, with dates and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payments.models import Bill, Discrepancy, Refund
from payments.models.discrepancies import HOLDING_MONEY, DiscrepancyKind
from payments.states import BillState, RefundState

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
_IN_VAIN = _("Hồ sơ đã dừng: kế toán lập đề nghị hoàn, người thứ hai duyệt.")


@dataclass(frozen=True, slots=True)
class Returned:
    """One sum on its way back, or held for the payer. `amount` is whole đồng, `done_at` None until it is back."""

    amount: int
    is_surplus: bool
    since: datetime
    done_at: datetime | None
    next_step: Promise | str


def of_bill(bill: Bill) -> list[Returned]:
    """Return every sum that goes back to the payer of a bill, oldest first, in three queries. Nothing personal."""
    given = list(Refund.objects.filter(payment__bill=bill).exclude(state=RefundState.REJECTED))
    returns = [_refund(refund, is_surplus=False) for refund in given]
    kinds = (*HOLDING_MONEY, DiscrepancyKind.PAID_IN_VAIN)
    is_open = bill.state == BillState.OPEN
    held = _UNSETTLED if is_open else _HELD
    for case in Discrepancy.objects.filter(bill=bill, kind__in=kinds).prefetch_related("refunds"):
        is_surplus = case.kind in HOLDING_MONEY
        returns += [_refund(refund, is_surplus=True) for refund in case.refunds.all() if refund.state in _NEXT]
        proposed = sum(refund.amount for refund in given if refund.payment_id == case.payment_id)
        left = case.remaining_amount if is_surplus else case.amount - proposed
        is_part = is_open and case.kind == DiscrepancyKind.SHORT  # counts for the bill; the rest is still to come
        if left > 0 and not case.closed_at and not is_part:
            returns.append(Returned(left, is_surplus, case.opened_at, None, held if is_surplus else _IN_VAIN))
    return sorted(returns, key=lambda returned: returned.since)


def _refund(refund: Refund, *, is_surplus: bool) -> Returned:
    return Returned(refund.amount, is_surplus, refund.proposed_at, refund.done_at, _NEXT[refund.state])
