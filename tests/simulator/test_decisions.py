"""The pure decisions alone, seed by seed, without a database: any order, any repetition of the news ends the same."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field

from gateways.base import OutcomeState
from payments.decisions import News, PaymentFacts, decide
from payments.states import BillState, PaymentState, bill_edge, payment_edge

FIRST = int(os.environ.get("SEED") or 0)
SEEDS = 10 * int(os.environ.get("SEEDS") or 1000)
AMOUNT = 150_000
_OPINIONS = (OutcomeState.FAILED, OutcomeState.CANCELLED, OutcomeState.PENDING, OutcomeState.UNKNOWN)


@dataclass
class Book:
    """One bill and its attempts, kept as settlement keeps them; an edge that is not listed raises."""

    states: dict[str, PaymentState]
    bill: BillState = BillState.OPEN
    bank_refs: dict[str, str] = field(default_factory=dict)
    booked: dict[str, int] = field(default_factory=dict)
    applied: list[str] = field(default_factory=list)
    surplus: list[int] = field(default_factory=list)

    def hear(self, ref: str, news: News) -> None:
        """Decide and carry out."""
        key = news.gateway_ref or f"ref:{ref}"
        before = self.states[ref]
        facts = PaymentFacts(before, AMOUNT, self.bank_refs.get(ref, ""), self.bill)
        decision = decide(news, facts, frozenset(), is_booked=key in self.booked)
        if decision.payment_to:
            payment_edge(before, decision.payment_to)
            self.states[ref] = decision.payment_to
            if decision.payment_to == PaymentState.PAID:
                self.bank_refs[ref] = news.gateway_ref
        if decision.books_money:
            self.booked[key] = news.amount or 0
            if not decision.settles_bill:
                assert decision.discrepancy, "surplus without a case"
                self.surplus.append(news.amount or 0)
        if decision.settles_bill:
            bill_edge(self.bill, BillState.PAID)
            self.bill = BillState.PAID
            self.applied.append(ref)

    @property
    def end(self) -> tuple[BillState, int, list[int], int]:
        """What must not depend on the order of the news."""
        return self.bill, sum(self.booked.values()), sorted(self.surplus), len(self.applied)


def history(rng: random.Random) -> tuple[dict[str, PaymentState], list[tuple[str, News]]]:
    """Attempts, and everything that is ever told of them."""
    states: dict[str, PaymentState] = {}
    told: list[tuple[str, News]] = []
    for number in range(rng.randint(1, 3)):
        ref, is_transfer = f"R{number}", rng.random() < 0.5
        states[ref] = rng.choice([PaymentState.CREATED, PaymentState.SENT, PaymentState.UNKNOWN, PaymentState.EXPIRED])
        for _ in range(rng.randint(0, 2)):
            told.append((ref, News(rng.choice(_OPINIONS), None, "", "", "", is_transfer)))
        for charge in range(rng.randint(0, 3 if is_transfer else 1)):
            amount = rng.choice([AMOUNT, AMOUNT, AMOUNT - 1, AMOUNT + 1, AMOUNT * 100])
            bank_ref = f"B{number}{charge}"
            told.append((ref, News(OutcomeState.PAID, amount, "VND", "", bank_ref, is_transfer)))
            if not is_transfer and amount == AMOUNT and rng.random() < 0.3:
                told.append((ref, News(OutcomeState.PAID, amount, "", "", "", is_transfer)))  # told with less detail
    return states, told


def test_any_order_and_any_repetition_end_the_same() -> None:
    for seed in range(FIRST, FIRST + SEEDS):
        rng = random.Random(seed)
        states, told = history(rng)
        straight = Book(dict(states))
        for ref, news in told:
            straight.hear(ref, news)
        shuffled = Book(dict(states))
        again = told + rng.choices(told, k=rng.randint(0, 5)) if told else []
        rng.shuffle(again)
        for ref, news in again:
            was_paid = [ref for ref, state in shuffled.states.items() if state == PaymentState.PAID]
            shuffled.hear(ref, news)
            assert all(shuffled.states[ref] == PaymentState.PAID for ref in was_paid), f"SEED={seed}: PAID was left"
        assert shuffled.end == straight.end, f"SEED={seed} SEEDS=1: {again}"
        right = any(news.outcome == OutcomeState.PAID and news.amount == AMOUNT for _, news in told)
        assert (straight.bill == BillState.PAID, len(straight.applied)) == (right, int(right)), f"SEED={seed}"
        assert sum(straight.booked.values()) == AMOUNT * len(straight.applied) + sum(straight.surplus)
