"""A cashier's drawer: opened once, counted, explained and closed."""

from __future__ import annotations

import pytest
from django.utils import timezone

from agencies.models import AuditEntry, Role, User
from payments.cash_desk import collect
from payments.errors import InvalidBill, ShiftNotOpen
from tests.support import factories
from tests.support.payments.cash_desk import CARD, CASH, drawer, on_duty

pytestmark = pytest.mark.django_db


def entry(action: str) -> AuditEntry:
    return AuditEntry.objects.get(action=action)


@pytest.mark.parametrize(
    ("typed", "kept"), [("000 123", "000123"), (" 000123 ", "000123"), ("1" * 50, "1" * 40), ("", "")]
)
def test_a_terminals_reference_is_one_however_it_is_typed(typed: str, kept: str) -> None:
    assert collect.terminal_reference(typed) == kept


def test_a_drawer_is_opened_once() -> None:
    agency = factories.agency()
    user = factories.officer(agency, Role.CASHIER)
    shift = collect.open_shift(user, agency, opening_amount=7_000)
    assert (shift.agency, shift.cashier, shift.opening_amount, shift.closed_at) == (agency, user, 7_000, None)
    assert collect.open_shift(user, factories.agency(), opening_amount=1) == shift
    assert collect.open_shift(user, agency, opening_amount=1).opening_amount == 7_000
    written = entry("shift_open")
    assert (written.subject, written.actor, written.agency) == (f"shift:{shift.pk}", user, agency)
    assert written.detail == {"amount": 7_000}


def test_only_the_cash_of_a_drawer_is_in_it(cashier: User) -> None:
    colleague = on_duty(0)
    collect.take(factories.bill(), CASH, cashier=cashier)
    collect.take(factories.bill(), CARD, cashier=cashier)
    collect.take(factories.bill(30_000), CASH, cashier=colleague)
    assert collect.expected_amount(drawer(cashier)) == 650_000
    assert collect.expected_amount(drawer(colleague)) == 30_000


def test_a_drawer_is_counted_explained_and_closed_once(cashier: User) -> None:
    shift = drawer(cashier)
    for word in ("", "  "):
        with pytest.raises(InvalidBill) as error:
            collect.close_shift(shift, counted_amount=499_000, note=word)
        assert error.value.field == "note"
    began = timezone.now()
    closed = collect.close_shift(shift, counted_amount=499_000, note=f" {'x' * 300} ")
    closed.refresh_from_db()
    assert (closed.expected_amount, closed.counted_amount, closed.note) == (500_000, 499_000, "x" * 255)
    assert closed.closed_at and closed.closed_at >= began
    written = entry("shift_close")
    assert (written.subject, written.actor, written.agency) == (f"shift:{shift.pk}", cashier, shift.agency)
    assert written.detail == {"difference": -1_000}
    with pytest.raises(ShiftNotOpen):
        collect.close_shift(shift, counted_amount=499_000, note="x")


def test_a_drawer_that_adds_up_needs_no_word_and_only_it_is_closed(cashier: User) -> None:
    other = drawer(on_duty())
    assert collect.close_shift(drawer(cashier), counted_amount=500_000).note == ""
    other.refresh_from_db()
    assert other.closed_at is None


def test_after_closing_another_drawer_is_opened(cashier: User) -> None:
    first = drawer(cashier)
    collect.close_shift(first, counted_amount=500_000)
    second = collect.open_shift(cashier, first.agency, opening_amount=1)
    assert second != first and second.closed_at is None


def test_a_count_names_the_difference_and_closes_nothing(cashier: User) -> None:
    shift, closed = drawer(cashier), drawer(on_duty(0))
    collect.close_shift(closed, counted_amount=0)
    assert collect.count(shift, counted_amount=500_000) == 0
    assert collect.count(shift, counted_amount=499_000, note="x") == -1_000
    for word in ("", "  "):
        with pytest.raises(InvalidBill) as error:
            collect.count(shift, counted_amount=501_000, note=word)
        assert error.value.field == "note"
    assert drawer(cashier).closed_at is None
    with pytest.raises(ShiftNotOpen):
        collect.count(closed, counted_amount=0)
