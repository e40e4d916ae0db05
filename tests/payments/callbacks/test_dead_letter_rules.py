"""What is tried again and what is set aside of what could not be worked off: row by row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agencies.models import AuditEntry, User
from payments.callbacks import dead_letters, inbox
from payments.models import Notification
from tests.support import factories
from tests.support.payments.cases import case, fresh
from tests.support.payments.settling import owed, told

pytestmark = pytest.mark.django_db
TO_COME = timezone.now() + timedelta(hours=1)


@pytest.fixture
def actor() -> User:
    return factories.officer(factories.agency())


def stuck(**values: Any) -> Notification:
    given: dict[str, Any] = {
        "state": "quarantined",
        "attempts": 5,
        "next_attempt_at": TO_COME,
        "processed_at": timezone.now(),
    }
    return told(owed(), **{**given, **values})


def test_another_five_attempts_from_now_on(actor: User) -> None:
    notification, other = stuck(), stuck()
    assert dead_letters.retry(notification, actor=actor)
    notification.refresh_from_db()
    assert (notification.state, notification.attempts, notification.processed_at) == ("new", 0, None)
    assert notification.next_attempt_at <= timezone.now()
    other.refresh_from_db()
    assert (other.state, other.attempts) == ("quarantined", 5)
    written = AuditEntry.objects.get(action="notification_retried")
    agency = notification.merchant_account.agency
    assert (written.subject, written.actor, written.agency) == (f"notification:{notification.pk}", actor, agency)
    assert not dead_letters.retry(notification, actor=actor)
    assert AuditEntry.objects.filter(action="notification_retried").count() == 1


def test_at_once_it_goes_through_with_its_case_and_no_other(actor: User) -> None:
    notification, other = stuck(), stuck(state="new", next_attempt_at=timezone.now() - timedelta(hours=1))
    waiting = case(kind="quarantined", notification=notification)
    assert dead_letters.retry_at_once(notification, actor=actor)
    assert notification.state == "done" and fresh(waiting).closed_at
    other.refresh_from_db()
    assert other.state == "new"


@pytest.mark.parametrize(("before", "is_through"), [("new", False), ("done", True), ("ignored", True)])
def test_what_waits_for_nobody_is_left_as_it_is(before: str, is_through: bool, actor: User) -> None:
    notification = stuck(state=before)
    assert dead_letters.retry_at_once(notification, actor=actor) == is_through
    assert notification.state == before and not AuditEntry.objects.exists()


def test_what_fails_again_is_not_through(actor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    notification = stuck()
    monkeypatch.setattr(inbox, "drain", lambda **_: Notification.objects.update(state="quarantined"))
    assert not dead_letters.retry_at_once(notification, actor=actor)


def test_what_is_set_aside_is_not_tried_again_and_its_case_stays(actor: User) -> None:
    notification, other = stuck(processed_at=None), stuck()
    waiting = case(kind="quarantined", notification=notification)
    assert dead_letters.set_aside(notification, reason="thử", actor=actor)
    notification.refresh_from_db()
    other.refresh_from_db()
    assert (notification.state, notification.result, other.state) == ("ignored", "set_aside", "quarantined")
    assert notification.processed_at and fresh(waiting).closed_at is None
    written = AuditEntry.objects.get(action="notification_set_aside")
    assert (written.subject, written.actor) == (f"notification:{notification.pk}", actor)
    assert written.detail == {"reason": "thử"}
    assert not dead_letters.set_aside(notification, reason="thử", actor=actor)
    assert AuditEntry.objects.filter(action="notification_set_aside").count() == 1
