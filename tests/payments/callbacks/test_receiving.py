"""What the inbox keeps of a message, and what it answers: column by column, without HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from gateways import base
from gateways.base import Answer, OutcomeState
from payments.callbacks import inbox, incoming
from payments.callbacks.inbox import receive
from payments.models import Notification, Payment
from payments.models.notifications import NotificationSource
from tests.support import factories
from tests.support.payments.callbacks import saying

pytestmark = pytest.mark.django_db
NOON = timezone.now().replace(microsecond=0) - timedelta(days=1)


def kept() -> Notification:
    return Notification.objects.latest("pk")


def test_everything_is_kept_as_far_as_a_column_goes() -> None:
    payment = factories.payment()
    account = payment.merchant_account
    request = base.RawRequest("POST", "/x", "a=b", {"User-Agent": "bank"}, b"<body>", "192.0.2.1")
    message = saying(
        payment,
        merchant_ref="M" * 70,
        gateway_ref="G" * 70,
        currency="VND456789",
        account="1" * 50,
        is_transfer=True,
        occurred_at=NOON,
        facts={"text": "a\0b", "at": NOON},
    )
    received = receive(message, account, source=NotificationSource.QUERY, request=request)
    row = kept()
    assert received == inbox.Received(row.pk, Answer.NOT_FOUND, is_new=True)
    assert (row.gateway, row.event_key, row.source, row.merchant_account) == ("vnptpay", "E1", "query", account)
    assert (row.merchant_ref, row.gateway_ref, row.outcome) == ("M" * 64, "G" * 64, "paid")
    assert (row.amount, row.currency, row.account) == (150_000, "VND45678", "1" * 40)
    assert (row.is_transfer, row.occurred_at) == (True, NOON)
    assert row.facts == {"text": "ab", "at": str(NOON)}
    assert (bytes(row.body), row.query, row.headers) == (b"<body>", "a=b", {"User-Agent": "bank"})
    assert (row.remote_addr, row.digest) == ("192.0.2.1", incoming.digest(message))
    assert (row.state, row.result, row.attempts, row.error) == ("new", "", 0, "")


def test_what_came_by_no_request_is_a_callback_with_nothing_of_one() -> None:
    payment = factories.payment()
    receive(saying(payment, currency=None), payment.merchant_account)
    row = kept()
    assert (row.source, bytes(row.body), row.query, row.headers, row.remote_addr) == ("callback", b"", "", {}, "")
    assert row.currency == ""


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, Answer.ACCEPTED),
        ({"amount": None}, Answer.ACCEPTED),
        ({"amount": 149_999}, Answer.WRONG_AMOUNT),
        ({"amount": 1, "state": OutcomeState.FAILED}, Answer.ACCEPTED),
        ({"merchant_ref": "NOBODY"}, Answer.NOT_FOUND),
        ({"gateway": "vietinbank"}, Answer.NOT_FOUND),
    ],
)
@pytest.mark.parametrize("is_repeated", [False, True])
def test_each_message_has_its_answer_and_again_when_it_is_repeated(
    changes: dict[str, Any], answer: Answer, is_repeated: bool
) -> None:
    payment = factories.payment()
    factories.payment()
    message = saying(payment, **changes)
    first = receive(message, payment.merchant_account)
    assert (first.answer, first.is_new) == (answer, True)
    if is_repeated:
        again = receive(message, payment.merchant_account)
        replayed = Answer.REPLAY if answer == Answer.ACCEPTED else answer
        assert again == inbox.Received(first.notification_id, replayed, is_new=False)
    assert Notification.objects.count() == 1


@pytest.mark.parametrize(
    ("state", "gateway_ref", "answer"),
    [("paid", "FT1", Answer.REPLAY), ("paid", "FT2", Answer.ACCEPTED), ("unknown", "FT1", Answer.ACCEPTED)],
)
def test_money_that_is_booked_is_told_of_again(state: str, gateway_ref: str, answer: Answer) -> None:
    payment = factories.payment()
    Payment.objects.update(state=state, gateway_ref=gateway_ref, paid_at=timezone.now())
    assert receive(saying(payment), payment.merchant_account).answer == answer


@pytest.mark.parametrize(
    ("first", "second", "result"),
    [("paid", "paid", "conflict"), ("failed", "paid", ""), ("paid", "failed", ""), ("failed", "pending", "")],
)
def test_one_event_with_other_facts_is_kept_beside_the_first(first: str, second: str, result: str) -> None:
    payment = factories.payment()
    one = saying(payment, state=OutcomeState(first))
    other = replace(one, state=OutcomeState(second), amount=151_000)
    receive(one, payment.merchant_account)
    received = receive(other, payment.merchant_account)
    row = kept()
    assert received == inbox.Received(row.pk, Answer.CONFLICT, is_new=True)
    assert (row.event_key, row.result) == (f"E1#{incoming.digest(other)[:16]}", result)
    assert (row.amount, row.digest, row.source) == (151_000, incoming.digest(other), "callback")
    earlier = Notification.objects.get(event_key="E1")
    assert receive(other, payment.merchant_account) == inbox.Received(earlier.pk, Answer.CONFLICT, is_new=False)
    assert Notification.objects.count() == 2


@pytest.mark.parametrize("is_same", [True, False])
def test_a_twin_that_came_in_the_same_moment_is_looked_up(is_same: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL refuses the second row and does not yet show the first."""
    payment = factories.payment()
    message = saying(payment)
    first = receive(message, payment.merchant_account)
    receive(saying(payment, event_key="E2"), payment.merchant_account)
    receive(saying(payment, gateway="vietinbank"), payment.merchant_account)
    real, calls = inbox._insert, []

    def blind(*args: Any) -> Any:
        calls.append(args)
        row = real(*args)
        return (row[0], None, None, *row[3:]) if len(calls) == 1 else row

    monkeypatch.setattr(inbox, "_insert", blind)
    again = receive(message if is_same else replace(message, amount=1), payment.merchant_account)
    if is_same:
        assert again == inbox.Received(first.notification_id, Answer.REPLAY, is_new=False)
    else:
        assert (again.answer, again.is_new) == (Answer.CONFLICT, True)


