"""The acts of the audit, said for those who audit; one without words here is shown by its name."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Promise] = {
    "signed_in": _("Đăng nhập"),
    "signed_out": _("Đăng xuất"),
    "sign_in_failed": _("Đăng nhập sai"),
    "sign_in_locked": _("Tạm khóa đăng nhập"),
    "refused": _("Bị từ chối"),
    "password_changed": _("Đổi mật khẩu"),
    "second_factor_added": _("Cài xác thực hai lớp"),
    "second_factor_removed": _("Gỡ xác thực hai lớp"),
    "sessions_ended": _("Kết thúc phiên làm việc"),
    "user_saved": _("Sửa tài khoản, vai trò"),
    "view": _("Xem"),
    "view_bank_account": _("Xem tài khoản nhận tiền"),
    "export_audit": _("Tải nhật ký"),
    "export_receipts": _("Tải biên lai"),
    "hand_over": _("Trả kết quả"),
    "extend": _("Gia hạn"),
    "register": _("In sổ theo dõi"),
    "read_paper": _("Mở giấy tờ công dân gửi"),
    "read_result": _("Tải tệp kết quả"),
    "fee_determined": _("Xác định mức thu"),
    "day_close": _("Khóa ngày đối soát"),
    "day_reopen": _("Mở lại ngày đối soát"),
    "merchant_saved": _("Sửa hợp đồng cổng thanh toán"),
    "merchant_keys_rotated": _("Thay khóa cổng thanh toán"),
    "api_key_replaced": _("Thay khóa kết nối"),
    "reform": _("Sắp xếp cơ quan"),
}
