"""What becomes of a notice that could not be applied: tried again, or set aside by a person with a reason."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import User
from payments.models import Notice
from payments.models.notifications import NoticeState

#: `Notice.result` of what a person set aside.
SET_ASIDE = "set_aside"


def retry(notice: Notice, *, actor: User) -> bool:
    """Give a quarantined notice another five attempts, from now on; False when it is not quarantined any more."""
    with transaction.atomic():
        moved = Notice.objects.filter(pk=notice.pk, state=NoticeState.QUARANTINED).update(
            state=NoticeState.NEW, attempts=0, next_attempt_at=Now(), processed_at=None
        )
        if moved:
            audit.record("notice_retried", f"notice:{notice.pk}", actor=actor)
    return bool(moved)


def set_aside(notice: Notice, *, reason: str, actor: User) -> bool:
    """Stop trying a quarantined notice; False when it is not quarantined any more.

    Its case stays open: whether money came is for the accountant to say, not for this button.
    """
    with transaction.atomic():
        moved = Notice.objects.filter(pk=notice.pk, state=NoticeState.QUARANTINED).update(
            state=NoticeState.IGNORED, result=SET_ASIDE, processed_at=timezone.now()
        )
        if moved:
            audit.record("notice_set_aside", f"notice:{notice.pk}", actor=actor, reason=reason)
    return bool(moved)
