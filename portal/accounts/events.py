"""Audit of sign-ins, sign-outs and changed credentials (S-68)."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth import signals as auth
from django.dispatch import receiver
from django.http import HttpRequest

from agencies import people
from agencies.audit import record as audit
from agencies.models import User

from .staff import BEGAN, FACTOR, SEEN


@receiver(account.user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    request.session[SEEN] = request.session[BEGAN] = time.time()
    audit.record("signed_in", f"user:{user.pk}", actor=user)


@receiver(auth.user_logged_out)
def _signed_out(user: User | None, **_: Any) -> None:
    if user:
        audit.record("signed_out", f"user:{user.pk}", actor=user)


@receiver(auth.user_login_failed)
def _failed(credentials: dict[str, Any], **_: Any) -> None:
    """Name only a person there is: people type their password into the first field."""
    user = User.objects.filter(username=str(credentials.get("username", ""))[:150]).first()
    audit.record("sign_in_failed", f"user:{user.pk}" if user else "user:unknown", actor=None)


@receiver([account.password_changed, account.password_reset])
def _password_changed(user: User, **_: Any) -> None:
    people.note_credential_change("password_changed", user, actor=user)


@receiver(mfa.authenticator_added)
def _factor_added(user: User, authenticator: Any, **_: Any) -> None:
    people.note_credential_change("second_factor_added", user, actor=user, kind=authenticator.type)


@receiver(mfa.authenticator_removed)
def _factor_removed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    request.session.pop(FACTOR, None)
    people.note_credential_change("second_factor_removed", user, actor=user, kind=authenticator.type)
