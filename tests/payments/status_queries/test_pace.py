"""How often a bank is asked about one attempt, by its age alone: no database, no clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from payments.checkout.start import QR_LIFETIME, REDIRECT_LIFETIME
from payments.models import Payment
from payments.states import PaymentState
from payments.status_queries.query import LOOK_BACK, next_check_after

SENT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def attempt(lifetime: timedelta, state: PaymentState = PaymentState.SENT) -> Payment:
    return Payment(sent_at=SENT, created_at=SENT, expires_at=SENT + lifetime, state=state)


def asked_at(payment: Payment) -> list[timedelta]:
    """The ages at which the sweeper alone asks."""
    ages, now = [timedelta(0)], SENT
    while (later := next_check_after(payment, now)) is not None:
        now = later
        ages.append(now - SENT)
    return ages


def longest_gap(ages: list[timedelta], begin: timedelta, end: timedelta) -> timedelta:
    return max(after - before for before, after in pairwise(ages) if begin <= before < end)


@pytest.mark.parametrize("lifetime", [REDIRECT_LIFETIME, QR_LIFETIME])
def test_who_pays_within_twelve_minutes_is_found_within_two_minutes(lifetime: timedelta) -> None:
    ages = asked_at(attempt(lifetime))
    assert longest_gap(ages, timedelta(0), timedelta(minutes=12)) < timedelta(minutes=2)
    assert longest_gap(ages, timedelta(0), timedelta(hours=23)) < timedelta(minutes=30)
    assert LOOK_BACK - timedelta(days=2) < ages[-1] < LOOK_BACK + timedelta(days=2)


def test_what_cannot_be_paid_any_more_is_asked_about_rarely() -> None:
    ages = asked_at(attempt(REDIRECT_LIFETIME, PaymentState.EXPIRED))
    in_the_first_day = [age for age in ages if age < timedelta(days=1)]
    assert len(in_the_first_day) < 50
    assert len(ages) - len(in_the_first_day) < 100


def test_pressing_check_now_puts_off_nothing() -> None:
    payment = attempt(QR_LIFETIME)
    payment.check_count = 40
    later = next_check_after(payment, SENT + timedelta(seconds=100))
    assert later is not None
    assert later < SENT + timedelta(seconds=170)
