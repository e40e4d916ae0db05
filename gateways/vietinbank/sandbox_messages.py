"""What VietinBank sends to the portal and asks it, and how it reads the portal's answers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import requests

from devtools.sandbox.books import Row
from devtools.sandbox.clock import at
from gateways.base import Malformed
from gateways.codecs.field_signatures import RsaConcatenation, private_key, public_key
from gateways.codecs.timestamps import format_timestamp
from gateways.parsing import read_object, text_of, write_json

from .messages import INQUIRY_ANSWER_FIELDS, INQUIRY_FIELDS, NOTIFICATION_ANSWER_FIELDS, NOTIFICATION_FIELDS

SPOILT_FIELD = "amount"
#: 02 and 03 are final too: the money is there and the portal has noted it.
_FINAL = ("00", "02", "03", "05")
_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Bill:
    """What the portal says is owed for a code; `amount` is whole đồng."""

    code: str
    payer: str
    reference: str
    amount: int


def notification(transaction: Row, contract: dict[str, Any]) -> dict[str, Any]:
    """Return the signed notify-bill of a transfer; the same one each time it is sent.

    See docs/reference/vietinbank.md#notify-bill.
    """
    code, bank_ref = transaction["ref"], transaction["bank_ref"]
    message = {
        "msgId": f"MSG{transaction['id']}",
        "providerId": contract["provider_id"],
        "transId": f"TX{bank_ref}",
        "transTime": format_timestamp(at(transaction["paid_at"])),
        "transType": "C",
        "custCode": code,
        "sendBankId": "970436",
        "sendAcctId": "0011001234567",
        "sendAcctName": "NGUYEN VAN A",
        "recvAcctId": contract["account"],
        "recvAcctName": contract["account_name"],
        "recvVirtualAcctId": contract["code_prefix"] + code,
        "amount": str(transaction["amount"]),
        "bankTransId": bank_ref,
        "remark": f"CT DEN:{bank_ref} {code}",
        "currencyCode": "VND",
        **transaction["detail"].get("changes", {}),
    }
    codec = RsaConcatenation(NOTIFICATION_FIELDS)
    return {**message, "signature": codec.sign(message, private_key(contract["bank_private_key"]))}


def envelope(message: dict[str, Any], contract: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of the POST."""
    return {"data": write_json(message), "headers": _JSON}


def judge(response: requests.Response, contract: dict[str, Any]) -> tuple[bool, str]:
    """Return whether the answer ends the delivery, and its code."""
    codec, keys = RsaConcatenation(NOTIFICATION_ANSWER_FIELDS), [public_key(contract["portal_public_key"])]
    try:
        message = read_object(response.content)
        is_signed = codec.is_signed(message, text_of(message.get("signature")), keys)
        code = text_of(message.get("errorCode"))
    except Malformed:
        return False, f"HTTP {response.status_code}"
    if not is_signed:
        return False, f"{code} with a wrong signature"
    return response.status_code == 200 and code in _FINAL, code


def inquire(code: str, contract: dict[str, Any]) -> Bill | str:
    """inq-bill: return the bill, or why there is none, in words for the payer.

    See docs/reference/vietinbank.md#inq-bill.
    """
    inquiry = {
        "transId": f"INQ{uuid.uuid4().hex[:20]}",
        "channelId": "211601",
        "transTime": format_timestamp(datetime.now(UTC)),
        "custCode": code,
    }
    signature = RsaConcatenation(INQUIRY_FIELDS).sign(inquiry, private_key(contract["bank_private_key"]))
    header = {
        "msgId": inquiry["transId"],
        "msgType": "1100",
        "channelId": "211601",
        "gatewayId": "VTB",
        "providerId": contract["provider_id"],
        "merchantId": contract["merchant_id"],
        "productId": "900000",
        "timestamp": inquiry["transTime"],
        "recordNum": "1",
        "version": "1.0",
        "language": "vi",
        "signature": signature,
    }
    body = write_json({"header": header, "data": inquiry})
    try:
        response = requests.post(contract["inquiry_url"], data=body, headers=_JSON, timeout=10, allow_redirects=False)
        message = read_object(response.content)
        details, error = message["data"]["details"], message["data"]["errors"]["errorCode"]
        codec, keys = RsaConcatenation(INQUIRY_ANSWER_FIELDS), [public_key(contract["portal_public_key"])]
        is_signed = codec.is_signed({**details, "errorCode": error}, text_of(message["header"]["signature"]), keys)
    except requests.RequestException:
        return "Không kết nối được với đơn vị thu. Vui lòng thử lại sau."
    except (Malformed, KeyError, TypeError, AttributeError):
        return "Đơn vị thu trả lời không đúng quy cách."
    if not is_signed:
        return "Chữ ký của đơn vị thu không đúng."
    if error != "00":
        return "Không có khoản phải nộp nào với mã này."
    return Bill(code, text_of(details["custName"]), text_of(details["billId"]), int(details["amount"]))
