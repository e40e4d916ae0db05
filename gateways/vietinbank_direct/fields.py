"""The settings and keys of a contract with VietinBank for direct payments; README.md beside it says more."""

from gateways.fields import Field, Kind

FIELDS = (
    Field("base_url", "Địa chỉ trước /init-session/v1", Kind.ADDRESS, is_required=True),
    Field("provider_id", "Mã nhà cung cấp", is_required=True),
    Field("merchant_id", "Mã đơn vị", is_required=True, is_merchant_id=True),
    Field("service_code", "Mã dịch vụ", is_required=True),
    Field("result_url", "Trang kết quả cho người nộp", Kind.ADDRESS),
    Field("init_path", "Đường dẫn init-session", default="/init-session/v1"),
    Field("query_path", "Đường dẫn inq-trx", default="/inq-trx/v1"),
    Field(
        "pay_method",
        "Cách thanh toán",
        default="IPAY",
        choices=(
            "CARD",
            "QRPAY",
            "IPAY",
        ),
    ),
    Field("goods_type", "goodsType"),
    Field("channel", "Kênh", default="WEB"),
    Field(
        "hash_in",
        "Hàm băm của ngân hàng",
        default="sha256",
        choices=(
            "sha256",
            "sha1",
            "sha512",
        ),
    ),
    Field(
        "hash_out",
        "Hàm băm của ta",
        default="sha1",
        choices=(
            "sha256",
            "sha1",
            "sha512",
        ),
    ),
    Field("confirm_fields", "Các trường ký của confirm", Kind.LIST),
    Field("private_key", "Khóa riêng của ta (PEM)", is_required=True, is_secret=True),
    Field("bank_public_key", "Khóa công khai của ngân hàng (PEM)", is_required=True, is_secret=True),
)
