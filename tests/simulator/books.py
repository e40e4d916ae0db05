"""One bill kept as settlement keeps it, and everything that may be told of it: no database, no clock."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from gateways.base import OutcomeState
from payments.settlement.rules import MOST_TIMES, Decision, GatewayEvent, PaymentFacts, decide
from payments.states import BillState, PaymentState, bill_edge, payment_edge

AMOUNT = 150_000
_OPINIONS = (OutcomeState.FAILED, OutcomeState.CANCELLED, OutcomeState.PENDING, OutcomeState.UNKNOWN)

Delivery = tuple[str, GatewayEvent]


@dataclass
class Book:
    """One bill and its attempts; an edge that is not listed raises."""

    states: dict[str, PaymentState]
    bill: BillState = BillState.OPEN
    bank_refs: dict[str, str] = field(default_factory=dict)
    booked: dict[str, int] = field(default_factory=dict)
    #: The reference of each payment that settled the bill: as many receipts and messages go out.
    applied: list[str] = field(default_factory=list)
    surplus: int = 0

    def hear(self, delivery: Delivery) -> None:
        """Decide and carry out."""
        self.write(delivery, self.read(delivery))

    def read(self, delivery: Delivery) -> Decision:
        """Decide by what stands in the book now."""
        ref, event = delivery
        facts = PaymentFacts(self.states[ref], AMOUNT, self.bank_refs.get(ref, ""), self.bill)
        return decide(event, facts, frozenset(), is_booked=_key(delivery) in self.booked)

    def write(self, delivery: Delivery, decision: Decision) -> None:
        """Carry out what was decided."""
        ref, event = delivery
        if decision.payment_to:
            payment_edge(self.states[ref], decision.payment_to)
            self.states[ref] = decision.payment_to
            if decision.payment_to == PaymentState.PAID:
                self.bank_refs[ref] = event.gateway_ref
        if decision.books_money:
            self.booked[_key(delivery)] = self.booked.get(_key(delivery), 0) + (event.amount or 0)
            surplus = (event.amount or 0) - (AMOUNT if decision.settles_bill else 0)
            if surplus:
                assert decision.discrepancy, "surplus without a case"
                self.surplus += surplus
        if decision.settles_bill:
            bill_edge(self.bill, BillState.PAID)
            self.bill = BillState.PAID
            self.applied.append(ref)

    @property
    def end(self) -> tuple[BillState, int, int, int]:
        """What must not depend on the order of the news."""
        return self.bill, sum(self.booked.values()), self.surplus, len(self.applied)


def settles(event: GatewayEvent) -> bool:
    """Whether money like this settles the bill, if it is the first: a transfer may be too much, within reason."""
    most = MOST_TIMES * AMOUNT if event.is_transfer else AMOUNT
    return event.outcome == OutcomeState.PAID and AMOUNT <= (event.amount or 0) <= most


def _key(delivery: Delivery) -> str:
    return delivery[1].gateway_ref or f"ref:{delivery[0]}"


def history(rng: random.Random) -> tuple[dict[str, PaymentState], list[Delivery]]:
    """Attempts, and every delivery about them."""
    states: dict[str, PaymentState] = {}
    deliveries: list[Delivery] = []
    for number in range(rng.randint(1, 3)):
        ref, is_transfer = f"R{number}", rng.random() < 0.5
        states[ref] = rng.choice([PaymentState.CREATED, PaymentState.SENT, PaymentState.UNKNOWN, PaymentState.EXPIRED])
        for _ in range(rng.randint(0, 2)):
            deliveries.append((ref, GatewayEvent(rng.choice(_OPINIONS), None, "", "", "", is_transfer)))
        for charge in range(rng.randint(0, 3 if is_transfer else 1)):
            amount = rng.choice([AMOUNT, AMOUNT, AMOUNT - 1, AMOUNT + 1, AMOUNT * 100])
            bank_ref = f"B{number}{charge}"
            deliveries.append((ref, GatewayEvent(OutcomeState.PAID, amount, "VND", "", bank_ref, is_transfer)))
            if not is_transfer and amount == AMOUNT and rng.random() < 0.3:
                deliveries.append(
                    (ref, GatewayEvent(OutcomeState.PAID, amount, "", "", "", is_transfer))
                )  # the same with less detail
    return states, deliveries
