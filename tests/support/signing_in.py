"""Browsers of members of staff, signed in as by the page: with their password, a moment ago."""

from __future__ import annotations

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.test import Client

from agencies.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


def browser_of(user: User, *, minutes_ago: float = 0) -> Client:
    """Return a browser in which somebody signed in, just now or so many minutes ago."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "password", "at": time.time() - 60 * minutes_ago}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client
