"""Which dossiers a browser may act on: those it has opened in this session."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from core import browser_rights
from dossiers.models import Dossier

SESSION_DOSSIERS = "dossiers"
#: Dossiers a browser remembers.
_MOST_REMEMBERED = 20


def opened_codes(request: HttpRequest) -> list[str]:
    """Return the codes of the dossiers this browser has opened, the last one last."""
    return browser_rights.held(request, SESSION_DOSSIERS)


def remember(request: HttpRequest, *dossiers: Dossier) -> None:
    """Let this browser open dossiers for as long as its session lasts; the last twenty."""
    codes = (dossier.code for dossier in dossiers)
    browser_rights.gain(request, SESSION_DOSSIERS, *codes, most=_MOST_REMEMBERED)


def lookup_address(code: str) -> str:
    """Return the address of the page that opens a dossier by its PIN."""
    return f"{reverse('lookup')}?code={code}"


def lookup_of(code: str) -> HttpResponse:
    """Lead to the page that opens a dossier by its PIN."""
    return redirect(lookup_address(code))


def for_opened(view: Callable[[HttpRequest, Dossier], HttpResponse]) -> Callable[[HttpRequest, str], HttpResponse]:
    """Give a view the dossier its address names; a browser that has not opened it is led to the look-up."""

    @wraps(view)
    def with_dossier(request: HttpRequest, code: str) -> HttpResponse:
        mine = Dossier.objects.select_related("agency", "case__procedure")
        dossier = mine.filter(code=code).first() if code in opened_codes(request) else None
        return view(request, dossier) if dossier else lookup_of(code)

    return with_dossier
