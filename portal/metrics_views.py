"""`/metrics`, for whoever may scrape it."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from .metrics import MoneyCollector


@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer a scrape from this machine or with the token; 503 when PostgreSQL is away."""
    if not _may_read(request):
        return HttpResponseForbidden("A scrape comes from this machine or brings METRICS_TOKEN.\n", "text/plain")
    registry = CollectorRegistry()
    try:
        registry.register(MoneyCollector())
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    except DatabaseError:
        return HttpResponse("PostgreSQL does not answer.\n", status=503, content_type="text/plain")


def _may_read(request: HttpRequest) -> bool:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    wanted = str(settings.METRICS_TOKEN)
    if wanted and scheme.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), wanted.encode()):
        return True
    # What a proxy on this machine passes on comes from 127.0.0.1 as well, but says so.
    is_passed_on = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP"))
    try:
        return not is_passed_on and ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
