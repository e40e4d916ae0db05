"""VNPAY's side: vpcpay.html, its pay page, IPN, querydr and refund (docs/reference/vnpay.md)."""

from __future__ import annotations

import secrets
import time
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path

from devtools.sandbox import orders
from devtools.sandbox import refunds as sandbox_refunds
from devtools.sandbox.books import Row
from devtools.sandbox.clock import at
from devtools.sandbox.faults import may_fail
from devtools.sandbox.plugins import Sandbox
from devtools.sandbox.state import books, contracts
from gateways.base import Malformed
from gateways.codecs.hmac import HmacPipe
from gateways.codecs.timestamps import format_timestamp
from gateways.parsing import read_object, read_query, text_of, write_json

from . import sandbox_messages
from .messages import FULL_REFUND, PAYMENT, SIGNATURE, Rules
from .sandbox_messages import RESULTS, notification

GATEWAY = "vnpay"
_NAME = "VNPAY"
_RULES = Rules.of()
_STATUS = {"open": "01", "pending": "04"} | {state: status for state, (_code, status) in RESULTS.items()}
_REFUND_PENDING = "05"


@may_fail(GATEWAY)
def entry(request: HttpRequest) -> HttpResponse:
    """vpcpay.html: the payer's browser brings the signed order; show the page where it is paid."""
    contract = contracts()[GATEWAY]
    try:
        message = read_query(request.META["QUERY_STRING"])
        is_signed = _RULES.query_string.is_signed(message, message.get(SIGNATURE, ""), [contract["secret_key"]])
        is_order = message.get("vnp_Command") == "pay" and message["vnp_TmnCode"] == contract["tmn_code"]
        ref, amount, created, expires = (
            message[f"vnp_{name}"] for name in ("TxnRef", "Amount", "CreateDate", "ExpireDate")
        )
    except (Malformed, KeyError):
        is_signed = is_order = False
    if not is_signed or not is_order:
        return _problem(request, "Sai chữ ký hoặc thiếu thông tin (mã lỗi 70).", 400)
    if expires <= format_timestamp(at(time.time())):
        return _problem(request, "Giao dịch đã quá thời gian thanh toán (mã lỗi 15).", 400)
    order = books().open_transaction(
        GATEWAY,
        ref,
        int(amount) // 100,
        bank_ref=f"{secrets.randbelow(9 * 10**7) + 10**7}",
        created=created,
        description=message.get("vnp_OrderInfo", ""),
        return_url=message.get("vnp_ReturnUrl", ""),
    )
    # The same address opened again, or shared between two tabs, is the same order.
    if order and (instead := orders.apply_start_faults(order)):
        return instead
    return HttpResponseRedirect(f"/{GATEWAY}/pay/{ref}")


