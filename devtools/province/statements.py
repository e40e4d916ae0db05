"""The banks' files: read each working morning, matched with the ledger, some with faults; days closed after that."""

from __future__ import annotations

from datetime import date
from random import Random

from .world import World


def morning(world: World, day: date, rng: Random) -> None:
    """Read the files of the days before, if offices work."""
