"""Shared by all banks with a pay page: open an order, pay it once, deliver the callback."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from .books import Row
from .faults import charged, hidden_until
from .state import books, courier

METHODS = ("VietinBank", "Vietcombank", "BIDV", "Agribank", "Ví VNPT Money")
_one_payer = threading.Lock()


def find(gateway: str, ref: str) -> tuple[Row | None, str]:
    """Return the order, and what it is to be called while a fault hides that it is paid ("" otherwise)."""
    orders = books().transactions(gateway, ref)
    if not orders:
        return None, ""
    return orders[0], orders[0]["hidden_as"] if time.time() < orders[0]["visible_at"] else ""


def apply_start_faults(order: Row) -> HttpResponse | None:
    """Do to a new order what faults in force want; the answer to send instead of the right one, if any."""
    timeout = books().take_fault(order["gateway"], "charge_then_timeout")
    if timeout is not None:
        _settle(order, "paid")
        time.sleep(float(timeout.get("seconds", 15)))
        return HttpResponse(status=504)
    if books().take_fault(order["gateway"], "callback_in_start") is not None:
        courier().send_now(_settle(order, "paid"))
    return None


def pay_page(request: HttpRequest, gateway: str, ref: str, bank: str, next_page: Callable[[Row], str]) -> HttpResponse:
    """The page the payer sees: choose how, pay or cancel. Pressing twice pays once."""
    order, _hidden = find(gateway, ref)
    if order is None:
        return render(request, "sandbox/problem.html", {"problem": "Không có giao dịch này."}, status=404)
    if order["state"] == "open" and request.method != "POST":
        return render(request, "sandbox/order.html", {"order": order, "bank": bank, "methods": METHODS})
    if order["state"] == "open":
        outcome = "paid" if request.POST.get("action") == "pay" else "cancelled"
        order = pay(gateway, ref, outcome, method=request.POST.get("bank", METHODS[0])) or order
    return HttpResponseRedirect(next_page(order))


def pay(gateway: str, ref: str, outcome: str, amount: int | None = None, method: str = METHODS[0]) -> Row | None:
    """Pay (`paid`), `failed` or `cancelled`, and notify the portal. None when there is no such order.

    An order that is paid stays so; one that failed may still be paid later.
    """
    with _one_payer:
        orders = books().transactions(gateway, ref)
        if not orders or orders[0]["state"] == "paid":
            return orders[0] if orders else None
        order = _settle(orders[0], outcome, amount, method)
    courier().enqueue(order)
    return order


def _settle(order: Row, state: str, amount: int | None = None, method: str = METHODS[0]) -> Row:
    gateway, is_paid = order["gateway"], state == "paid"
    hidden_as, visible_at = hidden_until(gateway) if is_paid else ("", 0.0)
    changes: dict[str, Any] = {
        "state": state,
        "amount": amount or (charged(gateway, order["amount"]) if is_paid else order["amount"]),
        "bank_ref": order["bank_ref"] or f"{gateway[:4].upper()}{secrets.randbelow(10**10):010d}",
        "paid_at": time.time() if is_paid else None,
        "hidden_as": hidden_as,
        "visible_at": visible_at,
        "detail": {**order["detail"], "method": method},
    }
    books().update("transactions", order["id"], **changes)
    return books().transaction(order["id"])
