"""What officers write into dossiers, and citizens into ratings."""

from __future__ import annotations

#: Beside the papers of the procedure.
MISSING = ("Giấy ủy quyền có chứng thực", "Tờ khai chưa ký", "Bản chính để đối chiếu")
STOPPED = (
    "Giấy tờ có dấu hiệu tẩy xóa, chờ kết luận của cơ quan công an",
    "Thông tin không khớp với Cơ sở dữ liệu quốc gia về dân cư, chờ xác minh",
)
STOPPED_LAND = ("Đất đang có tranh chấp, chờ kết luận của cơ quan có thẩm quyền",)
SENT = "Công dân đã gửi giấy tờ bổ sung"
#: What stands in the number of a result, by words of its procedure's name.
SIGNS = (
    ("chứng thực", "CT"), ("trích lục", "TL"), ("xác nhận", "GXN"), ("khai sinh", "GKS"), ("giấy chứng nhận", "GCN"),
    ("đăng ký", "GCN"), ("giấy phép", "GP"),
)  # fmt: skip
REFUSED = (
    "Không thuộc thẩm quyền giải quyết của cơ quan",
    "Hồ sơ trùng với hồ sơ đã nộp",
    "Không đủ điều kiện theo quy định",
)
GOOD = (
    "Cán bộ nhiệt tình, giải thích rõ.", "Nhanh hơn tôi nghĩ.", "Nộp ở nhà rất tiện.", "Không phải chờ lâu.",
    "Có tin nhắn báo từng bước.", "Lệ phí rõ ràng.",
)  # fmt: skip
BAD = (
    "Phải đi lại nhiều lần.", "Chờ lâu quá hẹn.", "Trang chạy chậm.", "Không gọi được điện thoại.", "Thiếu ghế ngồi.",
)  # fmt: skip
LATE = (
    "Chờ kết quả xác minh của cơ quan khác",
    "Hồ sơ phức tạp, cần thẩm định thêm",
    "Lỗi hệ thống của cơ quan phối hợp",
)
