"""Names of messages and channels, for the people who look after them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import channels

#: Kind of a message (`outbox.TEXTS`) → its name.
KINDS: Mapping[str, Promise] = {
    "received": _("Đã nhận hồ sơ"),
    "fee_due": _("Cần nộp phí"),
    "fee_paid": _("Đã nộp đủ phí"),
    "fee_checking": _("Đang hỏi ngân hàng về tiền"),
    "money_short": _("Tiền nộp còn thiếu"),
    "money_unsettled": _("Đã nhận tiền, chờ kế toán"),
    "money_over": _("Tiền nộp bị thừa"),
    "fee_taken_back": _("Ngân hàng thu hồi tiền"),
    "fee_refunded": _("Đã hoàn tiền"),
    "claim_answered": _("Trả lời về việc bị trừ tiền"),
    "result_ready": _("Đã có kết quả"),
    "posted": _("Đã gửi kết quả qua bưu điện"),
    "came_back": _("Bưu điện chuyển hoàn kết quả"),
    "supplement": _("Cần bổ sung giấy tờ"),
    "paper_refused": _("Giấy tờ không dùng được"),
    "refusal": _("Không tiếp nhận hồ sơ"),
    "stop": _("Dừng giải quyết hồ sơ"),
    "apology": _("Xin lỗi và hẹn lại ngày trả"),
}
CHANNELS: Mapping[str, Promise] = {channels.SMS: _("Tin nhắn điện thoại"), channels.EMAIL: _("Thư điện tử")}


def kind(code: str) -> object:
    """Return the name of a kind."""
    return KINDS.get(code, code)


def channel(code: str) -> object:
    """Return the name of a channel."""
    return CHANNELS.get(code, code)
