"""Hypothesis against a model of a few lines: what is booked, and which bills are paid, after any sequence of acts."""

from __future__ import annotations

import os
import random
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from agencies.models import Agency
from payments.bills import create as bills_create
from payments.callbacks import inbox
from payments.checkout import start as checkout
from payments.errors import BillHasMoney, BillHeld, BillNotPayable, GatewayNotOffered
from payments.models import Bill, LedgerEvent, Notification, Payment, Receipt
from payments.models.notifications import NotificationState
from payments.settlement import apply as settlement
from payments.settlement import ledger_check
from payments.settlement.rules import Decision, GatewayEvent, PaymentFacts, decide
from payments.status_queries import query as status_queries
from tests.support import factories

from .bank import Money, Order, SimBank, SimCard, SimTransfer, Temper
from .stage import post, prepared, scene

GATEWAYS = st.sampled_from([SimCard.slug, SimTransfer.slug])


@dataclass
class Truth:
    """The model of one bill: the money heard of, in order, and whether it was closed before."""

    bill: Bill
    heard: list[Money] = field(default_factory=list)
    state: str = "open"

    def hear(self, money: Money) -> None:
        """The first right amount settles an open bill; everything else is kept as surplus."""
        if money in self.heard:
            return
        self.heard.append(money)
        if self.state == "open" and money.amount == self.bill.amount:
            self.state = "paid"


class Counter(RuleBasedStateMachine):
    """A counter with bills, payers, a bank that tells at once, and workers that come when they like."""

    agency: Agency
    bills = Bundle("bills")
    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.bank = SimBank(random.Random(0), Temper(), post)
        self._stack = ExitStack()
        self.clock, _ = self._stack.enter_context(scene(self.bank, lambda: None))
        self.truths: dict[int, Truth] = {}
        self.untold: list[Money] = []
        self.bill_of: dict[str, Truth] = {}

    def teardown(self) -> None:
        """Roll everything back."""
        self._stack.close()

    @initialize(target=bills, amount=st.integers(1, 10**9))
    def first_bill(self, amount: int) -> Truth:
        return self.new_bill_of(amount)

    @rule(target=bills, amount=st.integers(1, 10**9))
    def another_bill(self, amount: int) -> Truth:
        return self.new_bill_of(amount)

    def new_bill_of(self, amount: int) -> Truth:
        truth = Truth(factories.bill(amount=amount, of=self.agency))
        self.truths[truth.bill.pk] = truth
        return truth

    @rule(target=orders, truth=bills, gateway=GATEWAYS)
    def start(self, truth: Truth, gateway: str) -> Order | MultipleResults[Order]:
        self.clock.pass_by(10)
        try:
            payment = checkout.start(truth.bill, gateway, client_ip="")
        except BillNotPayable:
            assert truth.state != "open"
            return multiple()
        except (BillHeld, GatewayNotOffered):  # all of it has come, or a part, and a page would charge all
            assert truth.heard  # the bill in hand may be older than its state
            return multiple()
        assert truth.state == "open" and payment.amount == truth.bill.amount
        self.bill_of[payment.merchant_ref] = truth
        return self.bank.orders[payment.merchant_ref]

    @rule(order=orders, difference=st.sampled_from([0, 0, 0, -1, 1, 1000]), is_drained=st.booleans())
    def pay(self, order: Order, difference: int, is_drained: bool) -> None:
        if order.amount + difference <= 0:
            return
        before = len(self.bank.money)
        money = self.bank.pay(order, order.amount + difference)
        self.bank.deliver()
        if len(self.bank.money) > before:
            self.untold.append(money)
        if is_drained:
            self.drain(1)

    @rule(order=orders, is_drained=st.booleans())
    def refuse(self, order: Order, is_drained: bool) -> None:
        if order.gateway == SimCard.slug:
            self.bank.refuse(order)
            self.bank.deliver()
        if is_drained:
            self.drain(1)

    @rule(times=st.integers(1, 3))
    def drain(self, times: int) -> None:
        for _ in range(times):
            inbox.drain_all()
        for money in self.untold:
            self.bill_of[money.ref].hear(money)
        self.untold.clear()

    @rule(truth=bills, difference=st.sampled_from([0, 0, 1]))
    def declined_and_paid_after_all(self, truth: Truth, difference: int) -> None:
        """Rare by chance, common in life: the card is refused, we have said so, and then it is charged."""
        started = self.start(truth, SimCard.slug)
        if isinstance(started, Order):
            self.refuse(started, is_drained=True)
            self.pay(started, difference, is_drained=False)

    @rule(order=orders)
    def check(self, order: Order) -> None:
        """Asking tells of the first money of a reference, though its notification may still wait."""
        self.clock.pass_by(10)
        status_queries.check(Payment.objects.select_related("merchant_account").get(merchant_ref=order.ref))
        if order.money:
            self.bill_of[order.ref].hear(order.money[0])

    @rule(truth=bills)
    def cancel(self, truth: Truth) -> None:
        try:
            bills_create.cancel_bill(truth.bill, reason="withdrawn")
        except BillNotPayable:
            assert truth.state != "open"
        except BillHasMoney:
            assert any(payment.is_in_doubt for payment in truth.bill.payments.all())
        else:
            assert truth.state == "open"
            truth.state = "cancelled"

    @rule(hours=st.integers(1, 48))
    def wait(self, hours: int) -> None:
        self.clock.pass_by(hours * 3600)

    @invariant()
    def the_books_agree_with_the_model(self) -> None:
        states = dict(Bill.objects.values_list("pk", "state"))
        assert states == {pk: truth.state for pk, truth in self.truths.items()}
        booked = sorted(LedgerEvent.objects.exclude(money_key="").values_list("bill_id", "amount"))
        assert booked == sorted((pk, money.amount) for pk, truth in self.truths.items() for money in truth.heard)
        paid = sorted(pk for pk, state in states.items() if state == "paid")
        assert sorted(Receipt.objects.values_list("bill_id", flat=True)) == paid
        assert not Notification.objects.filter(state=NotificationState.QUARANTINED).exists()
        assert [v for v in ledger_check.check() if v.invariant != "I4"] == []  # I4: here notifications wait on purpose


def run(examples: int, phases: Collection[Phase] = tuple(Phase)) -> None:
    """Play so many courses; a failure is shown at its shortest."""
    run_state_machine_as_test(
        Counter,
        settings=settings(
            max_examples=examples,
            stateful_step_count=15,
            deadline=None,
            database=None,
            derandomize="SEEDS" not in os.environ,  # the suite is the same each time; SEEDS looks elsewhere
            phases=phases,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


@pytest.mark.django_db
def test_the_counter_does_what_its_model_says() -> None:
    with prepared() as Counter.agency:
        run(max(1, int(os.environ.get("SEEDS") or 1000) // 25))


@pytest.mark.django_db
def test_control_a_counter_that_believes_in_failure_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open Forms 5942: "failed" taken for final. The machine must find the payer who pays after all."""

    def believing(
        event: GatewayEvent, payment: PaymentFacts | None, accounts: frozenset[str], *, is_booked: bool
    ) -> Decision:
        if payment and payment.state in ("failed", "cancelled"):
            return Decision("too_late", NotificationState.IGNORED)
        return decide(event, payment, accounts, is_booked=is_booked)

    monkeypatch.setattr(settlement, "decide", believing)
    with prepared() as Counter.agency, pytest.raises(AssertionError):
        run(60, phases=[Phase.generate])  # no need to shorten what it finds