def test_among_many_events_the_same_one_is_found() -> None:
    payment = factories.payment()
    for key in ("E0", "E1", "E2"):
        receive(saying(payment, event_key=key, gateway_ref=f"FT-{key}"), payment.merchant_account)
    receive(saying(payment, gateway="vietinbank", gateway_ref="FT-other"), payment.merchant_account)
    again = receive(saying(payment, gateway_ref="FT-E1"), payment.merchant_account)
    first = Notification.objects.get(gateway="vnptpay", event_key="E1")
    assert again == inbox.Received(first.pk, Answer.REPLAY, is_new=False)


def test_another_gateways_event_of_this_name_is_another_event() -> None:
    payment = factories.payment()
    receive(saying(payment), payment.merchant_account)
    assert receive(saying(payment, gateway="vietinbank"), payment.merchant_account).is_new


def test_only_money_told_of_twice_is_a_contradiction() -> None:
    payment = factories.payment()
    paid = receive(saying(payment), payment.merchant_account).notification_id
    failed = saying(payment, event_key="E2", state=OutcomeState.FAILED)
    other = receive(failed, payment.merchant_account).notification_id
    assert incoming.is_paid_twice(saying(payment), paid)
    assert not incoming.is_paid_twice(saying(payment), other)
    assert not incoming.is_paid_twice(failed, paid)
    assert not incoming.is_paid_twice(saying(payment), None)


@pytest.mark.parametrize("minutes", [-10_000, 0, 9, 11])
def test_a_time_to_come_is_not_believed_beyond_what_clocks_differ(minutes: int) -> None:
    assert timedelta(minutes=10) == incoming.LONGEST_AHEAD
    at: datetime = timezone.now() + timedelta(minutes=minutes)
    assert incoming.believable(at) == (at if minutes < 10 else None)
    assert incoming.believable(None) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"merchant_ref": "x"},
        {"gateway_ref": "x"},
        {"state": OutcomeState.FAILED},
        {"amount": 1},
        {"currency": "USD"},
        {"account": "1"},
    ],
)
def test_each_fact_that_decides_makes_another_message(changes: dict[str, Any]) -> None:
    message = saying(factories.payment())
    assert incoming.digest(message) != incoming.digest(replace(message, **changes))
    same = replace(message, event_key="E9", occurred_at=NOON, facts={"x": 1}, is_transfer=True)
    assert incoming.digest(message) == incoming.digest(same)
