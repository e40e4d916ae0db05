"""The settings and keys of a contract with VNPT-Pay; README.md beside it says more."""

from gateways.fields import Field, Kind

FIELDS = (
    Field("base_url", "Địa chỉ trước tên lệnh", Kind.ADDRESS, is_required=True),
    Field("merchant_service_id", "Mã dịch vụ VNPT cấp", is_required=True, is_merchant_id=True),
    Field(
        "flavour",
        "Kiểu INIT",
        default="single",
        choices=(
            "single",
            "agency",
        ),
    ),
    Field("agency_id", "Mã đơn vị (kiểu agency)"),
    Field("service_id", "Mã loại dịch vụ", default="1"),
    Field("version", "Phiên bản giao thức"),
    Field("init_path", "Đường dẫn INIT"),
    Field("query_path", "Đường dẫn QUERY", default="/query_transaction"),
    Field("payment_method", "Cách thanh toán", default="VNPTPAY"),
    Field("device", "Thiết bị", default="1"),
    Field("status_map", "Nghĩa của TRANSACTION_STATUS", Kind.TABLE),
    Field("secret_key", "Khóa ký", is_required=True, is_secret=True),
    Field("api_key", "Khóa Bearer", is_required=True, is_secret=True),
)
