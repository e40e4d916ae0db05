"""The one door for audit entries."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from .models import Agency, AuditEntry, User

_LOCK = 4_404_404


def record(action: str, subject: str, *, actor: User | None, agency: Agency | None = None, **detail: Any) -> None:
    """Append one entry to the chain, in the caller's transaction if there is one.

    Takes an advisory lock until the transaction ends, so entries have one order.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        previous = AuditEntry.objects.order_by("-id").values_list("hash", flat=True).first() or ""
        at = timezone.now()
        entry = AuditEntry(
            at=at,
            actor=actor,
            action=action,
            subject=subject,
            agency=agency,
            detail=detail,
            previous_hash=previous,
        )
        entry.hash = chain_hash(entry)
        entry.save()


def chain_hash(entry: AuditEntry) -> str:
    """Return the hash of an entry over its content and the hash before it."""
    content = [
        entry.previous_hash,
        entry.at.isoformat(),
        entry.actor_id,
        entry.action,
        entry.subject,
        entry.agency_id,
        entry.detail,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
