"""The administration's page of a person, as a browser sends it."""

from __future__ import annotations

from typing import Any

from agencies.models import Agency, User


def form(user: User, *roles: tuple[Agency, str, str, str], existing: int = 0, **values: Any) -> dict[str, Any]:
    """Their roles, each as agency, role and its two dates; the first `existing` are those they hold."""
    rows: dict[str, Any] = {"memberships-TOTAL_FORMS": len(roles), "memberships-INITIAL_FORMS": existing}
    held = list(user.memberships.order_by("pk"))
    for number, (agency, role, since, until) in enumerate(roles):
        prefix = f"memberships-{number}-"
        rows |= {
            f"{prefix}id": held[number].pk if number < existing else "",
            f"{prefix}user": user.pk,
            f"{prefix}agency": agency.pk,
            f"{prefix}role": role,
            f"{prefix}valid_during_0": since,
            f"{prefix}valid_during_1": until,
        }
    return {"username": user.username, "is_active": "on", **rows, **values}
