"""What a payer may know of money that comes back: refunds and surplus of a bill, with dates and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Bill, Discrepancy, Refund
from .models.discrepancies import HOLDING_MONEY
from .states import RefundState

_NEXT: dict[str, Promise | str] = {
    RefundState.PROPOSED: _("Chờ người thứ hai duyệt."),
    RefundState.APPROVED: _("Đã duyệt, sắp gửi cho ngân hàng."),
    RefundState.SENT: _("Ngân hàng đang hoàn tiền; chúng tôi hỏi lại đến khi xong."),
    RefundState.UNKNOWN: _("Ngân hàng đang hoàn tiền; chúng tôi hỏi lại đến khi xong."),
    RefundState.AWAITING_TRANSFER: _("Kế toán sẽ chuyển khoản cho bạn."),
    RefundState.DONE: _("Tiền đã về nơi bạn dùng để nộp, hoặc tài khoản bạn đã cho."),
}


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
    cases = Discrepancy.objects.filter(bill=bill, kind__in=HOLDING_MONEY).prefetch_related("refunds")
    refunds = Refund.objects.filter(payment__bill=bill).exclude(state=RefundState.REJECTED)
    found = [_refund(refund, is_surplus=False) for refund in refunds]
    for case in cases:
        found += [_refund(refund, is_surplus=True) for refund in case.refunds.all() if refund.state in _NEXT]
        if case.remaining_amount and not case.closed_at:
            step = _("Kế toán sẽ hoàn lại hoặc chuyển sang khoản khác của bạn. Muốn nhanh hơn, gọi số ở cuối trang.")
            found.append(Returned(case.remaining_amount, True, case.opened_at, None, step))
    return sorted(found, key=lambda returned: returned.since)


def _refund(refund: Refund, *, is_surplus: bool) -> Returned:
    return Returned(refund.amount, is_surplus, refund.proposed_at, refund.done_at, _NEXT[refund.state])
