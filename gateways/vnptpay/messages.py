"""The messages of VNPT-Pay as data: what is signed, in which order, and what the codes mean."""

from __future__ import annotations

from dataclasses import dataclass

from gateways.base import Answer
from gateways.codecs.field_signatures import PipeSha256
from gateways.vnpt_family.adapter import Dialect


@dataclass(frozen=True, slots=True)
class Flavour:
    """One way to open a payment: path, version and signed fields, which are the whole message."""

    path: str
    version: str
    init: PipeSha256


FLAVOURS = {
    # docs/reference/vnptpay.md#init
    "single": Flavour(
        "/init",
        "1.0.5",
        PipeSha256((
            "ACTION", "VERSION", "MERCHANT_SERVICE_ID", "MERCHANT_ORDER_ID", "AMOUNT", "AMOUNT_DETAIL",
            "SERVICE_ID", "DEVICE", "LOCALE", "CURRENCY_CODE", "PAYMENT_METHOD", "DESCRIPTION",
            "CREATE_DATE", "CLIENT_IP",
        )),
    ),
    # docs/reference/vnptpay.md#init-of-a-merchant-under-an-agency
    "agency": Flavour(
        "/init_m_merch",
        "1.0.6",
        PipeSha256((
            "ACTION", "VERSION", "MERCHANT_SERVICE_ID", "AGENCY_ID", "MERCHANT_ORDER_ID", "SERVICE_ID",
            "AMOUNT", "DEVICE", "LOCALE", "CURRENCY_CODE", "PAYMENT_METHOD", "DESCRIPTION",
            "CREATE_DATE", "CLIENT_IP",
        )),
    ),
}  # fmt: skip

#: docs/reference/vnptpay.md#confirm
VNPTPAY = Dialect(
    action="ACTION",
    version="VERSION",
    merchant="MERCHANT_SERVICE_ID",
    order="MERCHANT_ORDER_ID",
    amount="AMOUNT",
    currency="CURRENCY_CODE",
    transaction="VNPTPAY_TRANSACTION_ID",
    method="PAYMENT_METHOD",
    paid_at="PAY_DATE",
    info="ADDITIONAL_INFO",
    created="CREATE_DATE",
    code="RESPONSE_CODE",
    text="DESCRIPTION",
    status="TRANSACTION_STATUS",
    url="REDIRECT_URL",
    signature="SECURE_CODE",
)
CONFIRM, ANSWER, QUERY = VNPTPAY.confirm, VNPTPAY.answer, VNPTPAY.query

#: What we say to a CONFIRM (docs/reference/vnptpay.md#confirm).
ANSWERS = {
    Answer.ACCEPTED: ("00", "Thanh cong"),
    Answer.NOT_FOUND: ("01", "Khong tim thay giao dich"),
    Answer.REPLAY: ("02", "Giao dich da duoc xac nhan"),
    Answer.WRONG_AMOUNT: ("04", "So tien khong khop"),
    Answer.BUSY: ("08", "He thong ban, vui long gui lai"),
    Answer.BAD_SIGNATURE: ("97", "Sai chu ky"),
    Answer.CONFLICT: ("99", "Trung ma giao dich nhung khac noi dung"),
    Answer.MALFORMED: ("99", "Du lieu khong hop le"),
    Answer.ERROR: ("99", "Loi khac"),
}
