"""Three months of a few attempts under the true sweeper and a false clock (I11): asked, ended, and late money."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest

from gateways.base import Answer, Outcome
from payments.callbacks import inbox
from payments.checkout import start as checkout
from payments.checkout.start import QR_LIFETIME
from payments.models import Discrepancy, Payment
from payments.settlement import ledger_check
from payments.states import BillState, PaymentState
from payments.status_queries import query as status_queries
from tests.support import factories

from .bank import SimBank, SimCard, SimTransfer, Temper, sign
from .silence import ROUND
from .stage import BEGINNING, Clock, post, prepared, scene


class _NotedBank(SimBank):
    """Notes when it was asked about each order."""

    def __init__(self) -> None:
        super().__init__(random.Random(1), Temper(drops=1.0), lambda _gateway, _body: Answer.ACCEPTED)
        self.asked_at: dict[str, list[timedelta]] = {}

    def ask(self, ref: str) -> Outcome:
        self.asked_at.setdefault(ref, []).append(self.now - BEGINNING)
        return super().ask(ref)


def live_until(clock: Clock, day: float) -> None:
    """Sweep whenever something is due, to the end of that day."""
    end = BEGINNING + timedelta(days=day)
    while clock.now < end:
        for gateway in status_queries.gateways_due():
            assert status_queries.check_due(gateway) <= status_queries.BUDGET
        due = Payment.objects.exclude(next_check_at=None).order_by("next_check_at").first()
        moment = due.next_check_at if due and due.next_check_at else end
        clock.move_to(min(max(clock.now + ROUND, moment), end))


@pytest.mark.django_db
def test_what_nobody_pays_is_asked_about_for_ninety_days_and_then_ended_and_late_money_is_taken_all_the_same() -> None:
    random.seed(1)  # the jitter of the questions
    bank = _NotedBank()
    with prepared() as agency, scene(bank, lambda: None) as (clock, _death):
        never = {
            gateway: checkout.start(factories.bill(of=agency), gateway, client_ip="")
            for gateway in (SimCard.slug, SimTransfer.slug)
        }
        month_late = checkout.start(factories.bill(of=agency), SimCard.slug, client_ip="")
        live_until(clock, 30)
        bank.pay(bank.orders[month_late.merchant_ref])
        live_until(clock, 31.5)
        assert _state(month_late) == (PaymentState.PAID, BillState.PAID)
        live_until(clock, 89)
        assert {_state(payment) for payment in never.values()} == {(PaymentState.UNKNOWN, BillState.OPEN)}
        live_until(clock, 93)
        assert {_state(payment) for payment in never.values()} == {(PaymentState.EXPIRED, BillState.OPEN)}
        assert not Payment.objects.exclude(next_check_at=None).exists()
        for payment in never.values():
            _assert_asked_to_the_end(payment, bank.asked_at[payment.merchant_ref])

        # Nobody asks any more, but the door stays open: an open bill takes the money, a paid one makes it surplus.
        card, transfer = never[SimCard.slug], never[SimTransfer.slug]
        _tell(bank, card)
        again = checkout.start(transfer.bill, SimCard.slug, client_ip="")
        _tell(bank, again)
        _tell(bank, transfer)
        assert _state(card) == _state(again) == _state(transfer) == (PaymentState.PAID, BillState.PAID)
        assert [discrepancy.payment_id for discrepancy in Discrepancy.objects.filter(kind="surplus")] == [transfer.pk]
        assert ledger_check.check() == []


def _state(payment: Payment) -> tuple[str, str]:
    payment = Payment.objects.select_related("bill").get(pk=payment.pk)
    return payment.state, payment.bill.state


def _assert_asked_to_the_end(payment: Payment, ages: list[timedelta]) -> None:
    days = {age.days for age in ages}
    gaps = [days_after - days_before for days_before, days_after in zip(sorted(days), sorted(days)[1:], strict=False)]
    assert max(gaps) <= 2
    assert min(days) == 0
    assert 89 <= max(days) <= 91
    # The bank's budget: 15 minutes apart on the first day, hourly while a code lives, then once a day.
    hours = QR_LIFETIME.days * 24 if payment.gateway == SimTransfer.slug else 1
    assert len(ages) < 24 * 4 + 25 + hours * 1.2 + 90 * 1.2


def _tell(bank: SimBank, payment: Payment) -> None:
    money = bank.pay(bank.orders[payment.merchant_ref])
    message = {"ref": money.ref, "state": "paid", "bank_ref": money.bank_ref, "amount": money.amount}
    assert post(money.gateway, json.dumps({**message, "signature": sign(message)}).encode()) == Answer.ACCEPTED
    inbox.drain_all()
