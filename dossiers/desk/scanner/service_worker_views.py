"""Serves the service worker below `/quay/`, which limits its scope."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

_SOURCE = settings.BASE_DIR / "static/js/desk/worker.js"


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """Return the script; it holds nothing private, and browsers ask for it without a page."""
    return HttpResponse(_SOURCE.read_bytes(), content_type="text/javascript", headers={"Cache-Control": "no-cache"})
