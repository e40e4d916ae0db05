"""VNPT-Pay's side: INIT of either version, its pay page, CONFIRM and QUERY (docs/reference/vnptpay.md)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from devtools.sandbox.faults import may_fail
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
