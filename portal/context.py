"""Template context of every page."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from agencies.citizens import citizen_of
from payments.accounting.access import entrance_of
from portal.administration.read_only import spans
from portal.public.status_views import away
from portal.shared_computer_views import is_shared, remembers


def _is_signed_in(request: HttpRequest) -> bool:
    """Tell whether somebody has signed in; who is refused before sessions are read is nobody."""
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


def site(request: HttpRequest) -> dict[str, Any]:
    """Add `portal` (allauth has a `site` of its own): name, host, whether a sandbox, what is announced, entrances."""
    return {
        "portal": {
            "name": "Một Cửa Pay",
            "is_sandbox": settings.IS_SANDBOX,
            "host": urlsplit(settings.BASE_URL).netloc,
            "live_url": settings.LIVE_URL,
            "is_shared": is_shared(request),
            "remembers": lambda: hasattr(request, "session") and not _is_signed_in(request) and remembers(request),
            # Both from memory, at most one query in some seconds.
            "read_only": spans.announcement,
            "gateways_away": away,
            # Called by the header of staff only, so that citizens' pages ask nothing.
            "is_staff": lambda: _is_signed_in(request) and citizen_of(request.user) is None,
            "accounting": lambda: entrance_of(request.user) if _is_signed_in(request) else "",
            "may_administer": lambda: _is_signed_in(request) and admin.site.has_permission(request),
        }
    }
