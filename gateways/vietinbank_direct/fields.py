"""The settings and keys of a contract with VietinBank for direct payments; README.md beside it says more."""

from gateways.fields import RSA_KEYS, Field, Kind, hash_field

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
        choices=("CARD", "QRPAY", "IPAY"),
    ),
    Field("goods_type", "goodsType"),
    Field("channel", "Kênh", default="WEB"),
    hash_field("hash_in", "Hàm băm của ngân hàng", "sha256"),
    hash_field("hash_out", "Hàm băm của ta", "sha1"),
    Field("confirm_fields", "Các trường ký của confirm", Kind.LIST),
    *RSA_KEYS,
)
