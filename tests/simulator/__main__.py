"""`python -m tests.simulator`: races and silent banks in figures, on an embedded PostgreSQL; exit 1 on any fault.

--races n     races on the decision core: pure Python, no database (default 100,000)
--seconds s   how long to race threads on the true database, and again to play seeds of the simulator (default 60)
--payers n    payers whose callbacks are all lost, per line of the table (default 300)
--seed n      where to begin (default 0); a failing seed is printed
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from devtools import embedded

if TYPE_CHECKING:
    from agencies.models import Agency

MINUTE = 60.0


def main() -> int:
    """Play what is asked for, print the figures, return the exit code."""
    about = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    about.add_argument("--races", type=int, default=100_000)
    about.add_argument("--seconds", type=float, default=60.0)
    about.add_argument("--payers", type=int, default=300)
    about.add_argument("--seed", type=int, default=0)
    options = about.parse_args()
    with embedded.servers(durable=False) as servers:
        os.environ.update(servers.environment)
        os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.test"
        os.environ.setdefault("LOG_LEVEL", "CRITICAL")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        faults = [
            *_core(options.seed, options.races),
            *_seeds(options.seed, options.seconds),
            *_silence(options.seed, options.payers),
            *_threads(options.seed, options.seconds),
        ]
    for fault in faults[:20]:
        _say(fault)
    _say(f"{len(faults)} faults")
    return 1 if faults else 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _line(what: str, figures: str) -> None:
    _say(f"{what:34} {figures}")


def _core(first: int, races: int) -> list[str]:
    """The decision core: also without the lock, which must be seen, or the races prove nothing."""
    from .racing import race

    began = time.monotonic()
    faults = [f"--seed {seed} --races 1: {fault}" for seed in range(first, first + races) for fault in race(seed)]
    took = time.monotonic() - began
    _line("decision core (no database)", f"{races:,} races, {len(faults)} double or lost, {took:.0f} s")
    trials = min(races, 10_000)
    caught = sum(bool(race(seed, is_locking=False)) for seed in range(first, first + trials))
    _line("  control: the lock taken out", f"{trials:,} races, {caught:,} go wrong")
    return faults if caught or trials < 1000 else [*faults, "the control saw nothing: these races prove nothing"]


@contextmanager
def _rolled_back() -> Iterator[Agency]:
    from django.db import transaction

    from .stage import prepared

    with transaction.atomic(), prepared() as agency:
        yield agency
        transaction.set_rollback(True)


def _seeds(first: int, seconds: float) -> list[str]:
    """Whole courses of events with crashes at any statement: true modules and PostgreSQL, false bank and clock."""
    from .vopr import Run

    deadline, seed, faults = time.monotonic() + seconds, first, list[str]()
    with _rolled_back() as agency:
        while not faults and time.monotonic() < deadline:
            faults = [f"--seed {seed}: {fault}" for fault in Run(seed, agency).play(11)]
            seed += 1
    _line("simulator (database, crashes)", f"{seed - first:,} seeds, {len(faults)} faults")
    return faults


def _threads(seed: int, seconds: float) -> list[str]:
    """Real threads, real commits, true views' verbs. Last, because it leaves its rows behind."""
    from . import threads

    tally = threads.play(seed, seconds)
    figures = f"{tally.races:,} races of {tally.deliveries:,} deliveries in {threads.THREADS} threads"
    _line("database (real transactions)", f"{figures}, {len(tally.faults)} double or lost")
    return tally.faults


def _silence(seed: int, payers: int) -> list[str]:
    """No callback at all. The goal is for a bank that answers: p95 < 2 min, all < 30 min.

    See docs/reference/payment-systems.md#goals.
    """
    from .silence import Silence

    faults = []
    _say("no callback ever, fake clock     paid   p50      p95      longest  lost  questions a payer")
    with _rolled_back() as agency:
        for returning, is_away in ((0.8, False), (0.0, False), (0.8, True)):
            run = Silence(seed, agency, payers=payers, returning=returning, is_away_at_times=is_away)
            waits = run.play()
            name = f"{returning:.0%} come back" + (", away 1/3 of the time" if is_away else "")
            p50, p95, longest = (waits.of_share(share) for share in (0.5, 0.95, 1.0))
            counts = f"{waits.lost:4}  {waits.questions / len(run.paid_at):.1f}"
            _say(f"  {name:30} {len(run.paid_at):4} {p50:5.0f} s  {p95:5.0f} s  {longest / MINUTE:5.1f} min {counts}")
            if waits.lost or longest > 30 * MINUTE or (p95 > 2 * MINUTE and not is_away):
                faults.append(f"--seed {seed}, {name}: slower than promised, or lost")
    return faults


if __name__ == "__main__":
    sys.exit(main())
