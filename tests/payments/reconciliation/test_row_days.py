"""Rows of closed days, and of days that can hardly be right: day by day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from psycopg2.extras import DateRange

from payments.models import ClosedDay, LedgerEvent, MerchantAccount, Statement, StatementRow
from payments.reconciliation import row_days
from payments.reconciliation.identity import DAYS_APART
from tests.support import factories
from tests.support.payments.rows import booked, row, statement
from tests.support.payments.settling import NOON, owed

pytestmark = pytest.mark.django_db
DAY = NOON.date()
BEFORE = DAY - timedelta(days=1)


@pytest.fixture
def account() -> MerchantAccount:
    return owed().merchant_account


def close(account: MerchantAccount, day: date) -> None:
    values = dict.fromkeys(("our_amount", "our_count", "bank_amount", "bank_count"), 0)
    by = factories.officer(account.agency)
    ClosedDay.objects.create(merchant_account=account, day=day, closed_by=by, **values)


def states(*rows: StatementRow) -> list[str]:
    return [StatementRow.objects.get(pk=each.pk).state for each in rows]


def test_new_rows_of_a_closed_day_wait(account: MerchantAccount) -> None:
    close(account, DAY)
    other = factories.merchant(factories.agency(), "vnptpay")
    close(other, BEFORE)
    of = statement(account)
    rows = [row(of, "B1", 1), row(of, "B2", value_date=BEFORE), row(of, "B3", -5), row(of, "B4", state="debit")]
    elsewhere = row(statement(account), "B5")
    row_days.set_closed_aside(of)
    assert states(*rows, elsewhere) == ["locked", "new", "locked", "debit", "new"]


@pytest.mark.parametrize(
    ("earlier", "state"),
    [
        ({"state": "matched"}, "new"),
        ({"state": "discrepancy"}, "new"),
        ({"state": "matched", "amount": 1}, "new"),
        ({"state": "new"}, "locked"),
        ({"state": "locked"}, "locked"),
        ({"state": "foreign"}, "locked"),
        ({"state": "debit"}, "locked"),
        ({"state": "matched", "gateway_ref": "B2"}, "locked"),
        ({"state": "discrepancy", "amount": -150_000}, "locked"),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_what_a_closed_day_knows_may_come_again(
    earlier: dict[str, Any], state: str, sign: int, account: MerchantAccount
) -> None:
    close(account, DAY)
    values = {"gateway_ref": "B1", "amount": 150_000, **earlier}
    row(statement(account), **{**values, "amount": sign * values["amount"]})
    row(statement(factories.merchant(factories.agency(), "vnptpay")), "B1", sign * 150_000, state="matched")
    of = statement(account)
    row(of, "B1", -sign * 150_000, state="matched")
    mine = row(of, "B1", sign * 150_000)
    row_days.set_closed_aside(of)
    assert states(mine) == [state]


def test_the_file_itself_is_no_earlier_one(account: MerchantAccount) -> None:
    close(account, DAY)
    of = statement(account)
    row(of, "B1", -150_000, state="discrepancy")
    mine = row(of, "B1", -5)
    row_days.set_closed_aside(of)
    assert states(mine) == ["locked"]


def test_a_day_that_is_open_again_lets_its_rows_in(account: MerchantAccount) -> None:
    now = timezone.now()
    of = statement(account, state="done", lease_until=now, finished_at=now)
    preview = statement(account, state="preview", finished_at=now)
    other = statement(account, state="done", finished_at=now)
    rows = [
        row(of, "B1", state="locked"),
        row(of, "B2", state="locked", value_date=BEFORE),
        row(of, "B3", state="debit"),
    ]
    shown, done = row(preview, "B4", state="locked"), row(other, "B5", state="matched")
    elsewhere = row(statement(factories.merchant(factories.agency(), "vnptpay")), "B6", state="locked")
    row_days.let_in(account, DAY)
    assert states(*rows, shown, done, elsewhere) == ["new", "locked", "debit", "new", "matched", "locked"]
    for each, state, is_finished in ((of, "applying", False), (preview, "preview", True), (other, "done", True)):
        each.refresh_from_db()
        assert (each.state, bool(each.finished_at)) == (state, is_finished)
    assert of.lease_until is None


def odd(of: Statement) -> list[str]:
    return list(row_days.odd(of).order_by("pk").values_list("gateway_ref", flat=True))


def test_a_day_to_come_or_outside_of_the_contract_is_odd(account: MerchantAccount) -> None:
    today = timezone.localdate()
    account.valid_during = DateRange(today - timedelta(days=9), today - timedelta(days=1))
    account.save()
    of = statement(account)
    for name, day in (
        ("to come", today + timedelta(days=1)),
        ("today", today),
        ("at the end", today - timedelta(days=1)),
        ("the last", today - timedelta(days=2)),
        ("the first", today - timedelta(days=9)),
        ("before", today - timedelta(days=10)),
    ):
        row(of, name, value_date=day)
    row(of, "foreign", value_date=today + timedelta(days=1), state="foreign")
    row(of, "debit", value_date=today + timedelta(days=1), state="debit")
    row(statement(account), "elsewhere", value_date=today + timedelta(days=1))
    assert odd(of) == ["to come", "today", "at the end", "before"]
    account.valid_during = DateRange(None, None)
    account.save()
    assert odd(Statement.objects.get(pk=of.pk)) == ["to come"]


def test_a_day_far_from_that_in_the_ledger_is_odd_and_says_which_that_is() -> None:
    payment = owed()
    account = payment.merchant_account
    event = booked(payment, "B1")
    assert event.value_date == DAY
    of = statement(account)
    for days, is_odd in ((-4, True), (-3, False), (0, False)):
        mine = row(of, "B1", value_date=DAY + timedelta(days=days))
        assert odd(of) == (["B1"] if is_odd else [])
        if is_odd:
            assert row_days.odd(of).get().booked_on == DAY  # type: ignore[attr-defined]
        mine.delete()
    assert timedelta(days=3) == DAYS_APART
    row(of, "B2", value_date=DAY - timedelta(days=9))
    key = f"vietinbank:{account.pk}:B3"
    LedgerEvent.objects.create(kind="payment_reversed", bill=payment.bill, amount=-1, money_key=key, value_date=DAY)
    row(of, "B3", value_date=DAY - timedelta(days=9))
    other = statement(factories.merchant(factories.agency(), "vnptpay"))
    row(other, "B1", value_date=DAY - timedelta(days=9))
    assert odd(of) == odd(other) == []
