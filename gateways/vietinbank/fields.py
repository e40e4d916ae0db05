"""The settings and keys of a contract with VietinBank for collection; README.md beside it says more."""

from gateways.fields import RSA_KEYS, Field, Kind, hash_field

FIELDS = (
    Field("provider_id", "Mã nhà cung cấp", is_required=True, is_merchant_id=True),
    Field("account", "Tài khoản nhận", is_required=True),
    Field("account_name", "Tên chủ tài khoản", is_required=True),
    Field("statement_url", "Địa chỉ hỏi sao kê", Kind.ADDRESS, is_required=True),
    Field("merchant_id", "Mã đơn vị ngân hàng cấp"),
    Field("bank_bin", "BIN trong mã QR", default="970415"),
    Field("code_prefix", "Đầu số tài khoản ảo"),
    Field("code_length", "Số chữ số của mã", Kind.NUMBER, default="14"),
    Field("cust_code_has_prefix", "custCode có đầu số", Kind.SWITCH),
    Field("replay_code", "Trả lời tin lặp lại", default="00"),
    Field("debit_types", "transType là tiền ra", Kind.LIST, default="D"),
    Field("inquiry_answer_fields", "Các trường ký của trả lời inq-bill", Kind.LIST),
    Field("bank_reference_pattern", "Dạng của bankTransId"),
    Field("strict_bank_reference", "Từ chối bankTransId chỉ có chữ số", Kind.SWITCH),
    Field(
        "code_in_remark",
        "Mã nằm trong nội dung",
        default="propose",
        choices=("propose", "settle"),
    ),
    hash_field("hash_in", "Hàm băm của ngân hàng", "sha256"),
    hash_field("hash_out", "Hàm băm của ta", "sha256"),
    Field("statement_fields", "Tên trường của sao kê", Kind.TABLE),
    *RSA_KEYS,
    Field("client_id", "Mã ứng dụng hỏi sao kê", is_secret=True),
    Field("client_secret", "Khóa ứng dụng hỏi sao kê", is_secret=True),
    Field("file_key", "Khóa kiểm tệp đối soát", is_secret=True),
)
