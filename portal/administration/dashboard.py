"""The administration's first page: alerts, and gateways by hour."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from agencies.authorization import agencies_of, sees_everything
from agencies.models import Role
from payments.merchants import hourly_statistics

from . import alerts


def show(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what this person looks after (unfold's DASHBOARD_CALLBACK): the province all, an agency's its own."""
    user: Any = request.user
    is_provincial = sees_everything(user)
    roles = None if is_provincial else (Role.AGENCY_ADMIN,)
    all_alerts = alerts.of_agencies(user, agencies_of(user, timezone.localdate(), roles=roles))
    if is_provincial:
        all_alerts += alerts.of_province(user)
        context["hours"] = hourly_statistics.of_a_day()
    context["concerns"] = [concern for concern in all_alerts if concern.count]
    context["quiet"] = [concern for concern in all_alerts if not concern.count]
    return context
