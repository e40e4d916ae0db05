"""Races on the decision core: workers that take news, read, decide and write in any order, die and are told again.

The lock on the bill is played, too. Without it (the control) the same races do double.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from payments.errors import IllegalTransition
from payments.settlement.rules import Decision
from payments.states import BillState

from .books import Book, Delivery, history, settles

DEATHS, DOUBLES = 0.05, 0.1


@dataclass
class _Worker:
    delivery: Delivery | None = None
    decision: Decision | None = None


def race(seed: int, *, is_locking: bool = True) -> list[str]:
    """Play one race; return what went wrong."""
    rng = random.Random(seed)
    states, deliveries = history(rng)
    serial = Book(dict(states))
    for delivery in deliveries:
        serial.hear(delivery)
    book = Book(dict(states))
    waiting = deliveries + (rng.choices(deliveries, k=rng.randint(1, 6)) if deliveries else [])
    try:
        _play(rng, book, waiting, is_locking=is_locking)
    except IllegalTransition as error:
        return [str(error)]
    faults = []
    if len(book.applied) > 1:
        faults.append(f"{len(book.applied)} receipts and messages for one bill")
    if book.end != serial.end:
        faults.append(f"ended {book.end} instead of {serial.end}")
    must_be_paid = any(settles(event) for _, event in deliveries)
    if (book.bill == BillState.PAID) != must_be_paid:
        faults.append(f"the bill is {book.bill}")
    return faults


def _play(rng: random.Random, book: Book, waiting: list[Delivery], *, is_locking: bool) -> None:
    workers = [_Worker() for _ in range(rng.randint(2, 5))]
    while waiting or any(worker.delivery for worker in workers):
        worker = rng.choice(workers)
        if worker.delivery is None:
            if waiting:
                worker.delivery = waiting.pop(rng.randrange(len(waiting)))
        elif worker.decision is None:
            if not (is_locking and any(other.decision for other in workers)):
                worker.decision = book.read(worker.delivery)
        else:
            if rng.random() < DEATHS:
                waiting.append(worker.delivery)  # killed before COMMIT: the inbox still has it
            else:
                book.write(worker.delivery, worker.decision)
                if rng.random() < DOUBLES:
                    waiting.append(worker.delivery)  # killed after COMMIT: the bank tells it again
            worker.delivery = worker.decision = None
