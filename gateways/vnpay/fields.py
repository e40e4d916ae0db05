"""The settings and keys of a contract with VNPAY; README.md beside it says more."""

from gateways.fields import Field, Kind

FIELDS = (
    Field("pay_url", "Địa chỉ trang thanh toán", Kind.ADDRESS, is_required=True),
    Field("api_url", "Địa chỉ merchant_webapi", Kind.ADDRESS, is_required=True),
    Field("tmn_code", "Mã website (vnp_TmnCode)", is_required=True, is_merchant_id=True),
    Field(
        "hash_name",
        "Hàm băm",
        default="sha512",
        choices=(
            "sha512",
            "sha256",
        ),
    ),
    Field("version", "Phiên bản giao thức", default="2.1.0"),
    Field("order_type", "Loại hàng hóa", default="other"),
    Field("bank_code", "Đi thẳng đến ngân hàng"),
    Field("expire_minutes", "Trang còn hiệu lực (phút)", Kind.NUMBER, default="30"),
    Field("server_ip", "Địa chỉ mạng của máy chủ", default="127.0.0.1"),
    Field("secret_key", "Khóa HMAC", is_required=True, is_secret=True),
)
