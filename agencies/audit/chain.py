"""Links audit entries into a signed chain and verifies it.

Each link's SHA-256 covers the entry and the link before it. One round at a time (advisory lock)
links what was committed since the last; whoever writes an entry never waits for it. The last
link of a batch is signed with a key that is not in the database, so that a superuser of
PostgreSQL who computes the whole chain anew is found out too (docs/decisions/0006-the-audit-is-linked-afterwards.md).
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta

from django.core.signing import BadSignature, Signer
from django.db import connection, transaction
from django.utils import timezone

from agencies.models import AuditEntry, AuditLink

logger = logging.getLogger(__name__)

_LOCK = 4_404_404
BATCH = 1000
#: A transaction that wrote its entry this long before it was committed is still linked.
LONGEST_TRANSACTION = timedelta(hours=1)
#: Entries older than this without a link mean that no sweeper runs, or that a link was removed.
LINKED_WITHIN = timedelta(minutes=10)
_signer = Signer(salt="agencies.audit.chain")


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place where the chain does not hold."""

    position: int
    entry: int | None
    why: str


def link_due() -> int:
    """Link up to `BATCH` entries that have no link, oldest first; return how many. Safe to run twice at once."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        head = AuditLink.objects.select_related("entry").order_by("-position").first()
        unlinked = AuditEntry.objects.filter(link=None).order_by("id")
        if head:
            unlinked = unlinked.filter(at__gte=head.entry.at - LONGEST_TRANSACTION)
        position, before = (head.position, head.hash) if head else (0, "")
        links = []
        for entry in unlinked[:BATCH]:
            position += 1
            before = hash_of(position, before, entry)
            links.append(AuditLink(position=position, entry=entry, hash=before))
        if links:
            links[-1].signature = _signer.signature(str(links[-1]))
            AuditLink.objects.bulk_create(links)
            # In the log, which leaves this machine, the head cannot be taken back: `verify_audit --head`.
            logger.info("audit linked to %s", links[-1])
    return len(links)


def hash_of(position: int, before: str, entry: AuditEntry) -> str:
    """Return the hash of a link: over its place, the hash before it and everything the entry says."""
    content = [
        position,
        before,
        entry.pk,
        entry.at.astimezone(UTC).isoformat(),
        entry.actor_id,
        entry.action,
        entry.subject,
        entry.agency_id,
        entry.address,
        entry.detail,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def first_fault(head: str = "") -> Fault | None:
    """Walk the whole chain and return where it breaks first, or None.

    `head` is one that was noted elsewhere (`position:hash`): the chain must still go through it.
    """
    position, before, signature = 0, "", ""
    noted, _colon, noted_hash = head.partition(":")
    for link, entry in _chain():
        position += 1
        if link.position != position:
            return Fault(position, None, "a link is missing")
        if entry is None:
            return Fault(position, link.entry_id, "the entry was removed")
        if link.hash != hash_of(position, before, entry):
            return Fault(position, entry.pk, "the entry or its link was changed")
        before, signature = link.hash, link.signature
        if signature and not _is_signed(link):
            return Fault(position, entry.pk, "the signature is not ours")
        if str(position) == noted and link.hash != noted_hash:
            return Fault(position, entry.pk, "another chain than the one that was noted")
    if position and not signature:
        return Fault(position, None, "the end of the chain is not signed: links after it were removed")
    if noted and int(noted) > position:
        return Fault(position + 1, None, "the chain ends before the head that was noted")
    late = AuditEntry.objects.filter(link=None, at__lt=timezone.now() - LINKED_WITHIN).order_by("id").first()
    return Fault(position + 1, late.pk, "an entry was never linked, or its link was removed") if late else None


def _chain() -> Iterator[tuple[AuditLink, AuditEntry | None]]:
    """Yield every link with its entry, which may be gone: a superuser can switch foreign keys off."""
    after = -1
    while links := list(AuditLink.objects.filter(position__gt=after).order_by("position")[:BATCH]):
        entries = AuditEntry.objects.in_bulk([link.entry_id for link in links])
        yield from ((link, entries.get(link.entry_id)) for link in links)
        after = links[-1].position


def _is_signed(link: AuditLink) -> bool:
    try:
        _signer.unsign(f"{link}:{link.signature}")
    except BadSignature:
        return False
    return True
