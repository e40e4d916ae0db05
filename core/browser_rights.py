"""What a browser may open because of what was done in it: with every new right its session gets another key.

Whoever was at a shared computer before may have copied the key, or put their own into the browser, and waits for
somebody to open a dossier (session fixation). The key they hold gains nothing.
"""

from __future__ import annotations

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

#: The old key keeps for so long what it had, and never what was gained: a second click and another tab have sent it.
GRACE = timedelta(seconds=30)


def held(request: HttpRequest, kind: str) -> list[str]:
    """Return what this browser may open of a kind, the last one last."""
    rights: list[str] = request.session.get(kind, [])
    return rights


def gain(request: HttpRequest, kind: str, *rights: str, most: int) -> None:
    """Let this browser open more of a kind for as long as its session lasts; it holds the last `most`."""
    before = held(request, kind)
    if not set(rights) <= set(before):
        _change_key(request)
    request.session[kind] = [*(other for other in before if other not in rights), *rights][-most:]


def _change_key(request: HttpRequest) -> None:
    old = Session.objects.filter(pk=request.session.session_key, expire_date__gt=timezone.now()).first()
    request.session.cycle_key()
    if old:
        old.expire_date = min(old.expire_date, timezone.now() + GRACE)
        old.save(force_insert=True)
    if request.user.is_authenticated:  # so that the session is seen, and can be ended, under its new key
        UserSession.objects.create_from_request(request)
