"""Staff who sign in with a second factor."""

from __future__ import annotations

from allauth.mfa.totp.internal import auth as totp

from agencies.models import Role, User
from tests.support import factories

PASSWORD = "a long test password"
LOGIN = "/tai-khoan/login/"


def code(secret: str) -> str:
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return str(totp.format_hotp_value(totp.hotp_value(secret, counter)))


def with_factor(role: Role = Role.RECEPTION_OFFICER) -> tuple[User, str]:
    user, secret = factories.officer(factories.agency(), role), totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    return user, secret
