"""Errors of payments as sentences for people that say what to do next."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.independence import NOT_TWO_HEADS
from core.values.money import dong_for_reader
from payments import errors

#: Every type of `payments/errors.py`; a test keeps the list complete.
SENTENCES: dict[type[errors.PaymentsError], Promise | str] = {
    errors.PaymentsError: _("Không làm được việc này. Tải lại trang rồi thử lần nữa; nếu vẫn vậy hãy báo quản trị."),
    errors.IllegalTransition: _("Việc này vừa được người khác xử lý. Xem trạng thái mới ở dưới rồi quyết định tiếp."),
    errors.BillNotPayable: _("Khoản này không còn phải nộp. Đừng thu thêm; xem lại trạng thái của khoản."),
    errors.BillHeld: "%(message)s",
    errors.GatewayNotOffered: _("Cơ quan chưa có tài khoản ở cổng này. Chọn tài khoản khác hoặc báo quản trị tỉnh."),
    errors.PaymentNotStarted: _("Cổng thanh toán không nhận yêu cầu, chưa có tiền nào chuyển đi. Thử lại sau ít phút."),
    errors.GatewayRefusedPayment: _("Cổng thanh toán từ chối: %(reason)s. Chưa có tiền nào chuyển đi."),
    errors.AmountOutsideLimits: _("Cổng này không nhận số tiền như vậy. Chọn cổng khác."),
    errors.AnotherUnderWay: _("Khoản này đang có một lần thanh toán khác. Xem lần đó trước khi bắt đầu lần mới."),
    errors.NothingToClaim: _("Tiền của lần này đã đến: không còn gì phải tìm."),
    errors.TooManyClaims: _("Khoản này đã có nhiều yêu cầu tìm tiền. Xử lý những vụ việc đang mở trước."),
    errors.BillHasMoney: _("Khoản này đã có tiền hoặc có thể sắp có. Chờ ngân hàng trả lời trước khi hủy."),
    errors.InvalidBill: _("Số liệu chưa hợp lệ. Kiểm tra lại từng ô rồi gửi lại."),
    errors.IdempotencyConflict: _("Biểu mẫu này đã được gửi với số tiền khác. Mở lại trang để bắt đầu từ đầu."),
    errors.RequestInProgress: _("Yêu cầu giống hệt đang được xử lý. Chờ vài giây rồi tải lại trang."),
    errors.RefundRefused: "%(message)s",
    errors.ReallocationRefused: "%(message)s",
    errors.RemainingChanged: _("Số còn lại vừa thay đổi, nay là %(remaining)s. Kiểm tra số tiền rồi gửi lại."),
    errors.SamePerson: _(
        "Người đề nghị hay tải tệp lên không được tự duyệt, tự xác nhận hay tự chuyển tiền. Nhờ một đồng nghiệp có "
        "quyền làm."
    ),
    errors.NotIndependent: NOT_TWO_HEADS,
    errors.StatementRefused: _("%(message)s Sửa tệp, hoặc xuất lại từ ngân hàng, rồi tải lên lần nữa."),
    errors.AlreadyDecided: _("Vụ việc này đã có người quyết định. Xem kết quả ở dưới."),
    errors.StatementDecided: _("Tệp này vừa được gửi, xác nhận hoặc bỏ. Xem trạng thái mới ở dưới."),
    errors.NotUploader: _("Chỉ người đã tải tệp lên gửi được cho người thứ hai."),
    errors.DayNotClosable: _("Chưa khóa được: còn %(unexplained)s chưa có vụ việc. Mở vụ việc rồi khóa lại."),
    errors.ShiftNotOpen: _("Ca này đã đóng. Mở ca mới trước khi thu tiền."),
    errors.TerminalReferenceUsed: _("Số tham chiếu máy POS này đã dùng cho một lần thu khác. Xem lại biên lai."),
    errors.PaymentMayBeUnderWay: _("Có lần thanh toán trực tuyến chưa rõ. Hỏi ngân hàng trước khi thu thêm."),
    errors.AddressRefused: "%(message)s",
    errors.TooManyEndpoints: _("Hệ thống này đã có đủ địa chỉ nhận tin. Xóa một địa chỉ trước khi thêm."),
    errors.EndpointStopped: _("Địa chỉ này đã ngừng nhận tin. Đăng ký lại địa chỉ rồi gửi thử."),
    errors.SecretsRefused: "%(message)s",
    errors.ContractOverlaps: _("Hợp đồng khác với cổng này đang nhận thanh toán trong cùng thời gian."),
    errors.ChangeUnderWay: _(
        "Hợp đồng này đang có một thay đổi chờ đồng ý hoặc chờ có hiệu lực. Đợi xong, hoặc dừng thay đổi đó trước."
    ),
    errors.RotationUnderWay: _("Khóa vừa được thay, khóa cũ vẫn còn hiệu lực. Chờ khóa cũ hết hạn rồi thay tiếp."),
}
_DAY_NOT_OVER = _("Chưa khóa được: ngày chưa hết hoặc còn sao kê đang đối chiếu. Chờ xong rồi khóa lại.")


def explain(error: errors.PaymentsError) -> str:
    """Return what happened and what to do about it, in words for staff."""
    if isinstance(error, errors.DayNotClosable) and not error.unexplained:
        return str(_DAY_NOT_OVER)
    figures = {
        "message": getattr(error, "message", ""),
        "reason": getattr(error, "reason", ""),
        "remaining": dong_for_reader(getattr(error, "remaining", 0)),
        "unexplained": dong_for_reader(getattr(error, "unexplained", 0)),
    }
    return str(SENTENCES.get(type(error), SENTENCES[errors.PaymentsError])) % figures


def attempt(request: HttpRequest, verb: Callable[[], object], done: str) -> bool:
    """Call a verb; leave a message of success, or of what went wrong, for the next page."""
    try:
        verb()
    except errors.PaymentsError as error:
        messages.error(request, explain(error))
        return False
    messages.success(request, done)
    return True
