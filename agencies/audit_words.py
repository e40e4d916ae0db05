"""The acts and objects of the audit, said for those who audit; one without words is shown by its name."""

from typing import NamedTuple

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
    "role_ended": _("Kết thúc vai trò"),
    "role_extended": _("Gia hạn vai trò"),
    "row_added": _("Thêm"),
    "row_changed": _("Sửa"),
    "row_deleted": _("Xóa"),
    "view": _("Xem"),
    "view_bank_account": _("Xem tài khoản nhận tiền"),
    "export_audit": _("Tải nhật ký"),
    "export_receipts": _("Tải biên lai"),
    "hand_over": _("Trả kết quả"),
    "take_back": _("Thu hồi lần trả kết quả"),
    "post_delivered": _("Bưu điện đã phát"),
    "post_came_back": _("Bưu điện chuyển hoàn"),
    "extend": _("Gia hạn"),
    "register": _("In sổ theo dõi"),
    "read_paper": _("Mở giấy tờ công dân gửi"),
    "read_result": _("Tải tệp kết quả"),
    "read_draft": _("Mở dự thảo kết quả"),
    "sign": _("Ký kết quả"),
    "read_proof": _("Mở ảnh người nộp gửi"),
    "send_again": _("Gửi lại tin nhắn"),
    "erasure_asked": _("Đề nghị xóa dữ liệu cá nhân"),
    "erasure_refused": _("Từ chối xóa dữ liệu cá nhân"),
    "erased": _("Xóa dữ liệu cá nhân"),
    "fee_determined": _("Xác định mức thu"),
    "fee_schedule_cloned": _("Tạo phiên bản biểu phí"),
    "fee_schedule_imported": _("Nhập biểu phí từ Excel"),
    "fee_schedule_proposed": _("Trình duyệt biểu phí"),
    "fee_schedule_approved": _("Duyệt biểu phí"),
    "fee_schedule_sent_back": _("Trả biểu phí về bản nháp"),
    "fee_schedule_activated": _("Biểu phí bắt đầu áp dụng"),
    "fee_schedule_retired": _("Ngừng áp dụng biểu phí"),
    "shift_open": _("Mở ca thu tiền mặt"),
    "shift_close": _("Đóng ca thu tiền mặt"),
    "skip_receipt_numbers": _("Bỏ số biên lai"),
    "assign_case": _("Nhận vụ việc"),
    "close_case": _("Đóng vụ việc"),
    "statement_upload": _("Tải sao kê lên"),
    "statement_confirm": _("Xác nhận sao kê"),
    "statement_discard": _("Bỏ sao kê"),
    "day_close": _("Khóa ngày đối soát"),
    "day_reopen": _("Mở lại ngày đối soát"),
    "notice_retried": _("Xử lý lại thông báo ngân hàng"),
    "notice_set_aside": _("Bỏ qua thông báo ngân hàng"),
    "review_rejected_notices": _("Đã xem thông báo bị từ chối"),
    "merchant_saved": _("Sửa hợp đồng cổng thanh toán"),
    "merchant_keys_rotated": _("Thay khóa cổng thanh toán"),
    "gateway_probed": _("Thử kết nối cổng thanh toán"),
    "gateway_stopped": _("Ngừng nhận thanh toán mới"),
    "gateway_resumed": _("Nhận lại thanh toán mới"),
    "maintenance_announced": _("Báo bảo trì"),
    "maintenance_ended": _("Kết thúc bảo trì"),
    "read_only_announced": _("Báo chế độ chỉ xem"),
    "read_only_end_moved": _("Đổi giờ kết thúc chế độ chỉ xem"),
    "api_client_saved": _("Sửa hệ thống kết nối"),
    "api_key_replaced": _("Thay khóa kết nối"),
    "webhooks_sent_again": _("Gửi lại tin cho hệ thống kết nối"),
    "webhooks_given_up": _("Thôi gửi tin cho hệ thống kết nối"),
    "onboarding_step": _("Ghi bước triển khai"),
    "reform": _("Sắp xếp cơ quan"),
    "reform_taken_back": _("Hủy đợt sắp xếp cơ quan"),
    "refund_proposed": _("Đề nghị hoàn tiền"),
    "refund_approved": _("Duyệt hoàn tiền"),
    "refund_rejected": _("Không duyệt hoàn tiền"),
    "refund_sent": _("Gửi lệnh hoàn tiền"),
    "refund_unknown": _("Hoàn tiền chưa rõ kết quả"),
    "refund_to_transfer": _("Hoàn tiền bằng chuyển khoản"),
    "refund_done": _("Đã hoàn tiền"),
    "move_proposed": _("Đề nghị chuyển tiền sang khoản khác"),
    "move_done": _("Chuyển tiền sang khoản khác"),
    "move_rejected": _("Từ chối chuyển tiền sang khoản khác"),
}


class Kind(NamedTuple):
    """What an object of the audit is, and the page that shows it: the name of its address and of its argument."""

    name: Promise
    page: str = ""
    argument: str = "object_id"


def _table(model: str) -> str:
    return f"admin:{model}_change"


#: What stands before the colon of a subject.
KINDS: dict[str, Kind] = {
    "dossier": Kind(_("Hồ sơ"), "desk-dossier", "code"),
    "bill": Kind(_("Khoản phải nộp"), _table("payments_bill")),
    "payment": Kind(_("Lần thanh toán"), _table("payments_payment")),
    "receipt": Kind(_("Biên lai"), _table("payments_receipt")),
    "refund": Kind(_("Hoàn tiền"), "accounting-refund", "pk"),
    "case": Kind(_("Vụ việc"), "accounting-case", "pk"),
    "discrepancy": Kind(_("Vụ việc"), "accounting-case", "pk"),
    "statement": Kind(_("Sao kê"), "accounting-statement", "pk"),
    "shift": Kind(_("Ca thu tiền mặt")),
    "notice": Kind(_("Thông báo của ngân hàng"), _table("payments_notice")),
    "merchant": Kind(_("Hợp đồng cổng thanh toán"), _table("payments_merchantaccount")),
    "client": Kind(_("Hệ thống kết nối"), _table("payments_apiclient")),
    "fee_schedule": Kind(_("Biểu phí"), _table("procedures_feeschedule")),
    "procedure": Kind(_("Thủ tục"), _table("procedures_procedure")),
    "calendarday": Kind(_("Lịch nghỉ, làm bù"), _table("procedures_calendarday")),
    "workinghours": Kind(_("Giờ làm việc"), _table("procedures_workinghours")),
    "postagerate": Kind(_("Cước bưu chính"), _table("dossiers_postagerate")),
    "message": Kind(_("Tin nhắn"), _table("dossiers_message")),
    "user": Kind(_("Tài khoản"), _table("agencies_user")),
    "membership": Kind(_("Vai trò"), _table("agencies_membership")),
    "agency": Kind(_("Cơ quan"), _table("agencies_agency")),
    "agencysuccession": Kind(_("Kế thừa"), _table("agencies_agencysuccession")),
    "onboardingstep": Kind(_("Bước triển khai"), _table("agencies_onboardingstep")),
    "reform": Kind(_("Đợt sắp xếp")),
    "read-only": Kind(_("Chế độ chỉ xem")),
}
