"""VNPT-Pay's side: INIT, its pay page, CONFIRM and QUERY."""

from __future__ import annotations

import json
import secrets
import time
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from ..codecs import VIETNAM, pick, pipe_sha256, read_object, same, stamp, text
from ..vnptpay import CONFIRM_FIELDS, INIT_FIELDS, QUERY_FIELDS
from .state import books, contracts, delivery

GATEWAY = "vnptpay"
BANKS = ("VietinBank", "Vietcombank", "BIDV", "Agribank", "Ví VNPT Money")


def _signed(message: dict[str, Any]) -> JsonResponse:
    values = [text(value) if value is not None else "" for value in message.values()]
    return JsonResponse(message | {"SECURE_CODE": pipe_sha256(values, contracts()[GATEWAY]["secret_key"])})


def _refusal(code: str, description: str) -> JsonResponse:
    return _signed({"RESPONSE_CODE": code, "DESCRIPTION": description})


def _verified(request: HttpRequest, fields: list[str]) -> dict[str, Any] | None:
    contract = contracts()[GATEWAY]
    message = read_object(request.body)
    is_known = request.headers.get("Authorization") == f"Bearer {contract['api_key']}"
    expected = pipe_sha256(pick(message, fields), contract["secret_key"])
    return message if is_known and same(expected, text(message.get("SECURE_CODE"))) else None


def init(request: HttpRequest, version: str) -> HttpResponse:
    """Open an order."""
    if books().fault(GATEWAY, "down"):
        return HttpResponse(status=503)
    if books().fault(GATEWAY, "html_error"):
        return HttpResponse("<html>Bad gateway</html>", content_type="text/html")
    message = _verified(request, INIT_FIELDS[version])
    if message is None:
        return _refusal("07", "Sai chu ky")
    order, amount = text(message["MERCHANT_ORDER_ID"]), int(message["AMOUNT"])
    if books().find(GATEWAY, order):
        return _refusal("03", "Ma don hang da ton tai")
    books().put(GATEWAY, order, "open", amount, created=text(message["CREATE_DATE"]))
    if fault := books().fault(GATEWAY, "charge_then_timeout"):
        _settle(order, "paid", tell=False)
        time.sleep(float(fault.get("seconds", 15)))
    if books().fault(GATEWAY, "callback_in_start"):
        _settle(order, "paid", tell=False)
        delivery().send_now(contracts()[GATEWAY]["notify_url"], **_confirm(order))
    if fault := books().fault(GATEWAY, "slow"):
        time.sleep(float(fault.get("seconds", 2)))
    address = request.build_absolute_uri(f"/vnptpay/pay/{order}")
    return _signed(
        {
            "RESPONSE_CODE": "00",
            "DESCRIPTION": "Thanh cong",
            "MERCHANT_SERVICE_ID": text(message["MERCHANT_SERVICE_ID"]),
            "MERCHANT_ORDER_ID": order,
            "REDIRECT_URL": address,
        }
    )


def pay_page(request: HttpRequest, order: str) -> HttpResponse:
    """The page the citizen sees at the bank; POST pays or cancels."""
    found = books().find(GATEWAY, order)
    if found is None:
        return HttpResponse("Không có giao dịch này.", status=404)
    if request.method == "POST" and found["state"] == "open":
        _settle(order, "paid" if request.POST.get("action") == "pay" else "cancelled")
    found = books().find(GATEWAY, order)
    if request.method == "POST" or (found and found["state"] != "open"):
        query = urlencode({"order": order})
        return HttpResponseRedirect(f"{contracts()[GATEWAY]['return_url']}?{query}")
    return render(request, "sandbox/vnptpay.html", {"order": found, "banks": BANKS})


def query(request: HttpRequest, version: str) -> HttpResponse:
    """Say what became of an order."""
    if books().fault(GATEWAY, "down"):
        return HttpResponse(status=503)
    message = _verified(request, QUERY_FIELDS)
    if message is None:
        return _refusal("07", "Sai chu ky")
    order = text(message["MERCHANT_ORDER_ID"])
    found = books().find(GATEWAY, order)
    if found is None or found["detail"].get("created") != text(message["CREATE_DATE"]):
        # The original CREATE_DATE is part of the key (gateways.md 2.8).
        return _refusal("05", "Khong tim thay")
    state = found["state"]
    if books().fault(GATEWAY, "pending_then_paid"):
        state = "pending"
    status = {"paid": "1", "open": "3", "pending": "3"}.get(state, "4")
    return _signed(
        {
            "RESPONSE_CODE": "00",
            "DESCRIPTION": "Thanh cong",
            "MERCHANT_ORDER_ID": order,
            "VNPTPAY_TRANSACTION_ID": found["bank_ref"],
            "AMOUNT": found["amount"],
            "LOCALE": "vi-VN",
            "CURRENCY_CODE": "VND",
            "PAYMENT_METHOD": "VIETINBANK",
            "PAY_DATE": found["detail"].get("paid_at", ""),
            "TRANSACTION_STATUS": status,
            "ADDITIONAL_INFO": "",
        }
    )


def pay(order: str, outcome: str, amount: int | None = None) -> bool:
    """Pay, fail or cancel by program, as the citizen would on the page."""
    if books().find(GATEWAY, order) is None:
        return False
    _settle(order, outcome, amount=amount)
    return True


def redeliver(order: str) -> None:
    """Send the notice of an order once more."""
    delivery().send(GATEWAY, contracts()[GATEWAY]["notify_url"], tamper="AMOUNT", **_confirm(order))


def _settle(order: str, state: str, *, tell: bool = True, amount: int | None = None) -> None:
    found = books().find(GATEWAY, order)
    if found is None:
        return
    detail = found["detail"] | {"paid_at": stamp(datetime.now(VIETNAM))}
    with_amount = amount or found["amount"]
    bank_ref = found["bank_ref"] or f"VNPT{secrets.randbelow(10**10):010d}"
    books().remove(GATEWAY, order)
    books().put(GATEWAY, order, state, with_amount, bank_ref, **detail)
    if tell:
        redeliver(order)


def _confirm(order: str) -> dict[str, Any]:
    found = books().find(GATEWAY, order) or {}
    contract = contracts()[GATEWAY]
    message = {
        "ACTION": "CONFIRM",
        "RESPONSE_CODE": "00" if found["state"] == "paid" else "01",
        "MERCHANT_SERVICE_ID": contract["merchant_service_id"],
        "MERCHANT_ORDER_ID": order,
        "AMOUNT": found["amount"],
        "CURRENCY_CODE": "VND",
        "VNPTPAY_TRANSACTION_ID": found["bank_ref"],
        "PAYMENT_METHOD": "VIETINBANK",
        "PAY_DATE": found["detail"]["paid_at"],
        "ADDITIONAL_INFO": "",
    }
    message["SECURE_CODE"] = pipe_sha256(pick(message, CONFIRM_FIELDS), contract["secret_key"])
    if contract.get("envelope") == "form":
        return {"data": {"data": json.dumps(message)}}
    return {"json": message}
