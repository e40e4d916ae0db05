"""Accounts: an administrator makes those of staff, the state's sign-in those of citizens; nobody signs up here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.base.views import AuthenticateView
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import translation

from agencies.citizens import citizen_of

from . import account_letters


class AccountAdapter(DefaultAccountAdapter):
    """Closes sign-up and leads everybody to their own page; everything else is allauth's."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Citizens come to their dossiers, staff to the desk."""
        return reverse("mine") if citizen_of(request.user) else str(super().get_login_redirect_url(request))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send by the channel all letters take, in Vietnamese."""
        with translation.override("vi"):
            account_letters.send(email, str(self.render_mail(template_prefix, email, context).body))

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """Who comes for the first time is a citizen."""
        return reverse("mine")


def authenticate(request: HttpRequest) -> HttpResponseBase:
    """Ask for the second factor; whoever has none any more, because an administrator took it away, begins anew.

    allauth sends them to the sign-in page, which finds the half-finished sign-in and sends them back here.
    """
    response = AuthenticateView.as_view()(request)
    if response.get("Location") == reverse("account_login"):
        clear_login(request)
    return response
