"""VNPT-Pay's side: INIT, its pay page, CONFIRM and QUERY (gateways.md 2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from gateways.base import Malformed
from gateways.codecs import PipeSha256, stamp
from gateways.vnptpay_messages import FLAVOURS, QUERY, received_order
from gateways.wire import read_object, text_of, write_json

from . import orders
from .clock import at
from .faults import may_fail
from .state import books, contracts

GATEWAY = "vnptpay"
_STATUS = {"open": "3", "pending": "3", "paid": "1"}
_FAILED = "4"


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
    if instead := orders.misbehave_at_start(order):
        return instead
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
    order, hidden_as = orders.find(GATEWAY, ref)
    is_known = order and order["detail"]["created"] == text_of(message["CREATE_DATE"])
    if order is None or not is_known or hidden_as == "not_found":
        return _answer({"RESPONSE_CODE": "05", "DESCRIPTION": "Khong tim thay du lieu"})
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
    address = f"{contracts()[GATEWAY]['return_url']}?{urlencode({'MERCHANT_ORDER_ID': ref})}"
    return orders.pay_page(request, GATEWAY, ref, "VNPT-Pay", lambda _order: address)


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
