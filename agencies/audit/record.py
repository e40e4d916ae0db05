"""Writes audit entries. Writing takes no lock: `audit.chain` links them afterwards."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from agencies.models import Agency, AuditEntry, User
from core.http import came_from


def record(action: str, subject: str, *, actor: User | None, agency: Agency | None = None, **detail: Any) -> None:
    """Append one entry, in the caller's transaction if there is one: what is undone was not done."""
    AuditEntry.objects.create(
        at=timezone.now(),
        actor=actor,
        action=action,
        subject=subject[:80],
        agency=agency,
        address=came_from.get(),
        detail=detail,
    )
