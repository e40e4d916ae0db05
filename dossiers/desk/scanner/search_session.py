"""Keeps search text in the session under a short key, so that no address holds a name or phone number.

An address stays in the browser's history, in the logs of every proxy and on the screen (S-64).
"""

from __future__ import annotations

import secrets

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from dossiers.desk.access import DeskStaff

from . import lookup

SESSION_SEARCHES = "desk_searches"
#: Several tabs, and the way back; older ones are forgotten.
MOST = 10


def address_of(request: HttpRequest, staff: DeskStaff, text: str) -> str:
    """Return where somebody is led who typed, scanned or photographed this: to its dossier, else to a list."""
    if exact := lookup.one(staff, text, timezone.localdate()) if text else None:
        return reverse("desk-dossier", args=[exact.code])
    return f"{reverse('desk')}?tim={keep(request, text)}" if text else reverse("desk")


def keep(request: HttpRequest, text: str) -> str:
    """Remember a text for this session and return its key."""
    key = secrets.token_urlsafe(6)
    searches = list(request.session.get(SESSION_SEARCHES, {}).items())
    request.session[SESSION_SEARCHES] = dict([*searches, (key, text)][-MOST:])
    return key


def text_of(request: HttpRequest, key: str) -> str:
    """Return what a key of this session stands for, else nothing."""
    return str(request.session.get(SESSION_SEARCHES, {}).get(key, ""))
