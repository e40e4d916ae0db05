"""Computers many people use: whoever is done wipes what it remembers, and at an office's it wipes itself.

A browser remembers drafts, dossiers and PINs in its session, for twelve hours, so that their owner goes on without
an account. On a computer of a library, a shop or a counter the next person would see them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agencies.citizens import citizen_of

#: Marks a computer of an office, for a year.
COOKIE = "may-dung-chung"
_YEAR = timedelta(days=365)
#: How long such a computer remembers after the last page.
IDLE = timedelta(minutes=15)


def is_shared(request: HttpRequest) -> bool:
    """Tell whether the browser was marked as one that many people use."""
    return request.COOKIES.get(COOKIE) == "1"


def remembers(request: HttpRequest) -> bool:
    """Tell whether the browser remembers something that somebody opened, filled in or looked up."""
    return any(not name.startswith("_") for name, _value in request.session.items())


class SharedComputerMiddleware:
    """Lets a shared computer's session end soon after the last page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and count the time anew."""
        response = self.get_response(request)
        if is_shared(request) and not request.session.is_empty():
            request.session.set_expiry(IDLE)
        return response


@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forget all that this browser has opened, filled in and looked up, and which citizen is signed in."""
    return redirect("home") if _is_staff(request) else _wiped(request)


@never_cache
@require_GET
def idle(request: HttpRequest) -> HttpResponse:
    """Where a shared computer's page leads by itself when nobody has touched it; any other browser loses nothing."""
    return _wiped(request) if is_shared(request) and not _is_staff(request) else redirect("home")


@never_cache
@require_http_methods(["GET", "POST"])
def mark(request: HttpRequest) -> HttpResponse:
    """Mark this browser as one that many people use, or take the mark off."""
    if request.method == "GET":
        return render(request, "portal/shared_computer.html", {"is_shared": is_shared(request)})
    response = redirect("shared-computer")
    if is_shared(request):
        response.delete_cookie(COOKIE)
    else:
        response.set_cookie(COOKIE, "1", max_age=_YEAR, secure=request.is_secure(), httponly=True, samesite="Lax")
    return response


def _is_staff(request: HttpRequest) -> bool:
    """Staff sign out where they are told what it ends; the session of a desk is wiped by nobody else's button."""
    return request.user.is_authenticated and citizen_of(request.user) is None


def _wiped(request: HttpRequest) -> HttpResponse:
    logout(request)  # the whole session goes, whoever it was of
    messages.success(request, _("Đã xóa những gì máy này nhớ về bạn."))
    response = redirect("home")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
