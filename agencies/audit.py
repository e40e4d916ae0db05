"""The one door for audit entries. Writing one waits for nobody: `audit_chain` links them afterwards."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from django.utils import timezone

from .models import Agency, AuditEntry, User

#: The network address of the request being answered; empty outside of requests.
came_from: ContextVar[str] = ContextVar("came_from", default="")


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