@may_fail(GATEWAY)
def pay_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Where the payer pays or cancels; the browser goes back with what the IPN says, signed."""
    return orders.pay_page(request, GATEWAY, ref, _NAME, _next_page)


@may_fail(GATEWAY)
def api(request: HttpRequest) -> HttpResponse:
    """querydr and refund, by vnp_Command."""
    try:
        message = read_object(request.body)
        command = text_of(message.get("vnp_Command"))
        rule, answer_rule = (
            (_RULES.refund, _RULES.refund_answer) if command == "refund" else (_RULES.query, _RULES.query_answer)
        )
        is_signed = rule.is_signed(message, text_of(message.get(SIGNATURE)), [contracts()[GATEWAY]["secret_key"]])
        fields = {name: text_of(message.get(name)) for name in rule.fields}
    except Malformed:
        return _answer(_RULES.query_answer, {}, "03")
    if fields["vnp_TmnCode"] != contracts()[GATEWAY]["tmn_code"]:
        return _answer(answer_rule, fields, "02")
    if not is_signed:
        return _answer(answer_rule, fields, "97")
    order, hidden_as = orders.find(GATEWAY, fields["vnp_TxnRef"])
    is_known = order and order["detail"]["created"] == fields["vnp_TransactionDate"]
    if order is None or not is_known or hidden_as == "not_found":
        return _answer(answer_rule, fields, "91")
    if command == "refund":
        return _refund(order, fields)
    refunds = order["detail"].get("refunds", [])
    return _answer(answer_rule, fields, "00", _refunded(refunds[-1]) if refunds else _paid(order, hidden_as))


def _refund(order: Row, fields: dict[str, str]) -> HttpResponse:
    rule, ref = _RULES.refund_answer, fields["vnp_RequestId"]
    if sandbox_refunds.find(order, ref):
        return _answer(rule, fields, "94")
    if order["state"] != "paid":
        return _answer(rule, fields, "95")
    amount, kind = int(fields["vnp_Amount"]) // 100, fields["vnp_TransactionType"]
    if (kind == FULL_REFUND) != (amount == order["amount"]):
        return _answer(rule, fields, "03")
    refund = sandbox_refunds.refund(order, ref, amount, kind=kind, info=fields["vnp_OrderInfo"])
    if refund is None:
        return _answer(rule, fields, "03")
    if sandbox_refunds.answer_is_lost(GATEWAY):
        return HttpResponse(status=504)
    return _answer(rule, fields, "00", _refunded(refund))


def _paid(order: Row, hidden_as: str) -> dict[str, str]:
    return {
        "vnp_Amount": str(order["amount"] * 100),
        "vnp_BankCode": "NCB",
        "vnp_PayDate": format_timestamp(at(order["paid_at"])) if order["paid_at"] else "",
        "vnp_TransactionNo": order["bank_ref"],
        "vnp_TransactionType": PAYMENT,
        "vnp_TransactionStatus": _STATUS[hidden_as or order["state"]],
        "vnp_OrderInfo": order["detail"]["description"],
    }


def _refunded(refund: dict[str, Any]) -> dict[str, str]:
    return {
        "vnp_Amount": str(refund["amount"] * 100),
        "vnp_BankCode": "NCB",
        "vnp_PayDate": format_timestamp(at(refund["made_at"])),
        "vnp_TransactionNo": refund["bank_ref"],
        "vnp_TransactionType": refund["kind"],
        "vnp_TransactionStatus": "00" if time.time() >= refund["done_at"] else _REFUND_PENDING,
        "vnp_OrderInfo": refund["info"],
    }


def _next_page(order: Row) -> str:
    contract = contracts()[GATEWAY]
    back = order["detail"].get("return_url") or contract["return_url"]
    return f"{back}?{urlencode(notification(order, contract))}"


def _problem(request: HttpRequest, problem: str, status: int) -> HttpResponse:
    return render(request, "sandbox/problem.html", {"problem": problem}, status=status)


def _answer(rule: HmacPipe, fields: dict[str, str], code: str, more: dict[str, str] | None = None) -> HttpResponse:
    message = {
        "vnp_ResponseId": secrets.token_hex(16),
        "vnp_Command": fields.get("vnp_Command", ""),
        "vnp_ResponseCode": code,
        "vnp_Message": "Success" if code == "00" else "Error",
        "vnp_TmnCode": fields.get("vnp_TmnCode", ""),
        "vnp_TxnRef": fields.get("vnp_TxnRef", ""),
        **(more or {}),
    }
    body = {**message, SIGNATURE: rule.sign(message, contracts()[GATEWAY]["secret_key"])}
    return HttpResponse(write_json(body), content_type="application/json; charset=utf-8")


def contract(portal_url: str, bank_url: str) -> dict[str, Any]:
    """Return both sides of a new contract (see `devtools.sandbox.keys.make_contracts`)."""
    terminal, secret = "PHUTHO01", secrets.token_hex(16).upper()
    return {
        "merchant_id": terminal,
        "settings": {
            "pay_url": f"{bank_url}/paymentv2/vpcpay.html",
            "api_url": f"{bank_url}/merchant_webapi/api/transaction",
            "tmn_code": terminal,
        },
        "secrets": {"secret_key": secret},
        "bank": {
            "tmn_code": terminal,
            "secret_key": secret,
            "notify_url": f"{portal_url}/gateways/vnpay/notify",
            "return_url": f"{portal_url}/gateways/vnpay/return",
        },
    }


SANDBOX = Sandbox(
    contract=contract,
    messages=sandbox_messages,
    urls=[
        path("paymentv2/vpcpay.html", entry),
        path("merchant_webapi/api/transaction", api),
        path("pay/<str:ref>", pay_page),
    ],
    noted=("tmn_code", "secret_key", "notify_url"),
)
