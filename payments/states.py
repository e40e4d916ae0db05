"""States of bills, payments, refunds and reallocations, and every edge between them.

An edge names the ledger event it must write (docs/architecture.md#states). What is not listed here
cannot happen: `transitions`, which owns every write of a state, raises IllegalTransition.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from .errors import IllegalTransition


class BillState(models.TextChoices):
    """What became of an amount that is owed."""

    OPEN = "open", _("Chưa nộp")
    PAID = "paid", _("Đã nộp")
    WAIVED = "waived", _("Miễn")
    CANCELLED = "cancelled", _("Đã hủy")
    PARTLY_REFUNDED = "partly_refunded", _("Đã hoàn một phần")
    REFUNDED = "refunded", _("Đã hoàn")


class DisplayState(models.TextChoices):
    """What people are shown: never "failed" while the truth is unknown."""

    NOT_PAID = "not_paid", _("Chưa nộp")
    CHECKING = "checking", _("Đang kiểm tra")
    PAID = "paid", _("Đã nộp")
    EXEMPT = "exempt", _("Miễn")
    REFUNDED = "refunded", _("Đã hoàn")
    CANCELLED = "cancelled", _("Đã hủy")


class PaymentState(models.TextChoices):
    """What became of one attempt to pay. Only PAID is a fact; the rest are opinions."""

    CREATED = "created", _("Vừa tạo")
    SENT = "sent", _("Đã chuyển sang ngân hàng")
    UNKNOWN = "unknown", _("Đang kiểm tra với ngân hàng")
    PAID = "paid", _("Đã nộp")
    FAILED = "failed", _("Không thành công")
    CANCELLED = "cancelled", _("Người nộp đã hủy")
    EXPIRED = "expired", _("Hết hạn")
    REVERSED = "reversed", _("Ngân hàng đã thu hồi tiền")


class Evidence(models.TextChoices):
    """How well it is attested that money moved, the best first.

    Only what a bank signed or answered books money by itself; a file that nobody signed and what a person
    typed need a second person, or the payer at the counter (docs/architecture.md#evidence).
    """

    SIGNED = "signed", _("Tin có chữ ký của ngân hàng")
    ANSWERED = "answered", _("Ngân hàng trả lời khi được hỏi")
    FILE = "file", _("Theo tệp sao kê")
    TYPED = "typed", _("Người ghi nhận")


class RefundState(models.TextChoices):
    """What became of money we give back. Its amount is held from PROPOSED until REJECTED."""

    PROPOSED = "proposed", _("Chờ duyệt")
    REJECTED = "rejected", _("Không duyệt")
    APPROVED = "approved", _("Đã duyệt, chờ gửi")
    SENT = "sent", _("Đang gửi ngân hàng")
    UNKNOWN = "unknown", _("Chưa rõ, đang kiểm tra")
    AWAITING_TRANSFER = "to_transfer", _("Chờ chuyển khoản")
    DONE = "done", _("Đã hoàn tiền")


class ReallocationState(models.TextChoices):
    """What became of a wish to move money a case holds. Its amount is held until REJECTED."""

    PROPOSED = "proposed", _("Chờ duyệt")
    REJECTED = "rejected", _("Không duyệt")
    DONE = "done", _("Đã chuyển")


class EventKind(models.TextChoices):
    """What a line of the ledger records. Those up to SURPLUS_USED carry money, the rest only a state."""

    PAYMENT_PAID = "payment_paid", _("Ngân hàng xác nhận đã thu tiền")
    MONEY_RECEIVED = "money_received", _("Nhận được tiền ngoài khoản đang chờ")
    PAYMENT_REVERSED = "payment_reversed", _("Ngân hàng thu hồi tiền")
    MONEY_RETURNED = "money_returned", _("Đã hoàn tiền cho người nộp")
    BILL_SETTLED = "bill_settled", _("Ghi nhận đã nộp")
    BILL_REOPENED = "bill_reopened", _("Phải nộp lại: tiền đã bị thu hồi")
    BILL_PARTLY_REFUNDED = "bill_partly_refunded", _("Hoàn một phần")
    BILL_REFUNDED = "bill_refunded", _("Hoàn toàn bộ")
    SURPLUS = "surplus", _("Ghi nhận tiền thừa")
    MONEY_MOVED = "money_moved", _("Chuyển sang khoản khác")
    SURPLUS_USED = "surplus_used", _("Tiền thừa đã được xử lý")
    PAYMENT_CREATED = "payment_created", _("Tạo lần thanh toán")
    PAYMENT_SENT = "payment_sent", _("Chuyển sang ngân hàng")
    PAYMENT_FAILED = "payment_failed", _("Thanh toán không thành công")
    PAYMENT_CANCELLED = "payment_cancelled", _("Người nộp hủy thanh toán")
    PAYMENT_EXPIRED = "payment_expired", _("Lần thanh toán hết hạn")
    PAYMENT_UNKNOWN = "payment_unknown", _("Chưa rõ kết quả, đang hỏi ngân hàng")
    BILL_CREATED = "bill_created", _("Lập khoản phải nộp")
    BILL_WAIVED = "bill_waived", _("Miễn nộp")
    BILL_CANCELLED = "bill_cancelled", _("Hủy khoản phải nộp")
    REFUND_MOVED = "refund_moved", _("Yêu cầu hoàn tiền đổi trạng thái")


P, B, R, M, E = PaymentState, BillState, RefundState, ReallocationState, EventKind

PAYMENT_EDGES: dict[tuple[str, str], EventKind] = {
    (P.CREATED, P.SENT): E.PAYMENT_SENT,
    (P.CREATED, P.FAILED): E.PAYMENT_FAILED,
    (P.CREATED, P.UNKNOWN): E.PAYMENT_UNKNOWN,
    (P.CREATED, P.EXPIRED): E.PAYMENT_EXPIRED,
    # A callback may overtake the answer to our own request.
    (P.CREATED, P.PAID): E.PAYMENT_PAID,
    (P.CREATED, P.CANCELLED): E.PAYMENT_CANCELLED,
    (P.SENT, P.PAID): E.PAYMENT_PAID,
    (P.SENT, P.FAILED): E.PAYMENT_FAILED,
    (P.SENT, P.CANCELLED): E.PAYMENT_CANCELLED,
    (P.SENT, P.EXPIRED): E.PAYMENT_EXPIRED,
    (P.SENT, P.UNKNOWN): E.PAYMENT_UNKNOWN,
    (P.UNKNOWN, P.SENT): E.PAYMENT_SENT,
    (P.UNKNOWN, P.PAID): E.PAYMENT_PAID,
    (P.UNKNOWN, P.FAILED): E.PAYMENT_FAILED,
    (P.UNKNOWN, P.CANCELLED): E.PAYMENT_CANCELLED,
    (P.UNKNOWN, P.EXPIRED): E.PAYMENT_EXPIRED,
    # The only way out of PAID: the bank took the money back.
    (P.PAID, P.REVERSED): E.PAYMENT_REVERSED,
    # A transfer code stays good: what is transferred to it after the bank took the first money back pays.
    (P.REVERSED, P.PAID): E.PAYMENT_PAID,
}

#: Corrected to match the bank: an opinion of ours gives way to money that moved.
PAYMENT_CORRECTIONS: dict[tuple[str, str], EventKind] = {
    (P.FAILED, P.PAID): E.PAYMENT_PAID,
    (P.CANCELLED, P.PAID): E.PAYMENT_PAID,
    (P.EXPIRED, P.PAID): E.PAYMENT_PAID,
}

BILL_EDGES: dict[tuple[str, str], EventKind] = {
    (B.OPEN, B.PAID): E.BILL_SETTLED,
    (B.OPEN, B.WAIVED): E.BILL_WAIVED,
    (B.OPEN, B.CANCELLED): E.BILL_CANCELLED,
    (B.PAID, B.PARTLY_REFUNDED): E.BILL_PARTLY_REFUNDED,
    (B.PAID, B.REFUNDED): E.BILL_REFUNDED,
    (B.PARTLY_REFUNDED, B.PARTLY_REFUNDED): E.BILL_PARTLY_REFUNDED,
    (B.PARTLY_REFUNDED, B.REFUNDED): E.BILL_REFUNDED,
    # Money that went away is owed again; what was refunded before stays refunded.
    (B.PAID, B.OPEN): E.BILL_REOPENED,
}

REFUND_EDGES: frozenset[tuple[str, str]] = frozenset(
    {
        (R.PROPOSED, R.APPROVED),
        (R.PROPOSED, R.REJECTED),
        (R.APPROVED, R.SENT),
        (R.APPROVED, R.AWAITING_TRANSFER),
        (R.SENT, R.DONE),
        (R.SENT, R.UNKNOWN),
        # Nothing had left: the gateway could not be reached.
        (R.SENT, R.APPROVED),
        # A bank that refuses leaves a person to transfer the money.
        (R.SENT, R.AWAITING_TRANSFER),
        (R.UNKNOWN, R.DONE),
        (R.UNKNOWN, R.AWAITING_TRANSFER),
        (R.AWAITING_TRANSFER, R.DONE),
        (R.AWAITING_TRANSFER, R.REJECTED),
    }
)

REALLOCATION_EDGES: frozenset[tuple[str, str]] = frozenset({(M.PROPOSED, M.REJECTED), (M.PROPOSED, M.DONE)})

#: Whoever pays knows within minutes; a payment that stays unclear for longer needs a person, and its payer is notified.
UNCLEAR_AFTER = timedelta(minutes=30)
#: An attempt that may still bring money without a correction.
OPEN_PAYMENT_STATES = (P.CREATED, P.SENT, P.UNKNOWN)
#: A bill that stops nobody from handing over a result.
SETTLED_BILL_STATES = (B.PAID, B.WAIVED, B.PARTLY_REFUNDED)
#: Bills that keep (part of) the money that settled them, or kept it until it was refunded.
ONCE_PAID_STATES = (B.PAID, B.PARTLY_REFUNDED, B.REFUNDED)
MONEY_IN = (E.PAYMENT_PAID, E.MONEY_RECEIVED)


def payment_edge(before: str, after: str) -> EventKind:
    """Return the event that the move of a payment must write. Raises IllegalTransition."""
    kind = PAYMENT_EDGES.get((before, after)) or PAYMENT_CORRECTIONS.get((before, after))
    if kind is None:
        raise IllegalTransition("payment", before, after)
    return kind


def bill_edge(before: str, after: str) -> EventKind:
    """Return the event that the move of a bill must write. Raises IllegalTransition."""
    kind = BILL_EDGES.get((before, after))
    if kind is None:
        raise IllegalTransition("bill", before, after)
    return kind


def check_refund_edge(before: str, after: str) -> None:
    """Raise IllegalTransition unless a refund may move so."""
    if (before, after) not in REFUND_EDGES:
        raise IllegalTransition("refund", before, after)


def check_reallocation_edge(before: str, after: str) -> None:
    """Raise IllegalTransition unless a proposal to move money may be decided so."""
    if (before, after) not in REALLOCATION_EDGES:
        raise IllegalTransition("reallocation", before, after)


def is_correction(before: str, after: str) -> bool:
    """Tell whether a move of a payment contradicts what we said before."""
    return (before, after) in PAYMENT_CORRECTIONS
