"""Clocks that are wrong, the bank's or this machine's: money settles once, and no time decides about it (R-65)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from payments.callbacks import inbox, incoming
from payments.models import LedgerEvent, Notification, Payment, Receipt
from payments.models.notifications import NotificationState
from payments.settlement import ledger_check
from payments.states import BillState, PaymentState
from payments.status_queries import query as status_queries
from tests.support import factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
SKEWS = [timedelta(hours=-26), timedelta(hours=-3), timedelta(minutes=-10), timedelta(minutes=10), timedelta(hours=3)]
YEARS = [timedelta(days=-20 * 365), timedelta(days=70 * 365)]


@contextmanager
def this_machine_is_wrong_by(skew: timedelta) -> Iterator[None]:
    """Python's clock is wrong; PostgreSQL's is not."""
    with time_machine.travel(timezone.now() + skew, tick=True):
        yield


def assert_settled_once(payment: Payment) -> None:
    payment.refresh_from_db()
    assert (payment.state, payment.bill.state) == (PaymentState.PAID, BillState.PAID)
    assert Receipt.objects.filter(payment=payment).count() == 1
    assert ledger_check.check() == []


@pytest.mark.parametrize("skew", [*SKEWS, *YEARS], ids=str)
def test_whatever_time_the_bank_tells_its_money_settles_and_falls_on_no_day_to_come(skew: timedelta) -> None:
    payment, now = factories.payment(), timezone.now()
    told_at = (now + skew).astimezone(VIETNAM)
    assert post(confirm(payment, PAY_DATE=f"{told_at:%Y%m%d%H%M%S}"))["RESPONSE_CODE"] == "00"
    inbox.drain_all()
    assert_settled_once(payment)
    day = LedgerEvent.objects.get(kind="payment_paid").value_date
    is_believed = skew <= incoming.LONGEST_AHEAD
    assert day == (told_at.date() if is_believed else timezone.localdate(now))
    assert Receipt.objects.get().issued_at - now < timedelta(minutes=1)


def test_a_second_before_midnight_in_vietnam_is_that_day_though_it_is_afternoon_in_utc() -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    last, first = factories.payment(), factories.payment()
    post(confirm(last, PAY_DATE=f"{yesterday:%Y%m%d}235959"))
    post(confirm(first, PAY_DATE=f"{yesterday:%Y%m%d}000000"))
    inbox.drain_all()
    assert set(LedgerEvent.objects.filter(kind="payment_paid").values_list("value_date", flat=True)) == {yesterday}
    late = datetime.combine(yesterday, datetime.min.time(), VIETNAM) + timedelta(days=1, seconds=-1)
    last.refresh_from_db()
    assert last.paid_at == late


@pytest.mark.parametrize("skew", SKEWS, ids=str)
def test_a_machine_whose_clock_is_wrong_settles_and_waits_as_long_as_any_other(skew: timedelta) -> None:
    payment = factories.payment()
    with this_machine_is_wrong_by(skew):
        post(confirm(payment))
        post(confirm("MCNOBODYKNOWS1", amount=5_000))
        # A slow clock must not make what was put off due at once: this would go round for hours.
        assert inbox.drain_all() == 2
        assert inbox.drain_all() == 0
        assert Notification.objects.filter(state=NotificationState.NEW).count() == 1
    assert_settled_once(payment)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM next_attempt_at - now()) FROM payments_notification WHERE state = 'new'"
        )
        assert 15 < cursor.fetchone()[0] <= 20


def test_a_clock_that_jumps_ahead_ends_an_attempt_too_early_and_its_money_still_counts() -> None:
    payment = factories.payment()
    with this_machine_is_wrong_by(timedelta(hours=3)):
        status_queries._expire_if_over(payment, timezone.now())
    payment.refresh_from_db()
    assert payment.state == PaymentState.EXPIRED
    post(confirm(payment))
    inbox.drain_all()
    assert_settled_once(payment)
