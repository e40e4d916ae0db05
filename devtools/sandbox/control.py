"""Control API of the sandbox: pay by program, inject faults, read the books.

JSON in and out. Only this machine can reach it.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from devtools.sandbox.citizens.phones import PROVIDERS
from gateways import registry

from . import orders
from .faults import FAULTS
from .plugins import sandboxes
from .state import books, contracts, courier

_OUTCOMES = ("paid", "failed", "cancelled")


def index(request: HttpRequest) -> HttpResponse:
    """The start page: the pages a person can open by hand."""
    links = {address: text for sandbox in sandboxes().values() for address, text in sandbox.pages.items()}
    others = [registry.name_of(slug) for slug, sandbox in sandboxes().items() if not sandbox.pages]
    return render(request, "sandbox/index.html", {"links": links, "others": others})


def health(request: HttpRequest) -> HttpResponse:
    """The sandbox is up and plays these banks."""
    return JsonResponse({"status": "ok", "gateways": sorted(contracts())})


def faults(request: HttpRequest) -> HttpResponse:
    """GET lists what is ordered; POST {gateway?, fault, count?, …options} orders; DELETE clears all.

    Without `gateway` every bank is meant, but neither "sms" nor "zalo". `count` null or absent: until cleared.
    """
    if request.method == "DELETE":
        books().clear_faults()
        courier().wake()
        return JsonResponse({"faults": []})
    if request.method == "POST":
        order = _body(request)
        fault, gateway, count = order.pop("fault", ""), order.pop("gateway", None), order.pop("count", None)
        if fault not in FAULTS or gateway not in (None, *contracts(), *PROVIDERS):
            return JsonResponse({"error": "unknown fault or gateway", "faults": FAULTS}, status=400)
        for name in [gateway] if gateway else contracts():
            books().order_fault(name, fault, None if count is None else int(count), order)
    ordered = books().select("SELECT gateway, fault, count, options FROM faults ORDER BY id")
    return JsonResponse({"faults": ordered}, status=201 if request.method == "POST" else 200)


def transactions(request: HttpRequest) -> HttpResponse:
    """All the banks know, with the notifications sent for each: the truth to reconcile with. ?gateway= ?ref="""
    notifications: dict[int, list[dict[str, Any]]] = {}
    for row in books().select("SELECT * FROM notifications ORDER BY id"):
        shown = {name: row[name] for name in ("id", "state", "attempts", "answer", "due_at", "message")}
        notifications.setdefault(row["transaction_id"], []).append(shown)
    wanted = {name: request.GET[name] for name in ("gateway", "ref") if name in request.GET}
    rows = [
        {**row, "notifications": notifications.get(row["id"], [])}
        for row in books().select("SELECT * FROM transactions ORDER BY id")
        if all(row[name] == value for name, value in wanted.items())
    ]
    return JsonResponse({"transactions": rows})


def pay(request: HttpRequest) -> HttpResponse:
    """POST {gateway, ref or cust_code, amount?, outcome?, changes?}: pay as the payer would.

    A transfer without an amount asks the portal first, as the bank app does. 404 with the
    bank's words when there is nothing to pay.
    """
    order = _body(request)
    ref, amount = str(order.get("ref") or order.get("cust_code") or ""), order.get("amount")
    outcome = order.get("outcome", "paid")
    if order.get("gateway") not in contracts() or outcome not in _OUTCOMES or not ref:
        return JsonResponse({"error": "gateway, ref or outcome"}, status=400)
    transfer = sandboxes()[order["gateway"]].transfer
    if transfer is None:
        paid = orders.pay(order["gateway"], ref, outcome, amount)
        return _paid(paid) if paid else JsonResponse({"done": False, "error": "no such order"}, status=404)
    if outcome != "paid":
        # A transfer that fails never leaves the payer's bank: no notification is sent.
        return JsonResponse({"done": True, "transaction": None})
    transferred = transfer(ref, None if amount is None else int(amount), order.get("changes", {}))
    if isinstance(transferred, str):
        return JsonResponse({"done": False, "error": transferred}, status=404)
    return _paid(transferred)


def redeliver(request: HttpRequest) -> HttpResponse:
    """POST {gateway, ref}: send every notification of a reference once more, the very same content."""
    order = _body(request)
    rows = books().transactions(order.get("gateway", ""), str(order.get("ref") or order.get("cust_code")))
    finished = [transaction for transaction in rows if transaction["state"] != "open"]
    for transaction in finished:
        courier().resend(transaction)
    return JsonResponse({"sent": len(finished)}, status=200 if finished else 404)


def _paid(transaction: dict[str, Any]) -> HttpResponse:
    return JsonResponse({"done": True, "transaction": transaction})


def _body(request: HttpRequest) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(request.body or b"{}")
    return body
