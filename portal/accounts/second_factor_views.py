"""The page that asks for the second factor."""

from __future__ import annotations

from allauth.account.internal.stagekit import clear_login
from allauth.mfa.base.views import AuthenticateView
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse


def authenticate(request: HttpRequest) -> HttpResponseBase:
    """Ask for the second factor; whoever has none any more, because an administrator took it away, begins anew.

    allauth sends them to the sign-in page, which finds the half-finished sign-in and sends them back here.
    """
    response: HttpResponseBase = AuthenticateView.as_view()(request)
    if response.get("Location") == reverse("account_login"):
        clear_login(request)
    return response
