"""The settings and keys of a contract with PayPlatform; README.md beside it says more."""

from gateways.fields import Field, Kind

FIELDS = (
    Field("init_url", "Địa chỉ INIT", Kind.ADDRESS, is_required=True),
    Field("query_url", "Địa chỉ QUERY", Kind.ADDRESS, is_required=True),
    Field("partner_code", "Mã đối tác (MaDoiTac)", is_required=True, is_merchant_id=True),
    Field("receipt", "Đơn vị thu trong ThongTinBienLai", Kind.TABLE),
    Field(
        "via",
        "Đường nối",
        default="direct",
        choices=(
            "direct",
            "lgsp",
        ),
    ),
    Field(
        "answer_signature",
        "Chữ ký của trả lời",
        default="echo",
        choices=(
            "echo",
            "signed",
        ),
    ),
    Field("init_answer_signed", "Trả lời INIT có chữ ký", Kind.SWITCH, default="true"),
    Field("query_answer_fields", "Các trường ký của trả lời QUERY", Kind.LIST),
    Field("version", "Phiên bản giao thức", default="1.0.6"),
    Field("channel", "Mã kênh thanh toán", default="1"),
    Field("device", "Mã thiết bị", default="1"),
    Field("bank", "Mã ngân hàng", default="PAYMENT"),
    Field("status_map", "Nghĩa của TrangThaiGD", Kind.TABLE),
    Field("secret_key", "Khóa ký", is_required=True, is_secret=True),
    Field("access_token", "Khóa Bearer của trục", is_secret=True),
)
