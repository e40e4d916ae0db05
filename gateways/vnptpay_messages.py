"""The messages of VNPT-Pay as data: what is signed, in which order, and what the codes mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .base import Answer, OutcomeState
from .codecs import PipeSha256


@dataclass(frozen=True, slots=True)
class Flavour:
    """One way to open a payment: path, version and signed fields, which are the whole message."""

    path: str
    version: str
    init: PipeSha256


FLAVOURS = {
    # gateways.md 2.3
    "single": Flavour(
        "/init",
        "1.0.5",
        PipeSha256((
            "ACTION", "VERSION", "MERCHANT_SERVICE_ID", "MERCHANT_ORDER_ID", "AMOUNT", "AMOUNT_DETAIL",
            "SERVICE_ID", "DEVICE", "LOCALE", "CURRENCY_CODE", "PAYMENT_METHOD", "DESCRIPTION",
            "CREATE_DATE", "CLIENT_IP",
        )),
    ),
    # gateways.md 2.4
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

#: gateways.md 2.7
CONFIRM = PipeSha256((
    "ACTION", "RESPONSE_CODE", "MERCHANT_SERVICE_ID", "MERCHANT_ORDER_ID", "AMOUNT", "CURRENCY_CODE",
    "VNPTPAY_TRANSACTION_ID", "PAYMENT_METHOD", "PAY_DATE", "ADDITIONAL_INFO",
))  # fmt: skip
ANSWER = PipeSha256(("RESPONSE_CODE", "DESCRIPTION", "MERCHANT_SERVICE_ID", "MERCHANT_ORDER_ID", "CREATE_DATE"))
#: gateways.md 2.8
QUERY = PipeSha256(("ACTION", "VERSION", "MERCHANT_SERVICE_ID", "MERCHANT_ORDER_ID", "CREATE_DATE"))

#: What we say to a CONFIRM (gateways.md 2.7).
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

#: RESPONSE_CODE to what we ask (gateways.md 2.9): the payment may exist, so only QUERY can tell.
UNCLEAR_CODES = frozenset({"03", "04", "06", "99"})
#: Our key or contract is wrong; nothing was created.
CONFIGURATION_CODES = frozenset({"07", "08", "09"})
NO_DATA = "05"
MAINTENANCE = "96"

#: TRANSACTION_STATUS is not public; by analogy with PayPlatform (gateways.md 2.8).
STATUS_MAP = {"1": OutcomeState.PAID, "3": OutcomeState.PENDING, "4": OutcomeState.FAILED}


def received_order(names: Iterable[str]) -> PipeSha256:
    """Return the rule of VNPT-Pay's answers: every value but the signature, as received (gateways.md 2.6)."""
    return PipeSha256(tuple(name for name in names if name != "SECURE_CODE"))
