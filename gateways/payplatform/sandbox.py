"""PayPlatform's side: INIT, its pay page, CONFIRM and QUERY, direct or through a service bus.

See docs/reference/payplatform.md.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path

from devtools.sandbox.faults import may_fail
from devtools.sandbox.keys import AGENCY
from devtools.sandbox.plugins import Sandbox
from gateways.parsing import write_json
from gateways.vnpt_family.sandbox import PipeBank
from gateways.vnpt_family.sandbox_messages import PAYPLATFORM

from .messages import INIT

GATEWAY = "payplatform"
_BANK = PipeBank(GATEWAY, "Thanh toán – Cổng Dịch vụ công quốc gia", PAYPLATFORM)


@may_fail(GATEWAY)
def init(request: HttpRequest, via: str) -> HttpResponse:
    """INIT. The receipt block must be there and add up, as the platform prints from it.

    See docs/reference/payplatform.md#init.
    """
    return _sent_via(via, _BANK.init(request, INIT) if _adds_up(request) else HttpResponse(status=400))


@may_fail(GATEWAY)
def query(request: HttpRequest, via: str) -> HttpResponse:
    """QUERY (docs/reference/payplatform.md#query)."""
    return _sent_via(via, _BANK.query(request))


@may_fail(GATEWAY)
def pay_page(request: HttpRequest, ref: str) -> HttpResponse:
    """Where the payer pays or cancels."""
    return _BANK.pay_page(request, ref)


def _sent_via(via: str, answer: HttpResponse) -> HttpResponse:
    """Wrap the answer as a province's service bus does: JSON inside a string of JSON (T-16)."""
    if via != "lgsp" or answer.status_code != 200:
        return answer
    wrapped = write_json({"error_code": "0", "message": answer.content.decode()})
    return HttpResponse(wrapped, content_type="application/json; charset=utf-8")


def _adds_up(request: HttpRequest) -> bool:
    try:
        message = json.loads(request.body)
        fees = message["ThongTinBienLai"]["PhiLePhi"]
        return sum(int(fee["SoTien"]) for fee in fees) == int(message["SoTien"])
    except (ValueError, KeyError, TypeError):
        return False


def contract(portal_url: str, bank_url: str) -> dict[str, Any]:
    """Return both sides of a new contract (see `devtools.sandbox.keys.make_contracts`)."""
    partner = "DT044"
    secret, token = secrets.token_hex(16), secrets.token_hex(16)
    return {
        "merchant_id": partner,
        "settings": {
            "init_url": f"{bank_url}/init",
            "query_url": f"{bank_url}/query",
            "partner_code": partner,
            "answer_signature": "signed",
            "receipt": {
                "MaDonVi": "H44",
                "TenDonVi": AGENCY,
                "TKThuHuong": "101000000044",
                "MaNHThuHuong": "970415",
                "TenTKThuHuong": AGENCY,
            },
        },
        "secrets": {"secret_key": secret, "access_token": token},
        "bank": {
            "partner_code": partner,
            "secret_key": secret,
            "api_key": token,
            "notify_url": f"{portal_url}/gateways/payplatform/notify",
            "return_url": f"{portal_url}/gateways/payplatform/return",
        },
    }


SANDBOX = Sandbox(
    contract=contract,
    messages=PAYPLATFORM,
    urls=[
        path("init", init, {"via": "direct"}),
        path("query", query, {"via": "direct"}),
        path("lgsp/init", init, {"via": "lgsp"}),
        path("lgsp/query", query, {"via": "lgsp"}),
        path("pay/<str:ref>", pay_page),
    ],
    noted=("partner_code", "secret_key", "notify_url"),
)
