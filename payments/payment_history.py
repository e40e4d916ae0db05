"""The history of one payment for a person who has to explain it: ledger and bank messages, masked.

The administration and the accountants' page show the same lines (`payments/accounting/_payment_history.html`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.values import masking
from core.values.money import dong_for_reader
from gateways import registry
from gateways.base import OutcomeState

from .models import LedgerEvent, Notification, Payment, Statement
from .models.notifications import NotificationSource
from .states import BillState, PaymentState, RefundState

#: What a bank says of the money, in our words.
OUTCOMES: Mapping[str, Promise] = {
    OutcomeState.PAID: gettext_lazy("Đã thu tiền"),
    OutcomeState.FAILED: gettext_lazy("Không thành công"),
    OutcomeState.CANCELLED: gettext_lazy("Người nộp đã hủy"),
    OutcomeState.PENDING: gettext_lazy("Đang xử lý"),
    OutcomeState.NOT_FOUND: gettext_lazy("Không có giao dịch này"),
    OutcomeState.REVERSED: gettext_lazy("Đã thu hồi tiền"),
    OutcomeState.UNKNOWN: gettext_lazy("Chưa rõ"),
}
#: What came of a notification (`decisions.Decision.result`); those of the form late_… and an outcome's name aside.
RESULTS: Mapping[str, Promise] = {
    "settled": gettext_lazy("Ghi nhận: khoản được nộp"),
    "already_booked": gettext_lazy("Giao dịch này đã ghi sổ từ trước, không đổi gì"),
    "already_paid": gettext_lazy("Báo lại một lần nộp đã ghi nhận, không đổi gì"),
    "already_reversed": gettext_lazy("Tiền này đã bị thu hồi: không ghi nhận lần hai"),
    "paid_again": gettext_lazy("Khoản đã được nộp rồi: ghi nhận là tiền thừa, mở vụ việc"),
    "surplus": gettext_lazy("Khoản không còn phải nộp: ghi nhận là tiền thừa, mở vụ việc"),
    "conflict": gettext_lazy("Trái với thông báo trước về cùng giao dịch: không ghi nhận, mở vụ việc"),
    "likely_booked": gettext_lazy("Có lẽ đã ghi nhận dưới số khác: chờ kế toán quyết định"),
    "settled_in_parts": gettext_lazy("Đủ tiền cùng các lần chuyển trước: khoản đã nộp"),
    "settled_with_surplus": gettext_lazy("Nhiều hơn số phải nộp: khoản đã nộp, phần thừa chờ hoàn"),
    "wrong_amount": gettext_lazy("Số tiền khác số phải nộp: giữ tiền, mở vụ việc"),
    "wrong_currency": gettext_lazy("Không phải tiền đồng: không ghi sổ, mở vụ việc"),
    "wrong_account": gettext_lazy("Vào tài khoản khác của hợp đồng: không ghi sổ, mở vụ việc"),
    "unknown_reference": gettext_lazy("Không rõ nộp cho khoản nào"),
    "to_be_asked": gettext_lazy("Ngân hàng không nói số tiền: hỏi lại trước khi ghi sổ"),
    "reversed": gettext_lazy("Ngân hàng thu hồi tiền: khoản phải nộp lại, hoặc cần người xem"),
    "set_aside": gettext_lazy("Được người có thẩm quyền bỏ qua"),
}
#: Why a line of the ledger was written.
CAUSES: Mapping[str, str | Promise] = {
    **dict(NotificationSource.choices),
    "dossier": gettext_lazy("Hồ sơ"),
    "officer": gettext_lazy("Cán bộ"),
    "api": gettext_lazy("Hệ thống kết nối"),
    "payer": gettext_lazy("Người nộp"),
    "start": gettext_lazy("Bắt đầu thanh toán"),
    "expiry": gettext_lazy("Hết hạn thanh toán"),
    "refund": gettext_lazy("Hoàn tiền"),
    "part": gettext_lazy("Đủ tiền cùng các lần chuyển trước"),
    "test_payment": gettext_lazy("Thanh toán thử"),
    "reversal": gettext_lazy("Ngân hàng thu hồi tiền"),
}
_STATES: Mapping[str, str | Promise] = {
    **dict(BillState.choices),
    **dict(RefundState.choices),
    **dict(PaymentState.choices),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One event of a payment: recorded by us (`is_ours`) or reported by the bank.

    `facts` are the decoded fields as (name, masked value), `raw` what came over the line as
    (which part, masked text), `statement` the file that brought it and `line` the place in it.
    """

    at: datetime
    what: str
    is_ours: bool
    detail: str
    facts: tuple[tuple[str, str], ...] = ()
    raw: tuple[tuple[str, str], ...] = ()
    statement: Statement | None = None
    line: int = 0


