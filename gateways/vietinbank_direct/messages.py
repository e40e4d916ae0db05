"""The messages of VietinBank's direct payment gateway as data: order, shapes, codes.

See docs/reference/vietinbank-direct.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gateways.base import Answer, Malformed, OutcomeState
from gateways.parsing import text_of

INIT_FIELDS = (
    "requestId", "serviceCode", "providerId", "merchantId", "amount", "currencyCode", "providerCustId",
    "payMethod", "goodsType", "billNo", "remark", "transTime", "clientIP", "channel", "version", "language",
    "addInfo", "mac", "preseve1", "preseve2", "preseve3",
)  # fmt: skip
CONFIRM_FIELDS = (
    "requestId", "confirmTransactionId", "responseCode", "responseDesc", "bankTransactionId", "transTime",
    "sessionId",
)  # fmt: skip
ANSWER_FIELDS = (
    "requestId", "providerId", "merchantId", "confirmTransactionId", "transTime", "bankTransactionId",
    "responseCode", "responseDesc", "sessionId", "urlResult", "addInfo",
)  # fmt: skip
QUERY_FIELDS = (
    "requestId", "serviceCode", "providerId", "merchantId", "queryTransactionId", "queryType", "transTime",
    "channel", "version", "language", "addInfo",
)  # fmt: skip

#: What we say to a confirm.
ANSWERS = {
    Answer.ACCEPTED: ("00", "Thanh cong"),
    Answer.REPLAY: ("00", "Giao dich da duoc ghi nhan"),
    Answer.NOT_FOUND: ("90", "Khong tim thay giao dich"),
    Answer.MALFORMED: ("90", "Du lieu khong hop le"),
    Answer.BAD_SIGNATURE: ("93", "Sai chu ky"),
    Answer.BUSY: ("96", "He thong ban, vui long gui lai"),
    Answer.WRONG_AMOUNT: ("99", "So tien khong khop"),
    Answer.CONFLICT: ("99", "Trung ma giao dich nhung khac noi dung"),
    Answer.ERROR: ("99", "Loi khac"),
}

_PAID = frozenset({"00", "40"})
_FAILED = frozenset({"02", "03", "04", "05", "06", "21", "22", "23", "37"})
_CANCELLED = "55"
NOT_FOUND = "43"
#: Our contract or key is wrong; no money can move.
CONFIGURATION_CODES = frozenset({"01", "24", "25", "27", "90", "91", "92", "93", "94", "95"})
#: Answers to init-session after which a session may exist: sent twice, waiting, debited, system errors.
UNCLEAR_CODES = frozenset({"07", "20", "40", "41", "42", "96", "99"})
#: Answers to inq-trx that say nothing of the payment: our mistake, or the bank's trouble.
SILENT_CODES = frozenset({"07", "08", "26", "44", "96", "99"})

_IDENTITY = re.compile(r"[0-9A-Za-z_-]{1,50}")
_SHAPES = {
    "requestId": _IDENTITY,
    "confirmTransactionId": _IDENTITY,
    "responseCode": re.compile(r"[0-9]{2}"),
    # A digit in front could have been part of the code before it.
    "responseDesc": re.compile(r"(?![0-9]).*", re.DOTALL),
    "bankTransactionId": re.compile(r"[0-9A-Za-z._-]{0,50}"),
    "transTime": re.compile(r"[0-9]{14}"),
    "sessionId": re.compile(r"[0-9A-Za-z._-]{0,100}"),
}


def state_of(code: str) -> OutcomeState:
    """Return the state a code means. Debited but not final (41), or undocumented: pending (T-4)."""
    if code in _PAID:
        return OutcomeState.PAID
    if code in _FAILED:
        return OutcomeState.FAILED
    if code == _CANCELLED:
        return OutcomeState.CANCELLED
    return OutcomeState.NOT_FOUND if code == NOT_FOUND else OutcomeState.PENDING


def pin_borders(message: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a confirm if each has its shape. Raises Malformed.

    The values are signed run together, so digits could be moved from one field into the
    next. The shapes keep our reference and the code where the bank put them; the rest
    decides nothing, because a confirm only makes us ask.
    """
    fields = {name: text_of(message.get(name)) for name in CONFIRM_FIELDS}
    if not all(shape.fullmatch(fields[name]) for name, shape in _SHAPES.items()):
        raise Malformed("a signed field has not its shape")
    return fields


def echo(name: str, value: Any) -> str:
    """Return a field of an unverified confirm as text if it has its shape, else nothing."""
    return str(value) if isinstance(value, str) and _SHAPES[name].fullmatch(value) else ""
