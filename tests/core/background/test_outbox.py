"""What waits in a table is claimed once, and tried again after pauses that grow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from core.background.outbox import Backoff, claim_due, send_each
from payments.models import Notification
from tests.support import factories, running

SECOND = timedelta(seconds=1)


def test_pauses_come_in_order_then_the_longest_again_and_again() -> None:
    backoff = Backoff((SECOND, 5 * SECOND), 60 * SECOND)
    assert [backoff.after(failures) for failures in (1, 2, 3, 9)] == [SECOND, 5 * SECOND, 60 * SECOND, 60 * SECOND]


def test_without_a_longest_pause_it_is_given_up() -> None:
    assert Backoff((SECOND,)).after(2) is None


def test_growing_pauses_double_up_to_the_longest() -> None:
    backoff = Backoff.growing(30 * SECOND, 100 * SECOND)
    assert [backoff.after(failures) for failures in (1, 2, 3, 4)] == [
        30 * SECOND,
        60 * SECOND,
        100 * SECOND,
        100 * SECOND,
    ]


def test_jitter_only_lengthens() -> None:
    backoff = Backoff((100 * SECOND,), jitter=0.1)
    pauses = {backoff.after(1) for _ in range(50)}
    assert len(pauses) > 1
    assert all(pause and 100 * SECOND <= pause <= 110 * SECOND for pause in pauses)


def waiting(count: int) -> list[int]:
    account = factories.payment().merchant_account
    return [
        Notification.objects.create(
            gateway=account.gateway, event_key=f"k{number}", merchant_account=account, outcome="paid", digest="x"
        ).pk
        for number in range(count)
    ]


@pytest.mark.django_db(transaction=True)
def test_a_claimed_row_is_due_for_nobody_else_until_its_lease_is_over() -> None:
    ids = waiting(3)
    due = Notification.objects.filter(next_attempt_at__lte=timezone.now() + SECOND).order_by("pk")
    first = claim_due(due, lease=timedelta(minutes=1), limit=2)
    second = claim_due(due, lease=timedelta(minutes=1), limit=2)
    assert [[row.pk for row in rows] for rows in (first, second)] == [ids[:2], ids[2:]]


@pytest.mark.django_db(transaction=True)
def test_rows_somebody_holds_are_skipped() -> None:
    ids = waiting(2)
    with running.other_session() as session, session.cursor() as cursor:
        cursor.execute("BEGIN; SELECT 1 FROM payments_notification WHERE id = %s FOR UPDATE", [ids[0]])
        rows = claim_due(Notification.objects.order_by("pk"), lease=SECOND, limit=5)
        session.rollback()
    assert [row.pk for row in rows] == ids[1:]


@pytest.mark.django_db(transaction=True)
def test_what_is_not_chosen_stays_due() -> None:
    waiting(2)
    due = Notification.objects.filter(next_attempt_at__lte=timezone.now() + SECOND).order_by("pk")
    claim_due(due, lease=timedelta(minutes=1), limit=2, choose=lambda rows: rows[1:])
    assert due.count() == 1


@pytest.mark.django_db
def test_a_claim_inside_a_transaction_is_refused(django_assert_num_queries: Any) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        claim_due(Notification.objects.order_by("pk"), lease=SECOND, limit=1)


@pytest.mark.django_db(transaction=True)
def test_what_a_sender_that_died_had_in_hand_waits_for_its_lease_and_the_rest_goes_out() -> None:
    ids = waiting(3)
    due = Notification.objects.filter(next_attempt_at__lte=timezone.now() + SECOND).order_by("pk")
    taken: list[int] = []

    def dies(row: Notification) -> bool:
        raise OSError

    def send(row: Notification) -> bool:
        assert not transaction.get_connection().in_atomic_block
        taken.append(row.pk)
        return row.pk != ids[1]

    with pytest.raises(OSError):
        send_each(due, dies, lease=timedelta(minutes=1), most=5)
    assert send_each(due, send, lease=timedelta(minutes=1), most=5) == 1
    assert taken == ids[1:]
