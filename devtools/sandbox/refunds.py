"""Shared by all banks with refunds: once per reference, never more than was paid."""

from __future__ import annotations

import secrets
import threading
import time
from typing import Any

from .books import Row
from .state import books

_one_refund = threading.Lock()


def refund(order: Row, ref: str, amount: int, **detail: Any) -> dict[str, Any] | None:
    """Write a refund of a paid order and return it; the earlier one when `ref` is known. None: refused.

    With the fault `refund_pending` it stays under way for `seconds`.
    """
    with _one_refund:
        order = books().transaction(order["id"])
        made: list[dict[str, Any]] = order["detail"].get("refunds", [])
        if earlier := find(order, ref):
            return earlier
        if order["state"] != "paid" or not 0 < amount <= order["amount"] - sum(refund["amount"] for refund in made):
            return None
        pending = books().take_fault(order["gateway"], "refund_pending")
        refund = {
            "ref": ref,
            "amount": amount,
            "bank_ref": f"{secrets.randbelow(9 * 10**9) + 10**9}",
            "made_at": time.time(),
            "done_at": time.time() + (0 if pending is None else float(pending.get("seconds", 10))),
            **detail,
        }
        books().update("transactions", order["id"], detail={**order["detail"], "refunds": [*made, refund]})
    return refund


def find(order: Row, ref: str) -> dict[str, Any] | None:
    """Return the refund of an order that has our reference."""
    return next((refund for refund in order["detail"].get("refunds", []) if refund["ref"] == ref), None)


def answer_is_lost(gateway: str) -> bool:
    """Tell whether the fault `refund_then_timeout` wants this answer lost, after having waited."""
    fault = books().take_fault(gateway, "refund_then_timeout")
    if fault is None:
        return False
    time.sleep(float(fault.get("seconds", 15)))
    return True
