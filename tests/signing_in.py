"""Browsers of members of staff, signed in as by the page: with their second factor, a moment ago."""

from __future__ import annotations

from django.test import Client

from agencies.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


def browser_of(user: User) -> Client:
    """Return a browser in which somebody has just signed in."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client
