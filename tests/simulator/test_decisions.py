"""The pure decisions alone, seed by seed, without a database: any order, any repetition of the news ends the same."""

from __future__ import annotations

import os
import random

from payments.states import BillState, PaymentState

from .books import AMOUNT, Book, history, settles
from .racing import race

FIRST = int(os.environ.get("SEED") or 0)
SEEDS = 10 * int(os.environ.get("SEEDS") or 1000)


def test_any_order_and_any_repetition_end_the_same() -> None:
    for seed in range(FIRST, FIRST + SEEDS):
        rng = random.Random(seed)
        states, deliveries = history(rng)
        straight = Book(dict(states))
        for delivery in deliveries:
            straight.hear(delivery)
        shuffled = Book(dict(states))
        again = deliveries + rng.choices(deliveries, k=rng.randint(0, 5)) if deliveries else []
        rng.shuffle(again)
        for delivery in again:
            was_paid = [ref for ref, state in shuffled.states.items() if state == PaymentState.PAID]
            shuffled.hear(delivery)
            assert all(shuffled.states[ref] == PaymentState.PAID for ref in was_paid), f"SEED={seed}: PAID was left"
        assert shuffled.end == straight.end, f"SEED={seed} SEEDS=1: {again}"
        right = any(settles(event) for _, event in deliveries)
        assert (straight.bill == BillState.PAID, len(straight.applied)) == (right, int(right)), f"SEED={seed}"
        assert sum(straight.booked.values()) == AMOUNT * len(straight.applied) + straight.surplus


def test_workers_that_race_for_one_bill_make_one_receipt() -> None:
    for seed in range(FIRST, FIRST + SEEDS):
        assert not (faults := race(seed)), f"SEED={seed} SEEDS=1: {faults}"


def test_control_without_the_lock_some_race_doubles() -> None:
    assert any(race(seed, is_locking=False) for seed in range(200))
