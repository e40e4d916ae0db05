"""VNeID sign-in: only citizens, to an account that can never hold a role."""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import render

from agencies import citizens
from agencies.audit import record as audit
from agencies.models import User


class CitizenAdapter(DefaultSocialAccountAdapter):
    """Opens sign-up to whoever the state vouches for; staff keep to password and second factor."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Everybody whom the provider knows."""
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Turn away an account that works here, whatever linked the two; learn what is new of a citizen."""
        if not sociallogin.is_existing:
            return
        user = sociallogin.user
        if user.is_staff or user.is_superuser or user.memberships.exists():
            audit.record("refused", f"user:{user.pk}", actor=user, method="vneid")
            raise ImmediateHttpResponse(render(request, "403.html", status=403))
        citizens.remember(user, sociallogin.claims)

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """Make account and citizen together."""
        with transaction.atomic():
            user: User = super().save_user(request, sociallogin, form)
            citizens.remember(user, sociallogin.claims)
        return user
