"""The sandbox's own API for demos, tests and drills: pay by program, misbehave, show the books."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from . import vietinbank, vnptpay
from .state import books

FAULTS = (
    "drop",
    "delay",
    "duplicate",
    "reorder",
    "tamper",
    "slow",
    "charge_then_timeout",
    "callback_in_start",
    "pending_then_paid",
    "down",
    "html_error",
)


def _body(request: HttpRequest) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(request.body or b"{}")
    return found


def health(request: HttpRequest) -> HttpResponse:
    """The sandbox is up."""
    return JsonResponse({"status": "ok"})


def faults(request: HttpRequest) -> HttpResponse:
    """POST {gateway?, fault, count?, seconds?, times?} orders a fault; DELETE clears all."""
    if request.method == "DELETE":
        books().clear_faults()
        return JsonResponse({})
    fault = _body(request)
    if fault.get("fault") not in FAULTS:
        return JsonResponse({"error": "unknown fault", "known": FAULTS}, status=400)
    books().order_fault(fault)
    return JsonResponse(fault, status=201)


def transactions(request: HttpRequest) -> HttpResponse:
    """Everything the banks know: the truth to reconcile with."""
    return JsonResponse({"transactions": books().all(request.GET.get("gateway"))})


def pay(request: HttpRequest) -> HttpResponse:
    """POST {gateway, ref, amount?, outcome?, changes?}: pays as the citizen would."""
    order = _body(request)
    ref, amount = str(order["ref"]), order.get("amount")
    if order["gateway"] == "vnptpay":
        is_done = vnptpay.pay(ref, order.get("outcome", "paid"), amount)
    else:
        is_done = vietinbank.pay(ref, amount, order.get("changes", {}))
    return JsonResponse({"done": is_done}, status=200 if is_done else 404)


def redeliver(request: HttpRequest) -> HttpResponse:
    """POST {gateway, ref}: sends the notice once more."""
    order = _body(request)
    {"vnptpay": vnptpay, "vietinbank": vietinbank}[order["gateway"]].redeliver(str(order["ref"]))
    return JsonResponse({})
