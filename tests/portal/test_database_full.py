"""PostgreSQL that takes no more connections, or no more data: "come again", nothing half written, then all of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from payments import heartbeats, tasks
from payments.callbacks import inbox
from payments.models import Bill, Notification, Receipt
from payments.models.notifications import NotificationState
from payments.settlement import ledger_check
from payments.states import BillState
from tests.support import factories, running
from tests.support.away import assert_come_again
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def no_connection_left() -> Iterator[None]:
    """One session holds the only place the database has."""
    name = connection.settings_dict["NAME"]
    with running.other_session() as holder, holder.cursor() as cursor:
        holder.commit()
        holder.autocommit = True
        cursor.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 1')
        connection.close()
        try:
            yield
        finally:
            cursor.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT -1')


def notify(message: dict[str, Any]) -> Any:
    return Client().post("/gateways/vnptpay/notify", json.dumps(message), content_type="application/json")


def test_without_a_connection_the_bank_is_told_to_come_again_and_then_its_money_counts() -> None:
    payment = factories.payment()
    message = confirm(payment)
    with no_connection_left():
        assert_come_again(notify(message))  # before we know whose key signs an answer, HTTP says it
        assert_come_again(Client().get(f"/thanh-toan/{payment.bill.token}/"))
        with pytest.raises(OperationalError):
            tasks.drain_leftovers()  # keep_sweeping tries the round again
    assert post(message)["RESPONSE_CODE"] == "00"
    with no_connection_left():
        assert json.loads(notify(message).content)["RESPONSE_CODE"] == "08"  # the contract is remembered: "busy"
    assert tasks.drain_leftovers() == 1
    assert Bill.objects.get().state == BillState.PAID
    assert ledger_check.check() == []


@contextmanager
def disk_full(table: str) -> Iterator[None]:
    """What PostgreSQL says when a table cannot grow (SQLSTATE 53100), said by a trigger; real: drill "disk full"."""
    with connection.cursor() as cursor:
        cursor.execute(
            """CREATE FUNCTION test_disk_full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                   RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100';
               END $$"""
        )
        cursor.execute(f"CREATE TRIGGER test_full BEFORE INSERT ON {table} EXECUTE FUNCTION test_disk_full()")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION test_disk_full CASCADE")


def test_a_notification_for_which_there_is_no_room_is_answered_busy_and_taken_later() -> None:
    payment = factories.payment()
    with disk_full("payments_notification"):
        assert post(confirm(payment))["RESPONSE_CODE"] == "08"
    assert post(confirm(payment))["RESPONSE_CODE"] == "00"
    inbox.drain_all()
    assert Bill.objects.get().state == BillState.PAID


@pytest.mark.parametrize("table", ["payments_ledgerevent", "payments_receipt", "payments_discrepancy"])
def test_without_room_to_book_everything_waits_whole_and_nothing_is_quarantined(table: str) -> None:
    """A batch of money that fits, is short and comes twice: none of it may be half written."""
    agency = factories.agency()
    whole, short = (factories.payment(of=factories.bill(of=agency)) for _ in range(2))
    post(confirm(whole))
    post(confirm(short, amount=short.amount - 1000))
    with disk_full(table):
        for _ in range(6):
            with pytest.raises(OperationalError):
                inbox.drain()
        assert Notification.objects.filter(state=NotificationState.NEW, attempts=0).count() == 2
        assert not Receipt.objects.exists()
    assert inbox.drain_all() == 2
    assert set(Bill.objects.values_list("state", flat=True)) == {BillState.PAID, BillState.OPEN}
    assert ledger_check.check() == []


def test_a_full_disk_is_no_sign_of_life() -> None:
    post(confirm(factories.payment()))
    with disk_full("payments_ledgerevent"), pytest.raises(OperationalError):
        tasks.drain_leftovers()
    assert "sweeper" in heartbeats.silent()
