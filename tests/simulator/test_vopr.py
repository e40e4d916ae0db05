"""Seeds of the simulator with the database: `SEEDS=10000` runs more, `SEED=n` begins elsewhere."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import Any

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from agencies.models import Agency
from payments.status_queries import query as status_queries

from .stage import prepared
from .vopr import Run

FIRST = int(os.environ.get("SEED") or 0)
#: With the database, some 55 ms each; many times as many run on the pure decisions (test_decisions.py), and
#: `python -m tests.simulator` plays as long as one likes.
SEEDS = int(os.environ.get("SEEDS") or 500)
STEPS = 11
CHUNKS = 4


@pytest.mark.django_db
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_seed_ends_with_each_dong_booked_once(chunk: int) -> None:
    with prepared() as agency:
        for seed in range(FIRST + chunk, FIRST + SEEDS, CHUNKS):
            run = Run(seed, agency)
            faults = run.play(STEPS)
            assert not faults, "\n".join([f"SEED={seed} SEEDS=1", *faults, *run.story])


def _seed_that_notifications(agency: Agency, seeds: int) -> int | None:
    return next((seed for seed in range(seeds) if Run(seed, agency).play(STEPS)), None)


@pytest.mark.django_db
def test_control_without_asking_some_seed_loses_money(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_queries, "check_due", lambda gateway: 0)
    with prepared() as agency:
        assert _seed_that_notifications(agency, 30) is not None


@pytest.mark.django_db
def test_control_without_a_transaction_some_crash_breaks_the_books(monkeypatch: pytest.MonkeyPatch) -> None:
    """A drain that commits statement by statement: a death in the middle must be seen."""
    real = transaction.atomic

    def atomic(*args: Any, **kwargs: Any) -> Any:
        return nullcontext() if kwargs.get("durable") else real(*args, **kwargs)

    monkeypatch.setattr(transaction, "atomic", atomic)
    try:
        with prepared() as agency:
            noticed = _seed_that_notifications(agency, 500) is not None
    except TransactionManagementError:
        noticed = True  # what was half written made PostgreSQL refuse what came next
    assert noticed
