"""Dead letters: retried, or set aside by a person with a reason."""

from __future__ import annotations

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from agencies.audit import record as audit
from agencies.models import User
from payments import discrepancies
from payments.models import Notification
from payments.models.notifications import SET_ASIDE, NotificationState

from . import inbox


def retry(notification: Notification, *, actor: User) -> bool:
    """Give a quarantined notification another five attempts, from now on; False when it is not quarantined any more."""
    with transaction.atomic():
        moved = Notification.objects.filter(pk=notification.pk, state=NotificationState.QUARANTINED).update(
            state=NotificationState.NEW, attempts=0, next_attempt_at=Now(), processed_at=None
        )
        if moved:
            agency = notification.merchant_account.agency
            audit.record("notification_retried", f"notification:{notification.pk}", actor=actor, agency=agency)
    return bool(moved)


def retry_at_once(notification: Notification, *, actor: User) -> bool:
    """Give it another five attempts and make the first now; return whether it is through. Call outside a transaction.

    Its case is closed with it.
    """
    if retry(notification, actor=actor):
        inbox.drain(limit=1, ids=[notification.pk])
        discrepancies.close_overtaken()
    notification.refresh_from_db()
    return notification.state not in (NotificationState.NEW, NotificationState.QUARANTINED)


def set_aside(notification: Notification, *, reason: str, actor: User) -> bool:
    """Stop trying a quarantined notification; False when it is not quarantined any more.

    Its discrepancy stays open: whether money came is for the accountant to say, not for this button.
    """
    with transaction.atomic():
        moved = Notification.objects.filter(pk=notification.pk, state=NotificationState.QUARANTINED).update(
            state=NotificationState.IGNORED, result=SET_ASIDE, processed_at=timezone.now()
        )
        if moved:
            audit.record("notification_set_aside", f"notification:{notification.pk}", actor=actor, reason=reason)
    return bool(moved)
