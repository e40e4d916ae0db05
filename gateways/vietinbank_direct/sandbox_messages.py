"""What VietinBank's direct payment gateway sends to the portal, and how it reads the answer.

See docs/reference/vietinbank-direct.md.
"""

from __future__ import annotations

from typing import Any

import requests

from devtools.sandbox.books import Row
from devtools.sandbox.clock import at
from gateways.base import Malformed
from gateways.codecs.field_signatures import RsaConcatenation, private_key, public_key
from gateways.codecs.timestamps import format_timestamp
from gateways.parsing import read_object, text_of, write_json

from .messages import ANSWER_FIELDS, CONFIRM_FIELDS

SPOILT_FIELD = "bankTransactionId"
#: Code and words of each end an order can come to.
RESULTS = {
    "paid": ("00", "Thanh cong"),
    "failed": ("05", "Tai khoan khong du so du"),
    "cancelled": ("55", "Khach hang huy giao dich"),
}
_FINAL = ("00", "90")


def notification(transaction: Row, contract: dict[str, Any]) -> dict[str, Any]:
    """Return the signed confirm of an order. It has no amount."""
    code, text = RESULTS[transaction["state"]]
    message = {
        "requestId": f"CF{transaction['id']}{transaction['bank_ref']}",
        "confirmTransactionId": transaction["ref"],
        "responseCode": code,
        "responseDesc": text,
        "bankTransactionId": transaction["bank_ref"],
        "transTime": format_timestamp(at(transaction["paid_at"] or transaction["created_at"])),
        "sessionId": transaction["detail"]["session"],
    }
    codec = RsaConcatenation(CONFIRM_FIELDS, contract["hash_to_portal"])
    return {**message, "signature": codec.sign(message, private_key(contract["bank_private_key"]))}


def envelope(message: dict[str, Any], contract: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of the POST."""
    return {"data": write_json(message), "headers": {"Content-Type": "application/json"}}


def judge(response: requests.Response, contract: dict[str, Any]) -> tuple[bool, str]:
    """Return whether the answer ends the delivery, and its code with urlResult."""
    codec = RsaConcatenation(ANSWER_FIELDS, contract["hash_to_bank"])
    try:
        message = read_object(response.content)
        is_signed = codec.is_signed(
            message, text_of(message.get("signature")), [public_key(contract["portal_public_key"])]
        )
        code, page = text_of(message.get("responseCode")), text_of(message.get("urlResult"))
    except Malformed:
        return False, f"HTTP {response.status_code}"
    if not is_signed:
        return False, f"{code} with a wrong signature"
    return response.status_code == 200 and code in _FINAL, f"{code} {page}"