def of_payment(payment: Payment) -> list[Line]:
    """Return everything that happened to a payment, oldest first; three queries, with its bill loaded."""
    own_codes = {payment.merchant_ref, payment.gateway_ref, payment.bill.reference} - {""}
    events = LedgerEvent.objects.filter(payment=payment).select_related("actor").order_by("id")
    lines = [_of_event(event) for event in events]
    notifications = list(payment.notifications.order_by("id"))
    files = _statements(notifications)
    lines += [_of_notification(notification, own_codes, files) for notification in notifications]
    return sorted(lines, key=lambda line: line.at)


def _of_event(event: LedgerEvent) -> Line:
    states = [state_in_words(state) for state in (event.before, event.after) if state]
    amount = dong_for_reader(event.amount, sign=True) if event.amount else ""
    parts = (" → ".join(states), amount, str(event.actor or ""))
    return Line(event.at, event.get_kind_display(), True, " · ".join(filter(None, parts)))


def _statements(notifications: Collection[Notification]) -> dict[int, Statement]:
    """Return the files that brought these notifications, by number, with who sent them in and who confirmed."""
    numbers = [
        notification.facts.get("statement")
        for notification in notifications
        if notification.source == NotificationSource.STATEMENT
    ]
    related = ("merchant_account__agency", "uploaded_by", "confirmed_by")
    return Statement.objects.select_related(*related).in_bulk([number for number in numbers if number])


def _of_notification(notification: Notification, own_codes: Collection[str], files: Mapping[int, Statement]) -> Line:
    outcome = outcome_in_words(notification.outcome)
    parts = (outcome, meaning_of(notification.result) or notification.get_state_display(), notification.error[:200])
    return Line(
        notification.received_at,
        notification.get_source_display(),
        False,
        " · ".join(filter(None, parts)),
        masking.fields(notification.facts, own_codes),
        tuple(_raw(notification, own_codes)),
        files.get(notification.facts.get("statement", 0)),
        notification.facts.get("line", 0),
    )


def outcome_in_words(outcome: str) -> str:
    """Return what a bank says of the money."""
    return str(OUTCOMES.get(outcome, outcome))


def state_in_words(state: str) -> str:
    """Return what a state of the ledger is called: a bill's, a payment's or a refund's."""
    return str(_STATES.get(state, state))


def cause_in_words(cause: str) -> str:
    """Return why a line of the ledger was written; money of the counter names where it was taken."""
    return str(CAUSES[cause]) if cause in CAUSES else registry.name_of(cause)


def meaning_of(result: str) -> str:
    """Return what came of a notification in words: "" for one that nobody has worked at."""
    if result.startswith("late_"):
        return _("Đến sau khi đã biết kết quả: không đổi gì")
    return str(RESULTS.get(result) or OUTCOMES.get(result) or result)


def _raw(notification: Notification, own_codes: Collection[str]) -> list[tuple[str, str]]:
    """Return the parts that came over the line; a statement's row or money of the counter has none."""
    parts = []
    if body := bytes(notification.body).decode(errors="replace"):
        parts.append((_("Nội dung gốc"), masking.message(body, own_codes)))
    if notification.query:
        parts.append((_("Câu truy vấn gốc"), masking.message(notification.query, own_codes)))
    if notification.headers:
        headers = "\n".join(f"{name}: {value}" for name, value in notification.headers.items())
        parts.append((_("Đầu thư gốc"), masking.message(headers, own_codes)))
    if parts and notification.remote_addr:
        parts.append((_("Địa chỉ mạng"), notification.remote_addr))
    return parts
