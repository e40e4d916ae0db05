"""Seeds of the simulator with the database: `SEEDS=10000` runs more, `SEED=n` begins elsewhere."""

from __future__ import annotations

import os

import pytest

from .stage import prepared
from .vopr import Run

FIRST = int(os.environ.get("SEED") or 0)
#: With the database; ten times as many run on the pure decisions (test_decisions.py).
SEEDS = int(os.environ.get("SEEDS") or 200)
STEPS = 14
CHUNKS = 4


@pytest.mark.django_db
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_seed_ends_with_each_dong_booked_once(chunk: int) -> None:
    with prepared() as agency:
        for seed in range(FIRST + chunk, FIRST + SEEDS, CHUNKS):
            run = Run(seed, agency)
            faults = run.play(STEPS)
            assert not faults, "\n".join([f"SEED={seed} SEEDS=1", *faults, *run.story])
