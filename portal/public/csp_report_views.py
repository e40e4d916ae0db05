"""Collects reports of the Content-Security-Policy (S-61)."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import rate_limits
from core.rate_limits import Limit

logger = logging.getLogger(__name__)

MOST_BYTES = 8 * 1024
#: Anybody may send anything here: a log that is full of it would hide what matters.
_HOUR = timedelta(hours=1)
TOLD = Limit("csp", 20, _HOUR), Limit("csp of a network", 60, _HOUR), Limit("csp of all", 500, _HOUR)


@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Write one line: which rule, on which page, against what. What follows a `?` or `#` is left out."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) <= MOST_BYTES and rate_limits.spend(*rate_limits.of(TOLD)):
        report = _read(request.body)
        if report:
            logger.warning(
                "a page wanted what its policy forbids: %s on %s by %s",
                str(report.get("effective-directive") or report.get("violated-directive") or "?")[:40],
                _place(report.get("document-uri")),
                _place(report.get("blocked-uri")),
            )
    return HttpResponse(status=204)


def _read(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    report = parsed.get("csp-report") if isinstance(parsed, dict) else None
    return report if isinstance(report, dict) else {}


def _place(address: Any) -> str:
    """Return host and first step of a path: tokens of bills and codes of dossiers come after it."""
    try:
        parts = urlsplit(str(address)[:500])
    except ValueError:
        return "?"
    return f"{parts.netloc}{'/'.join(parts.path.split('/')[:2])}" or "?"
