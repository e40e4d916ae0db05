"""What MoMo sends to the portal, by server and by browser, and how it reads the portal's answer."""

from __future__ import annotations

from typing import Any

import requests

from devtools.sandbox.books import Row
from gateways.parsing import write_json

from .messages import IPN

SPOILT_FIELD = "amount"
#: resultCode of an order in our books: 1006 refused by the payer, 1001 not enough money, 1000 waiting.
RESULTS = {"paid": 0, "cancelled": 1006, "failed": 1001, "open": 1000, "pending": 7002}


def notification(transaction: Row, contract: dict[str, Any]) -> dict[str, Any]:
    """Return the signed fields of the IPN, which are those of the redirect as well; no accessKey in it."""
    is_paid = transaction["state"] == "paid"
    message = {
        "partnerCode": contract["partner_code"],
        "requestId": transaction["ref"],
        "amount": transaction["amount"],
        "orderInfo": transaction["detail"]["description"],
        "orderType": "momo_wallet",
        "transId": int(transaction["bank_ref"]) if is_paid else 0,
        "resultCode": RESULTS[transaction["state"]],
        "message": "Thành công." if is_paid else "Giao dịch không thành công.",
        "payType": "qr",
        "responseTime": int((transaction["paid_at"] or transaction["created_at"]) * 1000),
        "extraData": "",
        "orderId": transaction["ref"],
    }
    signature = IPN.sign({**message, "accessKey": contract["access_key"]}, contract["secret_key"])
    return {"signature": signature, **message}


def envelope(message: dict[str, Any], contract: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of the POST."""
    return {"data": write_json(message), "headers": {"Content-Type": "application/json"}}


def judge(response: requests.Response, contract: dict[str, Any]) -> tuple[bool, str]:
    """Return whether the answer ends the delivery: only HTTP 204 does."""
    return response.status_code == 204, f"HTTP {response.status_code}"
