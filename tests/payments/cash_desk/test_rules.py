"""What a cashier may take, what is written of it and what is said first: without banks and threads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from agencies.models import AuditEntry, User
from core import live
from payments.cash_desk import collect
from payments.cash_desk.collect import Taking
from payments.errors import (
    BillHeld,
    BillNotPayable,
    InvalidBill,
    PaymentMayBeUnderWay,
    ShiftNotOpen,
    TerminalReferenceUsed,
)
from payments.models import Bill, Payment
from payments.signals import money_asked
from payments.status_queries import interactive
from tests.support import factories
from tests.support.payments.cases import case
from tests.support.payments.cash_desk import CARD, CASH, drawer, on_duty

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Payment]:
    """The attempts that the banks were asked about; no bank answers."""
    about: list[Payment] = []

    def ask_about(payments: Iterable[Payment]) -> list[Any]:
        about.extend(payments)
        return [None for _ in about]

    monkeypatch.setattr(interactive, "ask_about", ask_about)
    return about


def entry(action: str) -> AuditEntry:
    return AuditEntry.objects.get(action=action)


@pytest.mark.parametrize("taking", [CASH, CARD])
def test_what_was_taken_is_written_everywhere(cashier: User, taking: Taking, monkeypatch: pytest.MonkeyPatch) -> None:
    announced: list[list[str]] = []
    monkeypatch.setattr(live, "publish", announced.append)
    bill = factories.bill()
    payment = collect.take(bill, taking, cashier=cashier)
    assert (payment.state, payment.is_applied, payment.gateway, payment.amount) == ("paid", True, "counter", 150_000)
    assert payment.merchant_ref.startswith("QT")
    today = timezone.localdate()
    named = f"{taking.terminal_ref}/{today:%y%m%d}" if taking.terminal_ref else payment.merchant_ref
    assert payment.gateway_ref == named
    kept = payment.counter
    assert (kept.shift, kept.tender, kept.terminal_ref) == (drawer(cashier), taking.tender, taking.terminal_ref)
    assert kept.received_amount == taking.received
    told = payment.notifications.get()
    assert (told.source, told.amount) == ("counter", 150_000)
    assert told.facts == {"tender": taking.tender, "received": taking.received}
    assert payment.events.get(kind="payment_created").actor == cashier
    written = entry("counter_taken")
    assert (written.subject, written.actor, written.agency) == (f"collection:{bill.reference}", cashier, bill.agency)
    assert written.detail == {
        "tender": taking.tender,
        "amount": 150_000,
        "received": taking.received,
        "terminal_ref": taking.terminal_ref,
    }
    assert announced[-1] == [bill.token]


def partly(bill: Bill, amount: int, kind: str = "short") -> None:
    case(bill.agency, kind, amount, bill=bill)


def test_what_is_missing_is_taken_and_all_where_enough_came_unsettled(cashier: User) -> None:
    bill, other = factories.bill(), factories.bill()
    partly(bill, 50_000)
    partly(other, 150_000, kind="unknown_reference")
    assert (collect.amount_to_take(bill), collect.amount_to_take(other)) == (100_000, 150_000)
    with pytest.raises(InvalidBill):
        collect.take(bill, replace(CASH, received=99_999), cashier=cashier, despite_open=True)
    payment = collect.take(bill, replace(CASH, received=100_000), cashier=cashier, despite_open=True)
    assert payment.notifications.get().amount == 100_000
    assert Bill.objects.get(pk=bill.pk).state == "paid"


@pytest.mark.parametrize(
    ("taking", "field"),
    [
        (Taking("gold", 200_000), "tender"),
        (Taking("cash", 149_999), "received"),
        (Taking("pos", 150_000), "terminal_ref"),
        (Taking("cash", 150_000, "POS-1"), "terminal_ref"),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_written(cashier: User, taking: Taking, field: str) -> None:
    with pytest.raises(InvalidBill) as error:
        collect.take(factories.bill(), taking, cashier=cashier)
    assert error.value.field == field and not Payment.objects.exists()


def test_exactly_what_is_owed_is_enough(cashier: User) -> None:
    assert collect.take(factories.bill(), replace(CASH, received=150_000), cashier=cashier).is_applied


def test_only_an_open_drawer_of_ones_own_takes_money(cashier: User) -> None:
    collect.close_shift(drawer(cashier), counted_amount=500_000)
    on_duty()
    with pytest.raises(ShiftNotOpen):
        collect.take(factories.bill(), CASH, cashier=cashier)


def test_a_terminals_reference_stands_for_one_payment(cashier: User) -> None:
    first = collect.take(factories.bill(), CARD, cashier=cashier)
    collect.take(factories.bill(), CASH, cashier=cashier)
    collect.take(factories.bill(), CASH, cashier=cashier)
    with pytest.raises(TerminalReferenceUsed) as error:
        collect.take(factories.bill(), CARD, cashier=cashier)
    assert error.value.payment == first
    collect.take(factories.bill(), replace(CARD, terminal_ref="POS-2"), cashier=cashier)


def test_a_colleague_who_was_faster_with_a_reference_is_told_of(cashier: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking and writing: only the database knows by then."""
    first = collect.take(factories.bill(), CARD, cashier=cashier)
    monkeypatch.setattr(collect, "may_take", lambda *_, **__: drawer(cashier))
    with pytest.raises(TerminalReferenceUsed) as error:
        collect.take(factories.bill(), CARD, cashier=cashier)
    assert error.value.payment == first

    def broken(*_: Any) -> None:
        raise IntegrityError("of something else")

    monkeypatch.setattr(collect, "_book", broken)
    with pytest.raises(IntegrityError, match="something else"):
        collect.take(factories.bill(), CARD, cashier=cashier)


