"""Middleware of read-only mode: refuses writing requests with a page before the view runs.

Banks' messages never come here (`BankShortcutMiddleware` comes before): money that moved is never refused.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from payments.api.catalogue import PROBLEM, document
from payments.callbacks import views as callback_views
from portal.models import ReadOnlySpan

from . import spans

READING = ("GET", "HEAD", "OPTIONS")
#: What gateways send, at whatever address.
GATEWAY_VIEWS = (callback_views.notify, callback_views.inquire)
#: POSTs that only read, learn from a bank what became of money, or let staff in who shall end the mode.
OPEN = frozenset(
    {
        "read-only",
        "set_language",
        "lookup",
        "lookup-send",
        "lookup-code",
        "api-payment-check",
        "csp-report",
        "desk",
        "desk-photo",
        "desk-scans",
        "desk-check",
        "accounting-payments",
        "accounting-cases",
        "accounting-refunds",
        "accounting-receipt-list",
        "account_login",
        "account_logout",
        "account_reauthenticate",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_login_webauthn",
        "mfa_reauthenticate_webauthn",
        "usersessions_list",
        "vneid_login",
        "vneid_callback",
    }
)
#: What a person types to prove who they are is not given back to the page.
_SECRET = ("csrfmiddlewaretoken", "password", "pin", "one_time_code", "credential")
#: Bounds of Retry-After: never at once, and finite for a span without an end.
SHORTEST_SECONDS, UNKNOWN_SECONDS = 30, 300


class ReadOnlyMiddleware:
    """Refuses, while a span is on, every request that could change something and is not in `OPEN`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing is done before the address is known."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Answer instead of the view; CSRF has been checked, so nobody else's form is echoed."""
        match = request.resolver_match
        is_open = view in GATEWAY_VIEWS or (match and match.view_name in OPEN)
        if request.method in READING or is_open:
            return None
        span = spans.under_way()
        return refused(request, span) if span else None


def refused(request: HttpRequest, span: ReadOnlySpan | None) -> HttpResponse:
    """Say kindly that nothing was changed, until when, what works, and keep what was typed.

    Without a span the database itself takes no writes, and nobody knows until when.
    """
    until = span.ended_at if span else None
    seconds = str(_seconds_until(until))
    if request.path_info.startswith("/api/"):
        answer: HttpResponse = JsonResponse(document("read-only"), status=503, content_type=PROBLEM)
    else:
        context = {"span": span, "typed": _typed(request), "has_files": bool(request.FILES)}
        answer = render(request, "portal/administration/read_only/refused.html", context, status=503)
    answer.headers["Retry-After"] = seconds
    answer.headers["Cache-Control"] = "no-store"
    answer._has_been_logged = True  # type: ignore[attr-defined]  # meant so: no error for whoever watches the log
    return answer


def _seconds_until(moment: datetime | None) -> int:
    if moment is None:
        return UNKNOWN_SECONDS
    return max(SHORTEST_SECONDS, round((moment - timezone.now()).total_seconds()))


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    return [
        (name, str(value))
        for name, values in request.POST.lists()
        if not any(secret in name.lower() for secret in _SECRET)
        for value in values
    ]
