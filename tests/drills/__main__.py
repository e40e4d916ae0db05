"""`python -m tests.drills [name …]`: run the drills, print a table, write `.local/drill.json`; exit 1 on any loss.

SEEDS=n runs n rounds (default 1), SEED=n begins with that seed: it decides the load, the moments and the cuts.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from devtools.embedded import EmbeddedError
from devtools.stack import ROOT, StackError

from . import restore
from .faults import CRASHES, DRILLS, WARM_UP, Drill
from .payers import Payers
from .small_disk import enter_namespace
from .system import System
from .verdict import applied, wait_for_peace

_HEAD = ("drill", "seed", "paid", "settled after", "callbacks", "p99", "503", "500", "lost", "doubled", "wrong", "took")
_WIDTHS = (34, 6, 6, 14, 10, 9, 5, 5, 5, 8, 6, 8)


@dataclass(frozen=True)
class Result:
    """The figures of one drill. `settled_seconds` counts from the last payment at a bank."""

    drill: str
    seed: int
    payments: int
    settled_seconds: float
    callbacks: int
    callback_p99_ms: float
    answers_503: int
    answers_500: int
    payers_gave_up: list[str]
    connections_cut: int
    drill_seconds: float
    remark: str
    lost: list[str]
    doubled: list[str]
    invented: list[str]
    violations: list[object]

    @property
    def is_passed(self) -> bool:
        """No money lost, doubled or invented, no invariant broken, no answer that is a defect of ours."""
        wrong = (self.lost, self.doubled, self.invented, self.violations, self.payers_gave_up)
        return not any(wrong) and self.answers_500 == 0 and self.payments > 0


def run(system: System, drill: Drill, seed: int, number: int) -> Result:
    """Strike while the load runs, wait until all is settled, judge, and make everything healthy again."""
    rng = random.Random(f"{seed}/{drill.name}")
    system.callbacks.take_exchanges()
    cuts = system.database.cuts + system.callbacks.cuts
    before, began = applied(system), time.monotonic()
    payers = Payers(system.base_url, system.sandbox_url, system.note, f"D{seed}-{number}", rng.randrange(2**32))
    remark = drill.strike(system, rng, payers.is_busy) if drill.is_first else None
    payers.start(drill.payments, drill.load_seconds, drill.gateways)
    remark = remark or (None if drill.is_first else drill.strike(system, rng, payers.is_busy))
    payers.finish()
    verdict, seconds = wait_for_peace(system, drill.settle_seconds)
    system.calm()
    exchanges = system.callbacks.take_exchanges()
    answers = Counter(exchange.answer[9:12].decode("ascii", "replace") for exchange in exchanges)
    return Result(
        drill=drill.name,
        seed=seed,
        payments=applied(system) - before,
        settled_seconds=round(seconds, 1),
        callbacks=len(exchanges),
        callback_p99_ms=round(1000 * _p99([exchange.seconds for exchange in exchanges]), 1),
        answers_503=answers["503"] + payers.statuses[503],
        answers_500=answers["500"] + payers.statuses[500],
        payers_gave_up=payers.gave_up,
        drill_seconds=round(time.monotonic() - began, 1),
        connections_cut=system.database.cuts + system.callbacks.cuts - cuts,
        remark=remark or "",
        lost=verdict.lost,
        doubled=verdict.doubled,
        invented=verdict.invented,
        violations=verdict.violations,
    )


def _p99(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))] if values else 0.0


def _line(cells: tuple[object, ...]) -> None:
    aligned = [
        str(cell).ljust(width) if place == 0 else str(cell).rjust(width)
        for place, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=True))
    ]
    sys.stdout.write("".join(aligned) + "\n")
    sys.stdout.flush()


def _print(result: Result) -> None:
    wrong = len(result.invented) + len(result.violations) + len(result.payers_gave_up)
    _line(
        (
            result.drill,
            result.seed,
            result.payments,
            f"{result.settled_seconds:.1f} s",
            result.callbacks,
            f"{result.callback_p99_ms:.0f} ms",
            result.answers_503,
            result.answers_500,
            len(result.lost),
            len(result.doubled),
            wrong,
            f"{result.drill_seconds:.0f} s",
        )
    )
    if result.remark:
        sys.stdout.write(f"  {result.remark}\n")


def main(names: list[str]) -> int:
    """Run what is asked for (all of it by default); return the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    first, rounds = int(os.environ.get("SEED") or 1), int(os.environ.get("SEEDS") or 1)
    enter_namespace()
    named = [drill for drill in DRILLS if not names or any(name in drill.name for name in names)]
    chosen = [drill for drill in named if drill.is_possible()]
    for drill in named:
        if drill not in chosen:
            sys.stdout.write(f"{drill.name}: left out, this machine does not let us\n")
    results: list[Result] = []
    restored: list[restore.Restored] = []
    began = time.monotonic()
    system = System(first)
    try:
        system.start()
        run(system, WARM_UP, first, 0)
        _line(_HEAD)
        for seed in range(first, first + rounds):
            for number, drill in enumerate(chosen, 1):
                results.append(run(system, drill, seed, number))
                _print(results[-1])
        if not names or any(name in restore.NAME for name in names):
            # Last, and once: a restored database does not know what the drills before it did.
            restored.append(restore.run(system, first))
            sys.stdout.write(restored[-1].line() + "\n")
    except (EmbeddedError, StackError) as error:
        sys.stderr.write(f"The drill could not begin: {error}\n")
        return 1
    finally:
        system.stop()
    everything: list[Result | restore.Restored] = [*results, *restored]
    failed = [result for result in everything if not result.is_passed]
    paid = sum(result.payments for result in everything)
    took = time.monotonic() - began
    _write(everything, paid, took)
    crashes = [result.settled_seconds for result in results if result.drill in CRASHES]
    if crashes:
        sys.stdout.write(f"Crash recovery: all settled {max(crashes):.1f} s after the last payment at the latest.\n")
    sys.stdout.write(f"{paid} payments in {len(everything)} drills, {len(failed)} failed, {took:.0f} s.\n")
    for result in failed:
        sys.stdout.write(json.dumps(asdict(result), ensure_ascii=False, indent=1, default=str) + "\n")
    return 1 if failed else 0


def _write(results: Sequence[Result | restore.Restored], paid: int, took: float) -> None:
    folder = ROOT / ".local"
    folder.mkdir(mode=0o700, exist_ok=True)
    content = {
        "is_passed": all(result.is_passed for result in results),
        "drills": len(results),
        "payments": paid,
        "seconds": round(took, 1),
        "results": [asdict(result) | {"is_passed": result.is_passed} for result in results],
    }
    (folder / "drill.json").write_text(json.dumps(content, ensure_ascii=False, indent=1, default=str))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
