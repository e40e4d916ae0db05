"""Times of read-only mode: announce, extend, end, and the check of every request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import User
from core.cached_value import CachedValue
from portal.models import ReadOnlySpan

#: Every page announces a span from this long before it begins.
ANNOUNCED_BEFORE = timedelta(days=3)
#: Every process hears of a change so much later.
KEPT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Announcement:
    """What pages say at a moment: the span that is on, else the next one that is near."""

    now: ReadOnlySpan | None
    ahead: ReadOnlySpan | None


def _coming() -> tuple[ReadOnlySpan, ...]:
    return tuple(ReadOnlySpan.objects.filter(ended_at__gt=timezone.now()).order_by("began_at"))


coming: CachedValue[tuple[ReadOnlySpan, ...]] = CachedValue(_coming, seconds=KEPT_SECONDS, empty=())


def under_way() -> ReadOnlySpan | None:
    """Return the span that is on; of several the one that lasts longest."""
    now = timezone.now()
    current = [span for span in coming() if span.began_at <= now < span.ended_at]
    return max(current, key=lambda span: span.ended_at, default=None)


def announcement() -> Announcement:
    """Return what the banner of a page says."""
    now = timezone.now()
    near = (span for span in coming() if now < span.began_at <= now + ANNOUNCED_BEFORE)
    return Announcement(under_way(), next(near, None))


def announce(began_at: datetime, ended_at: datetime, *, reason: str, actor: User) -> ReadOnlySpan:
    """Plan a span, or begin it now; every page announces it from three days before."""
    with transaction.atomic(durable=True):
        span = ReadOnlySpan.objects.create(
            began_at=began_at, ended_at=ended_at, reason=reason[:200], announced_by=actor
        )
        _record("read_only_announced", span, actor, reason=reason)
    coming.forget()
    return span


def end_at(span: ReadOnlySpan, moment: datetime, *, actor: User) -> None:
    """Move the end: now to end it, later to prolong it. One that has not begun is called off; a past one stays."""
    with transaction.atomic(durable=True):
        read_only_span = ReadOnlySpan.objects.select_for_update().get(pk=span.pk)
        if read_only_span.ended_at <= timezone.now():
            return
        read_only_span.ended_at = max(moment, read_only_span.began_at)
        read_only_span.save(update_fields=["ended_at"])
        _record("read_only_end_moved", read_only_span, actor)
    coming.forget()


def _record(action: str, span: ReadOnlySpan, actor: User, **detail: Any) -> None:
    audit.record(
        action,
        f"read-only:{span.pk}",
        actor=actor,
        began_at=span.began_at.isoformat(),
        ended_at=span.ended_at.isoformat(),
        **detail,
    )
