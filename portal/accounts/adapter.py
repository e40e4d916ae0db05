"""allauth adapter: administrators create accounts of staff, VNeID those of citizens; there is no sign-up."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from agencies.audit import record as audit
from agencies.citizens import citizen_of
from agencies.models import User
from core import rate_limits
from core.rate_limits import Limit

from . import letters

_QUARTER = timedelta(minutes=15)
#: Wrong passwords. From elsewhere nobody locks a colleague out: a name alone has room for many networks' mistakes.
WRONG_OF_NAME_HERE = Limit("password of a name from here", 10, _QUARTER)
WRONG_HERE = Limit("passwords from here", 40, _QUARTER)
WRONG_OF_NAME = Limit("password of a name", 200, timedelta(hours=1))


class AccountAdapter(DefaultAccountAdapter):
    """Closes sign-up and leads everybody to their own page; everything else is allauth's."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Citizens come to their dossiers, staff to the desk."""
        return reverse("mine") if citizen_of(request.user) else str(super().get_login_redirect_url(request))

    def get_client_ip(self, request: HttpRequest) -> str:
        """Believe as many proxies as are ours: behind one of them everybody would share allauth's limits."""
        return rate_limits.here() or str(super().get_client_ip(request))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Leave the counting to `authenticate`, which distinguishes addresses."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Check a password only while there are tries left, counted first. Raises ValidationError."""
        name = str(credentials.get("username", "")).casefold()
        tries = (
            (WRONG_OF_NAME_HERE, f"{name}\0{rate_limits.here()}"),
            (WRONG_HERE, rate_limits.here()),
            (WRONG_OF_NAME, name),
        )
        if not rate_limits.spend(*tries):
            locked_user = User.objects.filter(username__iexact=name[:150]).first()
            audit.record("sign_in_locked", f"user:{locked_user.pk}" if locked_user else "user:unknown", actor=None)
            raise self.validation_error("too_many_login_attempts")
        user = super().authenticate(request, **credentials)
        if user:
            rate_limits.give_back(*tries)
        return user

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send by the channel all letters take, in Vietnamese."""
        with translation.override("vi"):
            letters.send(email, str(self.render_mail(template_prefix, email, context).body))

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """Who comes for the first time is a citizen."""
        return reverse("mine")
