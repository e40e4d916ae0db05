"""The settings and keys of a contract with MoMo; README.md beside it says more."""

from gateways.fields import Field, Kind

FIELDS = (
    Field("api_url", "Địa chỉ …/v2/gateway/api", Kind.ADDRESS, is_required=True),
    Field("partner_code", "Mã đối tác", is_required=True, is_merchant_id=True),
    Field("notify_url", "Địa chỉ nhận IPN", Kind.ADDRESS, is_required=True),
    Field("request_type", "Loại yêu cầu", default="captureWallet"),
    Field("store_name", "Tên cửa hàng"),
    Field("create_answer_fields", "Các trường ký của trả lời create", Kind.LIST),
    Field("create_answer_signed", "Trả lời create có chữ ký", Kind.SWITCH, default="true"),
    Field("access_key", "Khóa truy cập", is_required=True, is_secret=True),
    Field("secret_key", "Khóa HMAC", is_required=True, is_secret=True),
)
