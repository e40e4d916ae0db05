"""VietinBank's side: a bank app that transfers to a virtual account, inq-bill, notify-bill, statement."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime
from typing import Any

import requests
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from .. import vietqr
from ..codecs import VIETNAM, pick, rsa_sign, rsa_verify, stamp, text
from ..vietinbank import INQUIRY_FIELDS, NOTIFY_FIELDS
from .state import books, contracts, delivery

GATEWAY = "vietinbank"


def app_page(request: HttpRequest) -> HttpResponse:
    """The bank app in a browser: type or paste a code, look, confirm."""
    typed = (request.POST.get("code") or request.GET.get("qr") or "").strip()
    if not typed:
        return render(request, "sandbox/vietinbank.html", {"step": "code"})
    code, fixed_amount = _read_code(typed)
    bill, error = inquire(code)
    if bill is None:
        return render(request, "sandbox/vietinbank.html", {"step": "code", "error": error, "code": typed})
    amount = int(fixed_amount or bill["amount"])
    if request.POST.get("action") == "pay":
        transfer(code, amount)
        return render(request, "sandbox/vietinbank.html", {"step": "done", "bill": bill, "amount": amount})
    context = {"step": "confirm", "bill": bill, "amount": amount, "code": typed}
    return render(request, "sandbox/vietinbank.html", context)


def _read_code(typed: str) -> tuple[str, str]:
    """Return the customer code and, from a QR, its amount."""
    length = contracts()[GATEWAY]["code_length"]
    if not typed.startswith("000201"):
        return typed[-length:], ""
    try:
        content = vietqr.parse(typed)
    except ValueError:
        return "", ""
    return content["account"][-length:], content["amount"]


def inquire(code: str) -> tuple[dict[str, Any] | None, str]:
    """Ask the portal what is owed; return the bill, or why there is none."""
    contract = contracts()[GATEWAY]
    data = {
        "transId": uuid.uuid4().hex[:20],
        "channelId": "211701",
        "transTime": stamp(datetime.now(VIETNAM)),
        "custCode": code,
        "branchId": "126",  # in no document, but seen in production (gateways.md 3.2)
    }
    header = {
        "msgId": uuid.uuid4().hex,
        "msgType": "1100",
        "channelId": "211701",
        "gatewayId": "GW01",
        "providerId": contract["provider_id"],
        "merchantId": contract["merchant_id"],
        "productId": "900000",
        "timestamp": data["transTime"],
        "recordNum": "1",
        "version": "1.0",
        "language": "vi",
        "signature": rsa_sign(pick(data, INQUIRY_FIELDS), contract["bank_private_key"]),
    }
    try:
        answer = requests.post(contract["inquiry_url"], json={"header": header, "data": data}, timeout=10).json()
    except (requests.RequestException, ValueError):
        return None, "Không kết nối được với đơn vị thu."
    details, error = answer["data"]["details"], answer["data"]["errors"]["errorCode"]
    values = pick(details, ["transId", "transTime", "custCode", "custName", "billId", "amount"])
    if not rsa_verify([*values, error], answer["header"]["signature"], contract["portal_public_key"]):
        return None, "Chữ ký của đơn vị thu không đúng."
    if error != "00":
        return None, "Không có khoản phải nộp với mã này."
    return details, ""


def transfer(code: str, amount: int, **changes: str) -> str:
    """Move the money and tell the portal; `changes` bend the notice (tests). Returns the bank's id."""
    bank_ref = f"{secrets.randbelow(1000):03d}T{secrets.token_hex(6).upper()}"
    books().put(GATEWAY, code, "paid", amount, bank_ref, paid_at=stamp(datetime.now(VIETNAM)), changes=changes)
    redeliver(code)
    return bank_ref


def redeliver(code: str) -> None:
    """Send the notice of the last transfer once more: same transId, same content."""
    found = books().find(GATEWAY, code)
    if found is None:
        return
    contract = contracts()[GATEWAY]
    message = {
        "msgId": uuid.uuid4().hex,
        "providerId": contract["provider_id"],
        "transId": f"TX{found['bank_ref']}",
        "transTime": found["detail"]["paid_at"],
        "transType": "C",
        "custCode": code,
        "amount": str(found["amount"]),
        "bankTransId": found["bank_ref"],
        "remark": f"CT DEN:{found['bank_ref']} {code}",
        "recvAcctId": contract["account"],
        "recvVirtualAcctId": contract["virtual_prefix"] + code,
        "currencyCode": "VND",
        "sendAcctName": "NGUYEN VAN A",
        **found["detail"].get("changes", {}),
    }
    message["signature"] = rsa_sign(pick(message, NOTIFY_FIELDS), contract["bank_private_key"])
    delivery().send(GATEWAY, contract["notify_url"], tamper="amount", json=message)


def statement(request: HttpRequest) -> HttpResponse:
    """Statement inquiry (gateways.md 3.11), with the API's own misspellings."""
    contract = contracts()[GATEWAY]
    if books().fault(GATEWAY, "down"):
        return HttpResponse(status=503)
    if request.headers.get("X-IBM-Client-Secret") != contract["client_secret"]:
        return JsonResponse({"status": {"code": "0"}}, status=401)
    rows = [
        {
            "trxId": row["bank_ref"],
            "transTime": row["detail"]["paid_at"],
            "credit": str(row["amount"]),
            "debit": "0",
            "curency": "VND",
            "virtualAccount": contract["virtual_prefix"] + row["ref"],
        }
        for row in books().all(GATEWAY)
    ]
    return JsonResponse({"status": {"code": "1"}, "transactions": rows})


def pay(code: str, amount: int | None, changes: dict[str, str]) -> bool:
    """Transfer by program: without an amount, what the portal says is owed."""
    if amount is None:
        bill, _ = inquire(code)
        if bill is None:
            return False
        amount = int(text(bill["amount"]))
    transfer(code, amount, **changes)
    return True