def test_what_closes_between_looking_and_booking_takes_nothing(cashier: User, monkeypatch: pytest.MonkeyPatch) -> None:
    shift, bill = drawer(cashier), factories.bill()
    monkeypatch.setattr(collect, "may_take", lambda *_, **__: shift)
    Bill.objects.filter(pk=bill.pk).update(state="cancelled")
    factories.bill()
    with pytest.raises(BillNotPayable):
        collect.take(bill, CASH, cashier=cashier)
    assert collect.take(bill, CARD, cashier=cashier).state == "paid", "the card was charged"
    collect.close_shift(shift, counted_amount=500_000)
    on_duty()
    with pytest.raises(ShiftNotOpen):
        collect.take(factories.bill(), CASH, cashier=cashier)


def test_cash_is_not_taken_for_what_nobody_should_pay_now(cashier: User) -> None:
    def held(sender: Any, bill: Bill, **_: Any) -> str:
        return "dừng"

    money_asked.connect(held)
    try:
        with pytest.raises(BillHeld):
            collect.take(factories.bill(), CASH, cashier=cashier)
        assert collect.take(factories.bill(), CARD, cashier=cashier).is_applied
    finally:
        money_asked.disconnect(held)


def test_only_attempts_in_doubt_of_this_bill_are_asked_about(cashier: User, asked: list[Payment]) -> None:
    bill, now = factories.bill(), timezone.now()
    unclear = factories.payment(of=bill, state="unknown")
    back = factories.payment(of=bill, gateway="vietinbank", returned_at=now)
    factories.payment(of=bill, gateway="vnpay")
    factories.payment(of=bill, state="failed", returned_at=now)
    factories.payment(state="unknown")
    with pytest.raises(PaymentMayBeUnderWay) as error:
        collect.ask_about_open(bill)
    assert set(asked) == {unclear, back}
    assert len(error.value.reasons) == 3, "each attempt under way, the one that is only open as well"


def test_what_the_question_settled_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    bill = factories.bill()
    factories.payment(of=bill, state="unknown")

    def paid(payments: Iterable[Payment]) -> list[Any]:
        list(payments)
        Bill.objects.filter(pk=bill.pk).update(state="paid", settled_at=timezone.now())
        return []

    monkeypatch.setattr(interactive, "ask_about", paid)
    collect.ask_about_open(bill)
    assert bill.state == "paid"


