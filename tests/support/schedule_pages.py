"""The administration's pages of fee schedules."""

from __future__ import annotations

from django.test import Client

from agencies.models import User
from procedures.models import FeeSchedule
from tests.support.signing_in import browser_of


def signed_in(name: str, *, is_superuser: bool = True) -> Client:
    user = User.objects.create_user(name, password="a long test password", is_staff=True, is_superuser=is_superuser)
    return browser_of(user)


def page(of: FeeSchedule, step: str = "change") -> str:
    return f"/admin/procedures/feeschedule/{of.pk}/{step}/"
