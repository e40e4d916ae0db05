"""The province at the page of gateways."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from agencies.models import Role
from tests.support import factories
from tests.support.signing_in import browser_of


def province(role: Role = Role.PROVINCE_ADMIN) -> Client:
    return browser_of(factories.officer(factories.agency(), role))


def moment(hours: float) -> str:
    return f"{timezone.localtime(timezone.now() + timedelta(hours=hours)):%Y-%m-%dT%H:%M}"
