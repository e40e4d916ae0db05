"""Size limit of callbacks, and the adapter's RawRequest from an HTTP request."""

from __future__ import annotations

from django.http import HttpRequest

from core.http import client_ip
from gateways.base import RawRequest

#: No gateway's message comes near; more is refused before it is read.
MAX_BODY = 64 * 1024
_KEPT_HEADERS = ("Content-Type", "User-Agent", "X-Request-Id")


def is_too_large(request: HttpRequest) -> bool:
    """Decide by the declared length alone, so that an oversized body is never read."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return True
    return length > MAX_BODY or len(request.META.get("QUERY_STRING", "")) > MAX_BODY


def raw_request(request: HttpRequest, *, with_body: bool = True) -> RawRequest:
    """Return the request as bytes, with the few headers worth keeping (no cookies, no keys)."""
    return RawRequest(
        method=request.method or "",
        path=request.path,
        query=request.META.get("QUERY_STRING", "")[:MAX_BODY],
        headers={name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers},
        body=request.body if with_body else b"",
        remote_addr=client_ip(request),
    )
