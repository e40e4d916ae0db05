"""VNPT-Pay's side: INIT of either version, its pay page, CONFIRM and QUERY (docs/reference/vnptpay.md)."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from devtools.sandbox.faults import may_fail
from devtools.sandbox.plugins import Sandbox
from gateways.vnpt_family.sandbox import PipeBank
from gateways.vnpt_family.sandbox_messages import VNPTPAY

from .messages import FLAVOURS

GATEWAY = "vnptpay"
_BANK = PipeBank(GATEWAY, "VNPT-Pay", VNPTPAY)


@may_fail(GATEWAY)
def init(request: HttpRequest, flavour: str) -> HttpResponse:
    """INIT (docs/reference/vnptpay.md#init)."""
    return _BANK.init(request, FLAVOURS[flavour].init)


@may_fail(GATEWAY)
def query(request: HttpRequest) -> HttpResponse:
    """QUERY (docs/reference/vnptpay.md#query)."""
    return _BANK.query(request)


@may_fail(GATEWAY)
def pay_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Where the payer pays or cancels."""
    return _BANK.pay_page(request, ref)


def contract(portal_url: str, bank_url: str) -> dict[str, Any]:
    """Return both sides of a new contract (see `devtools.sandbox.keys.make_contracts`)."""
    merchant = "PHUTHO01"
    keys = {"secret_key": secrets.token_hex(16), "api_key": secrets.token_hex(16)}
    return {
        "merchant_id": merchant,
        "settings": {
            "base_url": f"{bank_url}/v1.0.5",
            "flavour": "single",
            "merchant_service_id": merchant,
            "service_id": "1",
        },
        "secrets": keys,
        "bank": {
            "merchant_service_id": merchant,
            **keys,
            "envelope": "json",
            "notify_url": f"{portal_url}/gateways/vnptpay/notify",
            "return_url": f"{portal_url}/gateways/vnptpay/return",
        },
    }


SANDBOX = Sandbox(
    contract=contract,
    messages=VNPTPAY,
    urls=[
        re_path(r"^v[0-9.]+/init$", init, {"flavour": "single"}),
        re_path(r"^v[0-9.]+/init_m_merch$", init, {"flavour": "agency"}),
        re_path(r"^v[0-9.]+/query_transaction$", query),
        path("pay/<str:ref>", pay_page),
    ],
    noted=("merchant_service_id", "secret_key", "notify_url"),
)