def reasons(of: Bill) -> list[str]:
    return collect.reasons_to_ask(Bill.objects.with_payments().get(pk=of.pk))


def test_why_a_second_payment_may_come_is_said_one_by_one() -> None:
    bill, now = factories.bill(), timezone.now()
    assert reasons(bill) == []
    partly(bill, 50_000, kind="unknown_reference")
    case(bill.agency, "charged_claim", 150_000, bill=bill)
    case(bill.agency, "charged_claim", 1, bill=bill, closed_at=now)
    case(bill.agency, "conflict", 2, bill=bill)
    opened = factories.payment(of=bill)
    unclear = factories.payment(of=bill, gateway="vietinbank", state="unknown")
    factories.payment(of=bill, state="failed")
    said = reasons(bill)
    began = f"{timezone.localtime(opened.created_at):%H:%M %d/%m}"
    assert [text.replace("\u00a0", " ") for text in said] == [
        "Đã nhận 50.000 đ cho khoản này mà chưa ghi nhận đã nộp: hỏi kế toán trước khi thu thêm.",
        "Người nộp đã báo bị trừ 150.000 đ: kế toán chưa trả lời.",
        f"VietinBank chưa trả lời rõ về 150.000 đ nộp lúc {began}.",
        f"Người nộp đang mở VNPT-Pay để nộp 150.000 đ, từ {began}: hỏi họ đã xác nhận ở đó chưa.",
    ]
    assert unclear.is_in_doubt
    Bill.objects.update(state="cancelled")
    assert reasons(bill) == []


def test_the_cashier_says_that_it_is_to_be_taken_all_the_same(cashier: User, asked: list[Payment]) -> None:
    bill = factories.bill()
    factories.payment(of=bill)
    with pytest.raises(PaymentMayBeUnderWay) as error:
        collect.take(bill, CASH, cashier=cashier)
    assert len(error.value.reasons) == 1 and not asked
    assert collect.take(bill, CASH, cashier=cashier, despite_open=True).is_applied


def test_a_button_that_was_pressed_twice_is_known_by_all_that_was_taken(cashier: User) -> None:
    bill = factories.bill()
    payment = collect.take(bill, CARD, cashier=cashier)
    assert collect.just_taken(bill, CARD, cashier=cashier) == payment
    for other in (Taking("cash", 150_000, "POS-1"), replace(CARD, received=1), replace(CARD, terminal_ref="x")):
        assert collect.just_taken(bill, other, cashier=cashier) is None
    assert collect.just_taken(factories.bill(), CARD, cashier=cashier) is None
    assert collect.just_taken(bill, CARD, cashier=on_duty()) is None
    assert timedelta(minutes=1) == collect.TWICE_WITHIN
    Payment.objects.update(created_at=timezone.now() - collect.TWICE_WITHIN)
    assert collect.just_taken(bill, CARD, cashier=cashier) is None


def test_before_any_money_moves_all_is_looked_at(cashier: User, asked: list[Payment]) -> None:
    collect.take(factories.bill(), CARD, cashier=cashier)
    with pytest.raises(TerminalReferenceUsed):
        collect.may_take(factories.bill(), CARD, cashier=cashier)
    bill = factories.bill()
    unclear = factories.payment(of=bill, state="unknown")
    with pytest.raises(PaymentMayBeUnderWay):
        collect.may_take(bill, CASH, cashier=cashier)
    assert asked == [unclear]
    collect.close_shift(drawer(cashier), counted_amount=500_000)
    with pytest.raises(ShiftNotOpen):
        collect.may_take(factories.bill(), CASH, cashier=cashier)


def test_money_is_taken_in_a_transaction_of_its_own(cashier: User) -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        collect.take(factories.bill(), CASH, cashier=cashier)
