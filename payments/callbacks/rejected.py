"""Rejected notifications (forged, malformed, for another merchant): stored and reported until reviewed.

Of a forgery only hash and sender are kept. A message for another merchant may be a bank's mistake
about somebody's money, so it is kept whole (R-13): it names a merchant that is none of ours, or is
signed by our bank for another terminal than the contract's.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from gateways.base import RawRequest
from payments.models import RejectedNotification
from payments.models.notifications import RejectionReason

logger = logging.getLogger(__name__)

#: Kept per gateway, reason and minute: enough to see an attack, too few to fill a disk.
KEPT_PER_MINUTE = 60
#: No protocol of ours needs more for one notification; what is longer is cut.
KEPT_BYTES = 16 * 1024
MISDIRECTED = (RejectionReason.UNKNOWN_MERCHANT, RejectionReason.WRONG_RECIPIENT)
FORGED = (RejectionReason.BAD_SIGNATURE, RejectionReason.MALFORMED)
#: So many forged messages within a day are an attack, or a key that changed at one side only.
BURST, BURST_SPAN = 20, timedelta(days=1)


def keep(gateway: str, request: RawRequest, reason: RejectionReason) -> None:
    """Write down one message that was refused; an alarm in the log when it completes a burst."""
    digest = hashlib.sha256(request.body or request.query.encode()).hexdigest()
    logger.warning("rejected notification: %s %s from %s sha256=%s", gateway, reason, request.remote_addr, digest)
    alike = RejectedNotification.objects.filter(gateway=gateway, reason=reason)
    if alike.filter(received_at__gte=timezone.now() - timedelta(minutes=1)).count() >= KEPT_PER_MINUTE:
        return
    is_whole = reason in MISDIRECTED
    RejectedNotification.objects.create(
        gateway=gateway,
        reason=reason,
        body_sha256=digest,
        remote_addr=request.remote_addr[:45],
        body=request.body[:KEPT_BYTES] if is_whole else b"",
        query=request.query[:KEPT_BYTES] if is_whole else "",
    )
    if forged().count() == BURST:
        logger.error("%d messages of banks were not believed since yesterday: forged, or a key has changed", BURST)


def misdirected() -> QuerySet[RejectedNotification]:
    """Return the unreviewed messages for other merchants."""
    return RejectedNotification.objects.filter(reviewed_at=None, reason__in=MISDIRECTED)


def forged() -> QuerySet[RejectedNotification]:
    """Return the unreviewed forged messages of the last day; from `BURST` on they are treated as an attack."""
    since = timezone.now() - BURST_SPAN
    return RejectedNotification.objects.filter(reviewed_at=None, received_at__gte=since, reason__in=FORGED)


def review(notifications: QuerySet[RejectedNotification]) -> int:
    """Mark messages as reviewed by a person; return how many."""
    return notifications.filter(reviewed_at=None).update(reviewed_at=timezone.now())
