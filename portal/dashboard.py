"""The administration's first page: what needs attention, first of all, and how the gateways did hour by hour."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from agencies.models import Role
from agencies.rights import sees_everything
from agencies.scope import agencies_of
from payments import gateway_hours

from . import concerns


def show(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add what this person looks after (unfold's DASHBOARD_CALLBACK): the province all, an agency's its own."""
    user: Any = request.user
    is_provincial = sees_everything(user)
    roles = None if is_provincial else (Role.AGENCY_ADMIN,)
    found = concerns.of_agencies(user, agencies_of(user, timezone.localdate(), roles=roles))
    if is_provincial:
        found += concerns.of_province(user)
        context["hours"] = gateway_hours.of_a_day()
    context["concerns"] = [concern for concern in found if concern.count]
    context["quiet"] = [concern for concern in found if not concern.count]
    return context
