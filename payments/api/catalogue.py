"""Every kind of problem the API may answer with: its name, its status, what it means and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PROBLEM = "application/problem+json"
#: Part of the API: clients compare with it.
PREFIX = "/api/problems/"


@dataclass(frozen=True, slots=True)
class Problem:
    """`title` says what happened, `advice` what the client does about it."""

    status: int
    title: str | Promise
    advice: str | Promise


PROBLEMS: dict[str, Problem] = {
    "bad-request": Problem(400, _("Yêu cầu không đọc được"), _("Hãy sửa yêu cầu; gửi lại y nguyên cũng vô ích.")),
    "parse-error": Problem(
        400, _("Nội dung không phải JSON"), _("Hãy gửi JSON, mã UTF-8, lồng nhau không quá 64 tầng.")
    ),
    "not-authenticated": Problem(
        401, _("Thiếu khóa API"), _("Hãy gửi khóa trong tiêu đề Authorization: Bearer <khóa>.")
    ),
    "authentication-failed": Problem(
        401,
        _("Khóa API không đúng"),
        _("Khóa này không có hoặc đã bị thay, bị ngừng. Hãy hỏi quản trị của cơ quan."),
    ),
    "permission-denied": Problem(403, _("Không được phép"), _("Khóa này không được làm việc đó.")),
    "not-found": Problem(
        404, _("Không có"), _("Không có thứ này, hoặc nó thuộc về hệ thống khác, hoặc con trỏ thuộc danh sách khác.")
    ),
    "method-not-allowed": Problem(
        405, _("Phương thức không dùng được ở đây"), _("Tiêu đề Allow ghi những phương thức dùng được.")
    ),
    "not-acceptable": Problem(406, _("Không có định dạng này"), _("Ở đây chỉ trả lời bằng JSON.")),
    "idempotency-conflict": Problem(
        409,
        _("Idempotency-Key đã dùng cho nội dung khác"),
        _("Mỗi yêu cầu mới cần một khóa mới; gửi lại yêu cầu cũ thì giữ nguyên nội dung."),
    ),
    "request-in-progress": Problem(
        409,
        _("Yêu cầu này đang được trả lời"),
        _("Hãy chờ số giây ở tiêu đề Retry-After rồi gửi lại y nguyên, cùng Idempotency-Key: sẽ nhận câu trả lời đó."),
    ),
    "bill-held": Problem(409, _("Khoản này đang tạm dừng"), _("Lúc này chưa ai nên nộp khoản này. Hãy hỏi lại sau.")),
    "bill-not-payable": Problem(409, _("Khoản này không còn chờ nộp"), _("Hãy đọc lại khoản này.")),
    "bill-has-money": Problem(
        409, _("Khoản này có lần nộp chưa rõ"), _("Hãy kiểm tra lần nộp đó trước (POST …/payments/{id}/check).")
    ),
    "remaining-changed": Problem(
        409, _("Số còn hoàn được đã khác"), _("Hãy đọc lại lần nộp; remaining_amount là số bây giờ.")
    ),
    "endpoint-stopped": Problem(
        409, _("Địa chỉ webhook đã ngừng"), _("Không gửi gì đến đó nữa: hãy đăng ký lại địa chỉ.")
    ),
    "too-many-endpoints": Problem(409, _("Quá nhiều địa chỉ webhook"), _("Hãy bỏ bớt một địa chỉ trước.")),
    "content-too-large": Problem(413, _("Nội dung quá lớn"), _("Hãy gửi không quá 1 MiB.")),
    "uri-too-long": Problem(414, _("Địa chỉ quá dài"), _("Hãy dùng con trỏ next, previous y nguyên như đã nhận.")),
    "unsupported-media-type": Problem(415, _("Nội dung không phải JSON UTF-8"), _("Hãy gửi application/json, UTF-8.")),
    "invalid-request": Problem(
        422,
        _("Có chỗ chưa đúng"),
        _("Trường errors ghi chỗ nào sai, vì sao. Sửa rồi gửi lại, có thể dùng lại Idempotency-Key."),
    ),
    "invalid-bill": Problem(422, _("Không lập được khoản này"), _("Trường errors ghi vì sao.")),
    "address-refused": Problem(
        422,
        _("Không gửi đến địa chỉ này"),
        _("Địa chỉ webhook phải là https, tên miền công khai, không có mật khẩu hay # trong địa chỉ."),
    ),
    "refund-refused": Problem(422, _("Không hoàn được"), _("Trường detail ghi vì sao.")),
    "gateway-not-offered": Problem(
        422,
        _("Cổng này không phục vụ cơ quan"),
        _("Hãy chọn cổng khác; tên các cổng ở trang cho lập trình viên."),
    ),
    "gateway-refused": Problem(
        422,
        _("Cổng thanh toán từ chối"),
        _("Chưa có tiền nào chuyển. gateway_code và reason là lời của cổng, bằng ngôn ngữ của cổng."),
    ),
    "amount-outside-limits": Problem(
        422, _("Cổng không nhận số tiền này"), _("least và most là mức thấp nhất, cao nhất; hãy chọn cổng khác.")
    ),
    "throttled": Problem(
        429, _("Quá nhiều yêu cầu"), _("Hãy chờ số giây ở tiêu đề Retry-After; tiêu đề RateLimit ghi còn bao nhiêu.")
    ),
    "internal-server-error": Problem(
        500, _("Lỗi của hệ thống"), _("Hãy gửi lại y nguyên, cùng Idempotency-Key; nếu vẫn lỗi, báo cho quản trị.")
    ),
    "payment-not-started": Problem(
        503, _("Cổng thanh toán không trả lời"), _("Chưa có tiền nào chuyển. Hãy thử lại hoặc chọn cổng khác.")
    ),
    "read-only": Problem(
        503, _("Đang tạm chỉ đọc"), _("Chưa có gì thay đổi. Hãy gửi lại sau số giây ở tiêu đề Retry-After.")
    ),
    "service-unavailable": Problem(
        503, _("Hệ thống đang bận"), _("Hãy gửi lại y nguyên sau số giây ở tiêu đề Retry-After.")
    ),
}
#: What Python and Django call otherwise.
_OTHER_NAMES = {413: "content-too-large", 403: "permission-denied", 401: "not-authenticated"}


def document(name: str, detail: str | Promise = "", **more: Any) -> dict[str, Any]:
    """Return the body of one problem document, in the language of the request."""
    listed = PROBLEMS[name]
    return {
        "type": f"{PREFIX}{name}",
        "title": str(listed.title),
        "status": listed.status,
        "detail": str(detail or listed.advice),
        **more,
    }


def of_status(status: int) -> str:
    """Return the name of the problem that a status alone stands for."""
    named = _OTHER_NAMES.get(status) or HTTPStatus(status).phrase.lower().replace(" ", "-")
    if named in PROBLEMS:
        return named
    return "internal-server-error" if status >= 500 else "bad-request"
