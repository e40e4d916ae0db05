"""Races on the decision core: workers that take news, read, decide and write in any order, die and are told again.

The lock on the bill is played, too. Without it (the control) the same races do double.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from gateways.base import OutcomeState
from payments.errors import IllegalTransition
from payments.settlement.rules import Decision
from payments.states import BillState

from .books import AMOUNT, Book, Told, history

DEATHS, DOUBLES = 0.05, 0.1


@dataclass
class _Worker:
    told: Told | None = None
    decision: Decision | None = None


def race(seed: int, *, is_locking: bool = True) -> list[str]:
    """Play one race; return what went wrong."""
    rng = random.Random(seed)
    states, told = history(rng)
    serial = Book(dict(states))
    for news in told:
        serial.hear(news)
    book = Book(dict(states))
    waiting = told + (rng.choices(told, k=rng.randint(1, 6)) if told else [])
    try:
        _play(rng, book, waiting, is_locking=is_locking)
    except IllegalTransition as error:
        return [str(error)]
    faults = []
    if len(book.applied) > 1:
        faults.append(f"{len(book.applied)} receipts and messages for one bill")
    if book.end != serial.end:
        faults.append(f"ended {book.end} instead of {serial.end}")
    must_be_paid = any(news.outcome == OutcomeState.PAID and news.amount == AMOUNT for _, news in told)
    if (book.bill == BillState.PAID) != must_be_paid:
        faults.append(f"the bill is {book.bill}")
    return faults


def _play(rng: random.Random, book: Book, waiting: list[Told], *, is_locking: bool) -> None:
    workers = [_Worker() for _ in range(rng.randint(2, 5))]
    while waiting or any(worker.told for worker in workers):
        worker = rng.choice(workers)
        if worker.told is None:
            if waiting:
                worker.told = waiting.pop(rng.randrange(len(waiting)))
        elif worker.decision is None:
            if not (is_locking and any(other.decision for other in workers)):
                worker.decision = book.read(worker.told)
        else:
            if rng.random() < DEATHS:
                waiting.append(worker.told)  # killed before COMMIT: the inbox still has it
            else:
                book.write(worker.told, worker.decision)
                if rng.random() < DOUBLES:
                    waiting.append(worker.told)  # killed after COMMIT: the bank tells it again
            worker.told = worker.decision = None
