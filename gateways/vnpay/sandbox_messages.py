"""What VNPAY sends to the portal, by server and by browser, and how it reads the portal's answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import requests

from devtools.sandbox.books import Row
from devtools.sandbox.clock import at
from gateways.base import Malformed
from gateways.codecs.timestamps import format_timestamp
from gateways.parsing import read_object, text_of

from .messages import SIGNATURE, Rules

SPOILT_FIELD = "vnp_Amount"
#: The IPN is the one notification here that comes by GET (docs/reference/vnpay.md).
METHOD = "GET"
#: Anything else is sent again.
_FINAL = ("00", "02")
#: vnp_ResponseCode and vnp_TransactionStatus of an order in our books.
RESULTS = {"paid": ("00", "00"), "cancelled": ("24", "02"), "failed": ("51", "02")}


def notification(transaction: Row, contract: dict[str, Any]) -> dict[str, Any]:
    """Return the signed fields of the IPN, which are those of the return address as well."""
    code, status = RESULTS.get(transaction["state"], ("99", "01"))
    is_paid = transaction["state"] == "paid"
    message = {
        "vnp_Amount": str(transaction["amount"] * 100),
        "vnp_BankCode": "NCB",
        "vnp_BankTranNo": f"VNP{transaction['bank_ref']}" if is_paid else "",
        "vnp_CardType": "ATM",
        "vnp_OrderInfo": transaction["detail"]["description"],
        "vnp_PayDate": format_timestamp(at(transaction["paid_at"] or transaction["created_at"])),
        "vnp_ResponseCode": code,
        "vnp_TmnCode": contract["tmn_code"],
        "vnp_TransactionNo": transaction["bank_ref"] if is_paid else "0",
        "vnp_TransactionStatus": status,
        "vnp_TxnRef": transaction["ref"],
    }
    fields = {name: value for name, value in message.items() if value}
    return {SIGNATURE: Rules.of().query_string.sign(fields, contract["secret_key"]), **fields}


def envelope(message: dict[str, Any], contract: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of the GET."""
    return {"params": urlencode(message)}


def judge(response: requests.Response, contract: dict[str, Any]) -> tuple[bool, str]:
    """Return whether the answer ends the delivery, and its code."""
    try:
        code = text_of(read_object(response.content).get("RspCode"))
    except Malformed:
        return False, f"HTTP {response.status_code}"
    return response.status_code == 200 and code in _FINAL, code
