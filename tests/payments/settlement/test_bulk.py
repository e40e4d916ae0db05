"""What the bulk statement settles is what the rules settle, row for row, and never more.

Each comparison plays its scenario both ways and counts how many notifications each settled:
where the bulk statement settles nothing, the comparison would be of the rules with themselves.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from gateways.base import OutcomeState
from payments.bills import create as bills
from payments.callbacks import inbox
from payments.models import Bill, Notification, Payment, Receipt
from payments.models.notifications import NotificationState
from payments.settlement import bulk as settlement_bulk
from payments.settlement import ledger_check
from payments.states import OPEN_PAYMENT_STATES, PaymentState
from tests.support.situations import SITUATIONS
from tests.support.two_ways import Scenario, Ways

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Ways:
    return Ways(monkeypatch)


def beside_a_plain_one(play: Callable[[Scenario], Any]) -> Callable[[Scenario], Any]:
    """A plain notification in the same batch: without any, the statement that settles would not run at all."""

    def both(world: Scenario) -> None:
        agency = world.new_agency()
        play(world)
        world.notify(world.payment(of=world.bill(of=agency)))

    return both


@pytest.mark.parametrize("name", SITUATIONS)
def test_in_each_situation_both_ways_write_the_same(name: str, ways: Ways) -> None:
    play, in_bulk, by_rules = SITUATIONS[name]
    now = timezone.now()
    bulk = ways.play(beside_a_plain_one(play), now, in_bulk=True)
    rules = ways.play(beside_a_plain_one(play), now, in_bulk=False)
    assert (bulk.in_bulk, bulk.by_rules) == (in_bulk + 1, by_rules)
    assert (rules.in_bulk, rules.by_rules) == (0, in_bulk + 1 + by_rules)
    assert bulk.written == rules.written


def anything(chance: random.Random) -> Callable[[Scenario], Any]:
    """Forty bills of two agencies, one with a book of phí only, a closed day, and mostly plain notifications."""

    def play(world: Scenario) -> None:
        agencies = [world.agency, world.new_agency(kinds=["phi"])]
        for number in range(40):
            kinds = chance.choice([("phi",), ("phi", "le_phi"), ("phi", "phi")])
            bill = world.bill([(kind, chance.randrange(1, 9) * 1000) for kind in kinds], of=chance.choice(agencies))
            gateways = ["vnptpay", "vietinbank"]
            chance.shuffle(gateways)
            state = chance.choice(OPEN_PAYMENT_STATES)
            payments = [world.payment(of=bill, gateway=gateways[0], state=state, next_check_at=world.now)]
            if chance.random() < 0.2:
                payments.append(world.payment(of=bill, gateway=gateways[1]))
            if not number:
                world.close(payments[0].merchant_account, noon(world).date())
            if chance.random() < 0.2 and PaymentState.UNKNOWN not in [payment.state for payment in payments]:
                bills.cancel_bill(bill, reason="thử")
            for payment in payments:
                send_anything(world, payment, chance)

    return play


def noon(world: Scenario) -> datetime:
    """Noon of yesterday: what happens then has the same date whenever the test runs."""
    return timezone.localtime(world.now).replace(hour=12, minute=0) - timedelta(days=1)


def send_anything(world: Scenario, payment: Payment, chance: random.Random) -> None:
    """Send one notification or two: most of them plain, the others anything but."""
    changes: list[dict[str, Any]] = [
        {"amount": payment.amount - 1},
        {"currency": "USD"},
        {"account": "999"},
        {"state": OutcomeState.FAILED},
        {"state": OutcomeState.PENDING},
        {"gateway_ref": "SAME"},
    ]
    kind = chance.choice(["plain"] * 20 + ["changed"] * 8 + ["twice", "after another"])
    occurred_at = noon(world) - timedelta(days=chance.randrange(5))
    if kind in ("changed", "after another"):
        world.notify(payment, occurred_at=occurred_at, **chance.choice(changes))
    if kind != "changed":
        world.notify(payment, occurred_at=occurred_at)
    if kind == "twice":
        world.notify(payment, occurred_at=occurred_at)


@pytest.mark.parametrize("seed", range(6))
def test_both_ways_write_the_same_of_whatever_comes(seed: int, ways: Ways) -> None:
    now = timezone.now()
    bulk = ways.play(anything(random.Random(seed)), now, in_bulk=True)
    rules = ways.play(anything(random.Random(seed)), now, in_bulk=False)
    assert bulk.in_bulk >= 10 and bulk.by_rules >= 1
    assert (rules.in_bulk, rules.by_rules) == (0, bulk.in_bulk + bulk.by_rules)
    assert bulk.written == rules.written


def test_only_notifications_that_wait_are_settled() -> None:
    world = Scenario(timezone.now())
    waiting, processed = world.notify(world.payment()), world.notify(world.payment())
    Notification.objects.filter(pk=processed).update(state=NotificationState.QUARANTINED)
    with transaction.atomic():
        assert settlement_bulk.settle([waiting, processed]).notification_ids == {waiting}
        assert settlement_bulk.settle([waiting]).notification_ids == set()


def test_only_the_notifications_that_are_given_are_settled() -> None:
    world = Scenario(timezone.now())
    payment = world.payment()
    given = world.notify(payment, gateway_ref="SAME")
    world.notify(payment, gateway_ref="SAME")
    world.notify(world.payment())
    with transaction.atomic():
        assert settlement_bulk.settle([given]).notification_ids == {given}
    assert Receipt.objects.count() == 1


def test_what_changed_while_the_statement_waited_for_its_locks_is_seen() -> None:
    world = Scenario(timezone.now())
    payment = world.payment()
    notification_id = world.notify(payment)
    settled: list[frozenset[int]] = []

    def settle() -> None:
        try:
            with transaction.atomic():
                settled.append(settlement_bulk.settle([notification_id]).notification_ids)
        finally:
            connection.close()

    waiting = threading.Thread(target=settle)
    with transaction.atomic():
        Bill.objects.select_for_update().get(pk=payment.bill_id)
        waiting.start()
        wait_until_somebody_waits_for_a_lock()
        Payment.objects.filter(pk=payment.pk).update(state=PaymentState.EXPIRED)
    waiting.join()
    assert settled == [frozenset()]


def wait_until_somebody_waits_for_a_lock() -> None:
    deadline = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits for a lock")


def test_the_tokens_of_settled_bills_are_announced() -> None:
    world = Scenario(timezone.now())
    payment = world.payment()
    with transaction.atomic():
        assert settlement_bulk.settle([world.notify(payment)]).tokens == (payment.bill.token,)


def test_a_batch_of_plain_notifications_takes_the_same_few_statements(django_assert_num_queries: Any) -> None:
    world = Scenario(timezone.now())
    for count in (3, 12):
        for _ in range(count):
            world.notify(world.payment())
        with django_assert_num_queries(15):
            inbox.drain()
    assert Receipt.objects.count() == 15
    assert ledger_check.check() == []
