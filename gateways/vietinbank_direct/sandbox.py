"""VietinBank's side of direct payment: init-session, its pay page, confirm and inq-trx.

See docs/reference/vietinbank-direct.md.
"""

from __future__ import annotations

import secrets
import time
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from devtools.sandbox import orders
from devtools.sandbox.books import Row
from devtools.sandbox.faults import may_fail
from devtools.sandbox.keys import key_pair
from devtools.sandbox.plugins import Sandbox
from devtools.sandbox.state import books, contracts
from gateways.base import Malformed
from gateways.codecs.field_signatures import RsaConcatenation, private_key, public_key, received_order
from gateways.parsing import read_object, text_of, write_json

from . import sandbox_messages
from .messages import INIT_FIELDS, QUERY_FIELDS
from .sandbox_messages import RESULTS

GATEWAY = "vietinbank_direct"
_NAME = "VietinBank iPay"
#: How long the page waits for the portal's answer, in which urlResult stands.
_PATIENCE_SECONDS = 3.0
#: What inq-trx calls an order: 42 exists, 41 debited but not yet successful (T-4), 40 debited and successful.
_CODES = {"open": "42", "pending": "41", "paid": "40", "failed": "37", "cancelled": RESULTS["cancelled"][0]}
_NOT_FOUND = "43"


@may_fail(GATEWAY)
def init_session(request: HttpRequest) -> HttpResponse:
    """Open an order under a session and say where the payer goes."""
    message = _verified(request, INIT_FIELDS)
    if message is None:
        return _answer({"responseCode": "93", "responseDesc": "Sai chu ky"})
    session, ref = secrets.token_hex(16), text_of(message["requestId"])
    description = text_of(message["remark"])
    amount = int(text_of(message["amount"]))
    order = books().open_transaction(GATEWAY, ref, amount, session=session, description=description)
    if order is None:
        return _answer({"responseCode": "07", "responseDesc": "Giao dich da gui"})
    if instead := orders.apply_start_faults(order):
        return instead
    page = request.build_absolute_uri(f"/{GATEWAY}/pay/{session}")
    return _answer(
        {
            "requestId": ref,
            "responseCode": "00",
            "responseDesc": "Thanh cong",
            "redirectUrl": page,
            "sessionId": session,
        }
    )


@may_fail(GATEWAY)
def inq_trx(request: HttpRequest) -> HttpResponse:
    """Say what became of an order; without an amount, as the protocol has it."""
    message = _verified(request, QUERY_FIELDS)
    if message is None:
        return _answer({"responseCode": "93", "responseDesc": "Sai chu ky"})
    order, hidden_as = orders.find(GATEWAY, text_of(message["queryTransactionId"]))
    is_known = order is not None and hidden_as != "not_found"
    return _answer(
        {
            "requestId": text_of(message["requestId"]),
            "responseCode": _CODES[hidden_as or order["state"]] if order and is_known else _NOT_FOUND,
            "responseDesc": "",
            "bankTransactionId": order["bank_ref"] if order and is_known else "",
            "sessionId": order["detail"]["session"] if order and is_known else "",
        }
    )


@may_fail(GATEWAY)
def pay_page(request: HttpRequest, session: str) -> HttpResponse:
    """Where the payer pays or cancels; the address is the session, not the merchant's id."""
    rows = books().select(
        "SELECT ref FROM transactions WHERE gateway = ? AND json_extract(detail, '$.session') = ?", GATEWAY, session
    )
    if not rows:
        return render(request, "sandbox/problem.html", {"problem": "Không có phiên này."}, status=404)
    return orders.pay_page(request, GATEWAY, rows[0]["ref"], _NAME, _next_page)


def _next_page(order: Row) -> str:
    """Return urlResult of the portal's answer to the confirm; the contract's page if none comes in time."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        notifications = books().select(
            "SELECT * FROM notifications WHERE transaction_id = ? ORDER BY id DESC", order["id"]
        )
        answered = [notification for notification in notifications if notification["state"] == "done"]
        if answered:
            page = str(answered[0]["answer"]).partition(" ")[2]
            if page:
                return page
        if answered or not any(notification["state"] in ("waiting", "sending") for notification in notifications):
            break
        time.sleep(0.02)
    return f"{contracts()[GATEWAY]['return_url']}?{urlencode({'requestId': order['ref']})}"


def _verified(request: HttpRequest, fields: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the message if the portal signed it and it is our merchant's."""
    contract = contracts()[GATEWAY]
    codec = RsaConcatenation(fields, contract["hash_to_bank"])
    try:
        message = read_object(request.body)
        signature, keys = text_of(message.get("signature")), [public_key(contract["portal_public_key"])]
        is_signed = codec.is_signed(message, signature, keys)
        parties = [text_of(message.get(name)) for name in ("providerId", "merchantId")]
    except Malformed:
        return None
    return message if is_signed and parties == [contract["provider_id"], contract["merchant_id"]] else None


def _answer(message: dict[str, Any]) -> HttpResponse:
    contract = contracts()[GATEWAY]
    rule = RsaConcatenation(received_order(message, "signature"), contract["hash_to_portal"])
    body = {**message, "signature": rule.sign(message, private_key(contract["bank_private_key"]))}
    return HttpResponse(write_json(body), content_type="application/json; charset=utf-8")


def contract(portal_url: str, bank_url: str) -> dict[str, Any]:
    """Return both sides of a new contract (see `devtools.sandbox.keys.make_contracts`)."""
    bank_private, bank_public = key_pair()
    our_private, our_public = key_pair()
    parties = {"provider_id": "PT045", "merchant_id": "PHUTHODIRECT"}
    return_url = f"{portal_url}/gateways/vietinbank_direct/return"
    return {
        "merchant_id": parties["merchant_id"],
        "settings": {
            **parties,
            "base_url": f"{bank_url}/directpay",
            "service_code": "DVC",
            "hash_in": "sha256",
            "hash_out": "sha1",
            "result_url": return_url,
        },
        "secrets": {"private_key": our_private, "bank_public_key": bank_public},
        "bank": {
            **parties,
            "bank_private_key": bank_private,
            "portal_public_key": our_public,
            "hash_to_portal": "sha256",
            "hash_to_bank": "sha1",
            "notify_url": f"{portal_url}/gateways/vietinbank_direct/notify?merchant={parties['merchant_id']}",
            "return_url": return_url,
        },
    }


SANDBOX = Sandbox(
    contract=contract,
    messages=sandbox_messages,
    urls=[
        path("directpay/init-session/v1", init_session),
        path("directpay/inq-trx/v1", inq_trx),
        path("pay/<str:session>", pay_page),
    ],
    noted=("provider_id", "merchant_id", "bank_private_key", "notify_url"),
)
