"""The client's address, and that of the request being answered."""

from __future__ import annotations

from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest

#: The network address of the request being answered; empty outside of requests.
came_from: ContextVar[str] = ContextVar("came_from", default="")


def client_ip(request: HttpRequest) -> str:
    """Return the address of the client, believing only as many proxies as are ours (TRUSTED_PROXY_COUNT)."""
    proxies = settings.TRUSTED_PROXY_COUNT
    if proxies:
        hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
        if len(hops) >= proxies:
            return str(hops[-proxies])
    return str(request.META.get("REMOTE_ADDR", ""))
