"""What VNPT-Pay sends to the portal, and how it reads the portal's answer."""

from __future__ import annotations

from typing import Any

import requests

from gateways.base import Malformed
from gateways.codecs import stamp
from gateways.vnptpay_messages import ANSWER, CONFIRM
from gateways.wire import read_object, text_of, write_json

from .books import Row
from .clock import at

SPOILT_FIELD = "AMOUNT"
#: Heard and understood; anything else is sent again.
_FINAL = ("00", "02", "04")


def notice(transaction: Row, contract: dict[str, Any]) -> dict[str, Any]:
    """Return the signed CONFIRM of a transaction (gateways.md 2.7)."""
    message = {
        "ACTION": "CONFIRM",
        "RESPONSE_CODE": "00" if transaction["state"] == "paid" else "01",
        "MERCHANT_SERVICE_ID": contract["merchant_service_id"],
        "MERCHANT_ORDER_ID": transaction["ref"],
        "AMOUNT": transaction["amount"],
        "CURRENCY_CODE": "VND",
        "VNPTPAY_TRANSACTION_ID": transaction["bank_ref"],
        "PAYMENT_METHOD": transaction["detail"].get("method", "VNPTPAY"),
        "PAY_DATE": stamp(at(transaction["paid_at"] or transaction["created_at"])),
        "ADDITIONAL_INFO": "",
    }
    return {**message, "SECURE_CODE": CONFIRM.sign(message, contract["secret_key"])}


def envelope(message: dict[str, Any], contract: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of the POST: a JSON body, or the form field the contract may ask for."""
    if contract.get("envelope") == "form":
        return {"data": {"data": write_json([message])}}
    return {"data": write_json(message), "headers": {"Content-Type": "application/json"}}


def judge(response: requests.Response, contract: dict[str, Any]) -> tuple[bool, str]:
    """Return whether the portal has heard, and what it said."""
    try:
        told = read_object(response.content)
        is_signed = ANSWER.is_signed(told, text_of(told.get("SECURE_CODE")), [contract["secret_key"]])
        code = text_of(told.get("RESPONSE_CODE"))
    except Malformed:
        return False, f"HTTP {response.status_code}"
    if not is_signed:
        return False, f"{code} with a wrong signature"
    return response.status_code == 200 and code in _FINAL, code
