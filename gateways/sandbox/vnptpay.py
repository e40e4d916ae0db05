"""VNPT-Pay's side: INIT, its pay page, CONFIRM and QUERY (gateways.md 2)."""

from __future__ import annotations

import secrets
import threading
import time
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from gateways.base import Malformed
from gateways.codecs import PipeSha256, stamp
from gateways.vnptpay_messages import FLAVOURS, QUERY, received_order
from gateways.wire import read_object, text_of, write_json

from .books import Row
from .clock import at
from .faults import charged, hiding, may_fail
from .state import books, contracts, courier

GATEWAY = "vnptpay"
BANKS = ("VietinBank", "Vietcombank", "BIDV", "Agribank", "Ví VNPT Money")
_STATUS = {"open": "3", "pending": "3", "paid": "1"}
_FAILED = "4"
_one_payer = threading.Lock()


@may_fail(GATEWAY)
def init(request: HttpRequest, flavour: str) -> HttpResponse:
    """INIT of either version: open an order and say where the payer goes."""
    message = _verified(request, FLAVOURS[flavour].init)
    if message is None:
        return _answer({"RESPONSE_CODE": "07", "DESCRIPTION": "Sai chu ky"})
    ref = text_of(message["MERCHANT_ORDER_ID"])
    order = books().open_transaction(
        GATEWAY,
        ref,
        int(message["AMOUNT"]),
        created=text_of(message["CREATE_DATE"]),
        description=text_of(message["DESCRIPTION"]),
    )
    if order is None:
        return _answer({"RESPONSE_CODE": "03", "DESCRIPTION": "Ma don hang da ton tai"})
    timeout = books().take_fault(GATEWAY, "charge_then_timeout")
    if timeout is not None:
        _settle(order, "paid")
        time.sleep(float(timeout.get("seconds", 15)))
        return HttpResponse(status=504)
    if books().take_fault(GATEWAY, "callback_in_start") is not None:
        courier().tell_now(_settle(order, "paid"))
    return _answer(
        {
            "RESPONSE_CODE": "00",
            "DESCRIPTION": "Thanh cong",
            "MERCHANT_SERVICE_ID": text_of(message["MERCHANT_SERVICE_ID"]),
            "MERCHANT_ORDER_ID": ref,
            "REDIRECT_URL": request.build_absolute_uri(f"/vnptpay/pay/{ref}"),
        }
    )


@may_fail(GATEWAY)
def query(request: HttpRequest) -> HttpResponse:
    """QUERY: say what became of an order. The CREATE_DATE of its INIT is part of the key (2.8)."""
    message = _verified(request, QUERY)
    if message is None:
        return _answer({"RESPONSE_CODE": "07", "DESCRIPTION": "Sai chu ky"})
    ref = text_of(message["MERCHANT_ORDER_ID"])
    orders = books().transactions(GATEWAY, ref)
    is_hidden = bool(orders) and time.time() < orders[0]["visible_at"]
    hidden_as = orders[0]["hidden_as"] if is_hidden else ""
    is_known = orders and orders[0]["detail"]["created"] == text_of(message["CREATE_DATE"])
    if not is_known or hidden_as == "not_found":
        return _answer({"RESPONSE_CODE": "05", "DESCRIPTION": "Khong tim thay du lieu"})
    order = orders[0]
    return _answer(
        {
            "RESPONSE_CODE": "00",
            "DESCRIPTION": "Thanh cong",
            "MERCHANT_ORDER_ID": ref,
            "VNPTPAY_TRANSACTION_ID": order["bank_ref"],
            "AMOUNT": order["amount"],
            "LOCALE": "vi-VN",
            "CURRENCY_CODE": "VND",
            "PAYMENT_METHOD": order["detail"].get("method", "VNPTPAY"),
            "PAY_DATE": stamp(at(order["paid_at"])) if order["paid_at"] else "",
            "TRANSACTION_STATUS": _STATUS.get(hidden_as or order["state"], _FAILED),
            "ADDITIONAL_INFO": "",
        }
    )


@may_fail(GATEWAY)
def pay_page(request: HttpRequest, ref: str) -> HttpResponse:
    """The page the payer sees: choose a bank, pay or cancel. Pressing twice pays once."""
    orders = books().transactions(GATEWAY, ref)
    if not orders:
        return render(request, "sandbox/problem.html", {"problem": "Không có giao dịch này."}, status=404)
    order = orders[0]
    if order["state"] == "open" and request.method != "POST":
        return render(request, "sandbox/vnptpay.html", {"order": order, "banks": BANKS})
    if order["state"] == "open":
        outcome = "paid" if request.POST.get("action") == "pay" else "cancelled"
        pay(ref, outcome, method=request.POST.get("bank", BANKS[0]))
    address = f"{contracts()[GATEWAY]['return_url']}?{urlencode({'MERCHANT_ORDER_ID': ref})}"
    return HttpResponseRedirect(address)


def pay(ref: str, outcome: str, amount: int | None = None, method: str = BANKS[0]) -> Row | None:
    """Pay (`paid`), `failed` or `cancelled`, and tell the portal. None when there is no such order.

    An order that is paid stays so; one that failed may still be paid later.
    """
    with _one_payer:
        orders = books().transactions(GATEWAY, ref)
        if not orders or orders[0]["state"] == "paid":
            return orders[0] if orders else None
        order = _settle(orders[0], outcome, amount, method)
    courier().tell(order)
    return order


def _settle(order: Row, state: str, amount: int | None = None, method: str = BANKS[0]) -> Row:
    is_paid = state == "paid"
    hidden_as, visible_at = hiding(GATEWAY) if is_paid else ("", 0.0)
    books().update(
        "transactions",
        order["id"],
        state=state,
        amount=amount or (charged(GATEWAY, order["amount"]) if is_paid else order["amount"]),
        bank_ref=order["bank_ref"] or f"VNPT{secrets.randbelow(10**10):010d}",
        paid_at=time.time() if is_paid else None,
        hidden_as=hidden_as,
        visible_at=visible_at,
        detail={**order["detail"], "method": method},
    )
    return books().transaction(order["id"])


def _verified(request: HttpRequest, codec: PipeSha256) -> dict[str, Any] | None:
    """Return the message if it comes from the portal: its key, its signature, its merchant."""
    contract = contracts()[GATEWAY]
    try:
        message = read_object(request.body)
        is_signed = codec.is_signed(message, text_of(message.get("SECURE_CODE")), [contract["secret_key"]])
        merchant = text_of(message.get("MERCHANT_SERVICE_ID"))
    except Malformed:
        return None
    is_known = request.headers.get("Authorization") == f"Bearer {contract['api_key']}"
    return message if is_signed and is_known and merchant == contract["merchant_service_id"] else None


def _answer(message: dict[str, Any]) -> HttpResponse:
    signature = received_order(message).sign(message, contracts()[GATEWAY]["secret_key"])
    body = write_json({**message, "SECURE_CODE": signature})
    return HttpResponse(body, content_type="application/json; charset=utf-8")
