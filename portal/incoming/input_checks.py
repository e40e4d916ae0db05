"""What no view of ours can use is refused before it is asked: NUL, foreign charsets, endless nesting, cut bodies.

PostgreSQL stores no NUL, and a charset may hide one, or half a letter. A browser never sends either.
Banks' messages do not come here (`BankShortcutMiddleware` comes before): they are refused in the
words of their protocol, and kept (`payments/callbacks/handle.py`).
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.views.defaults import bad_request

from core.nesting import is_too_deep

from .raw_input import refusal_of

_CHARSETS = ("utf-8", "ascii")


class InputChecksMiddleware:
    """Refuses a request by its shape, before a view sees it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Check the address, the cookies and the headers; nothing of the body is read."""
        if status := refusal_of(request.META):
            return HttpResponse(status=status)
        if not _has_known_charset(request):
            return HttpResponse(status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        if has_nul(request):
            return bad_request(request, BadRequest("NUL"))
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Check the fields of a form; CSRF protection reads them next, anyway. What it leaves alone is no form."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        try:
            fields = request.POST.lists()
        except UnreadablePostError:
            return bad_request(request, BadRequest("the connection broke"))
        for name, values in fields:
            if any("\0" in text or is_too_deep(text) for text in (name, *values)):
                return bad_request(request, BadRequest("NUL or endless nesting in a form"))
        return None


def has_nul(request: HttpRequest) -> bool:
    """Tell whether the path, the query or a cookie holds a NUL. A path that decodes to `%00` as text does not."""
    query = request.META.get("QUERY_STRING", "")
    return (
        "\0" in request.path_info
        or "%00" in query
        or "\0" in query
        or any("\0" in value for value in request.COOKIES.values())
    )


def _has_known_charset(request: HttpRequest) -> bool:
    """Tell whether the named charset, if any, is the one everything is written in."""
    return request.encoding is None or codecs.lookup(request.encoding).name in _CHARSETS
