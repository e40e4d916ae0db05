"""HTTP faults of the sandbox: down, slow, HTML error."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

from .state import books

View = Callable[..., HttpResponse]

#: Every fault that can be ordered, and what its options mean (seconds, times, amount).
FAULTS = {
    "drop": "the notification is never sent",
    "delay": "the notification is sent `seconds` later",
    "duplicate": "the notification is sent `times` times at once",
    "reorder": "notifications are held until `times` wait (or `seconds` passed), then sent in reverse",
    "tamper": "the first attempt has one bit of a signed field flipped",
    "slow": "the API answers after `seconds`",
    "charge_then_timeout": "the money is taken at INIT, no notification is sent, HTTP 504 comes after `seconds`",
    "callback_in_start": "the money is taken and CONFIRM sent before INIT is answered",
    "pending_then_paid": "for `seconds` after paying the bank says pending, then it tells the portal",
    "not_found_then_paid": "for `seconds` after paying the bank knows nothing, then it tells the portal",
    "down": "every address of the bank answers 503 at once",
    "html_error": "the API answers with a page of HTML",
    "refund_then_timeout": "the money is given back, HTTP 504 comes after `seconds`",
    "refund_pending": "a refund is only under way for `seconds`",
    "wrong_amount": "the bank takes `amount`, by default 1.000 đ too little",
}


def may_fail(gateway: str) -> Callable[[View], View]:
    """Decorate an address of a bank: `down`, `slow` and `html_error` strike before the view."""

    def decorate(view: View) -> View:
        @wraps(view)
        def failing(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if books().take_fault(gateway, "down") is not None:
                return HttpResponse(status=503, headers={"Retry-After": "30"})
            slow = books().take_fault(gateway, "slow")
            if slow is not None:
                time.sleep(float(slow.get("seconds", 5)))
            if books().take_fault(gateway, "html_error") is not None:
                return HttpResponse("<html><body><h1>Bad Gateway</h1></body></html>")
            return view(request, *args, **kwargs)

        return failing

    return decorate


def charged(gateway: str, amount: int) -> int:
    """Return the amount the bank really takes."""
    fault = books().take_fault(gateway, "wrong_amount")
    return amount if fault is None else int(fault.get("amount", max(1, amount - 1000)))


def hidden_until(gateway: str) -> tuple[str, float]:
    """Return how a payment made now is hidden ("pending", "not_found" or ""), and until when."""
    for fault, hidden_as in (("pending_then_paid", "pending"), ("not_found_then_paid", "not_found")):
        options = books().take_fault(gateway, fault)
        if options is not None:
            return hidden_as, time.time() + float(options.get("seconds", 10))
    return "", 0.0
