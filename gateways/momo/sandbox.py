"""MoMo's side: create, its pay page, IPN, query, refund and refund/query (docs/reference/momo.md)."""

from __future__ import annotations

import secrets
import time
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import path

from devtools.sandbox import orders, refunds
from devtools.sandbox.books import Row
from devtools.sandbox.faults import may_fail
from devtools.sandbox.keys import AGENCY
from devtools.sandbox.plugins import Sandbox
from devtools.sandbox.state import books, contracts
from gateways.base import Malformed
from gateways.codecs.hmac import HmacPairs
from gateways.parsing import read_object, text_of, write_json

from . import sandbox_messages
from .messages import CREATE, CREATE_ANSWERS, QUERY, REFUND
from .sandbox_messages import RESULTS, notification

GATEWAY = "momo"
_NAME = "Ví MoMo"
_OK, _BAD_SIGNATURE, _WRONG_PARTNER, _DUPLICATE, _NOT_FOUND = 0, 20, 13, 41, 42
_UNDER_WAY, _NOT_REFUNDABLE, _TOO_MUCH = 7002, 1088, 1081


@may_fail(GATEWAY)
def create(request: HttpRequest) -> HttpResponse:
    """Open an order and say where the payer goes."""
    message, code = _verified(request, CREATE)
    if code:
        return _answer(message, code)
    ref = message["orderId"]
    order = books().open_transaction(
        GATEWAY,
        ref,
        int(message["amount"]),
        bank_ref=f"{secrets.randbelow(9 * 10**9) + 10**9}",
        description=message["orderInfo"],
        return_url=message["redirectUrl"],
    )
    if order is None:
        return _answer(message, _DUPLICATE)
    if instead := orders.apply_start_faults(order):
        return instead
    opened = {"amount": int(message["amount"]), "payUrl": request.build_absolute_uri(f"/{GATEWAY}/pay/{ref}")}
    return _answer(message, _OK, opened, CREATE_ANSWERS[0])


@may_fail(GATEWAY)
def query(request: HttpRequest) -> HttpResponse:
    """Say what became of an order. Not signed, as MoMo has it."""
    message, code = _verified(request, QUERY)
    if code:
        return _answer(message, code)
    order, hidden_as = orders.find(GATEWAY, message["orderId"])
    if order is None or hidden_as == "not_found":
        return _answer(message, _NOT_FOUND)
    state = hidden_as or order["state"]
    status = {"amount": order["amount"], "transId": int(order["bank_ref"]) if state == "paid" else 0}
    return _answer(message, RESULTS[state], status)


@may_fail(GATEWAY)
def refund(request: HttpRequest) -> HttpResponse:
    """Give back (part of) the payment that transId names, under an orderId of the refund's own."""
    message, code = _verified(request, REFUND)
    if code:
        return _answer(message, code)
    order, ref, amount = _paid_as(message["transId"]), message["orderId"], int(message["amount"])
    if order is None:
        return _answer(message, _NOT_REFUNDABLE)
    if refunds.find(order, ref):
        return _answer(message, _DUPLICATE)
    made = refunds.refund(order, ref, amount)
    if made is None:
        return _answer(message, _TOO_MUCH)
    if refunds.answer_is_lost(GATEWAY):
        return HttpResponse(status=504)
    return _answer(message, _refund_code(made), {"amount": amount, "transId": int(made["bank_ref"])})


@may_fail(GATEWAY)
def refund_query(request: HttpRequest) -> HttpResponse:
    """List what was done under the refund's orderId."""
    message, code = _verified(request, QUERY)
    if code:
        return _answer(message, code)
    for order in books().select("SELECT * FROM transactions WHERE gateway = ?", GATEWAY):
        if made := refunds.find(order, message["orderId"]):
            row = {
                "orderId": made["ref"],
                "amount": made["amount"],
                "resultCode": _refund_code(made),
                "transId": int(made["bank_ref"]),
                "createdTime": int(made["made_at"] * 1000),
            }
            return _answer(message, _OK, {"refundTrans": [row]})
    return _answer(message, _NOT_FOUND)


@may_fail(GATEWAY)
def pay_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Where the payer pays or cancels; the browser goes back with what the IPN says, signed."""
    return orders.pay_page(request, GATEWAY, ref, _NAME, _next_page)


def _next_page(order: Row) -> str:
    contract = contracts()[GATEWAY]
    back = order["detail"].get("return_url") or contract["return_url"]
    return f"{back}?{urlencode(notification(order, contract))}"


def _paid_as(transaction: str) -> Row | None:
    rows = books().select(
        "SELECT * FROM transactions WHERE gateway = ? AND bank_ref = ? AND state = 'paid'", GATEWAY, transaction
    )
    return rows[0] if rows else None


def _refund_code(made: dict[str, Any]) -> int:
    return _OK if time.time() >= made["done_at"] else _UNDER_WAY


def _verified(request: HttpRequest, rule: HmacPairs) -> tuple[dict[str, str], int]:
    """Return the message's fields as text, and 0 if it comes from the portal, else what is wrong with it."""
    contract = contracts()[GATEWAY]
    try:
        message = read_object(request.body)
        fields = {name: text_of(message.get(name)) for name in rule.fields}
        signed = {**fields, "accessKey": contract["access_key"]}
        is_signed = rule.is_signed(signed, text_of(message.get("signature")), [contract["secret_key"]])
    except Malformed:
        return {}, _BAD_SIGNATURE
    if fields["partnerCode"] != contract["partner_code"]:
        return fields, _WRONG_PARTNER
    return fields, _OK if is_signed else _BAD_SIGNATURE


def _answer(
    fields: dict[str, str], code: int, more: dict[str, Any] | None = None, rule: HmacPairs | None = None
) -> HttpResponse:
    """Answer as MoMo does: what is wrong with the request itself comes with HTTP 400."""
    contract = contracts()[GATEWAY]
    message: dict[str, Any] = {
        **{name: fields.get(name, "") for name in ("partnerCode", "orderId", "requestId")},
        "responseTime": int(time.time() * 1000),
        "resultCode": code,
        "message": "Thành công." if code == _OK else "Không thành công.",
        **(more or {}),
    }
    if rule:
        message["signature"] = rule.sign({**message, "accessKey": contract["access_key"]}, contract["secret_key"])
    status = 400 if _BAD_SIGNATURE >= code > _OK else 200
    return HttpResponse(write_json(message), status=status, content_type="application/json; charset=utf-8")


def contract(portal_url: str, bank_url: str) -> dict[str, Any]:
    """Return both sides of a new contract (see `devtools.sandbox.keys.make_contracts`)."""
    partner = "MOMOPHUTHO"
    keys = {"access_key": secrets.token_hex(8), "secret_key": secrets.token_hex(16)}
    notify_url = f"{portal_url}/gateways/momo/notify"
    return {
        "merchant_id": partner,
        "settings": {
            "api_url": f"{bank_url}/v2/gateway/api",
            "partner_code": partner,
            "notify_url": notify_url,
            "store_name": AGENCY,
        },
        "secrets": keys,
        "bank": {
            "partner_code": partner,
            **keys,
            "notify_url": notify_url,
            "return_url": f"{portal_url}/gateways/momo/return",
        },
    }


SANDBOX = Sandbox(
    contract=contract,
    messages=sandbox_messages,
    urls=[
        path("v2/gateway/api/create", create),
        path("v2/gateway/api/query", query),
        path("v2/gateway/api/refund", refund),
        path("v2/gateway/api/refund/query", refund_query),
        path("pay/<str:ref>", pay_page),
    ],
    noted=("partner_code", "access_key", "secret_key", "notify_url"),
)
