"""Run the mutants of some modules and print how many their tests kill, and which survive.

    python -m tests.mutation [MODULE …] [--sample N] [--seed S] [--lines FIRST-LAST]

Exit code 1 when fewer than 95 of 100 are killed. Mutants run one after the other, each in a
pytest of its own that stops at the first failure; one that takes three times as long as the
tests without it counts as killed.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from .modules import EQUIVALENT, MODULES
from .mutants import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
TARGET = 95
_SPARE_SECONDS = 60.0
#: pytest: some test failed.
_FAILED = 1


def main() -> int:
    """Mutate, run, print; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of: {', '.join(MODULES)}")
    parser.add_argument("--sample", type=int, help="so many mutants of each module, drawn by the seed")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    killed = total = 0
    for module in wanted.modules or MODULES:
        found = [mutant for mutant in mutants((ROOT / module).read_text()) if (module, mutant.name) not in EQUIVALENT]
        if wanted.sample and wanted.sample < len(found):
            found = random.Random(wanted.seed).sample(found, wanted.sample)
        survivors = run(module, sorted(found, key=lambda mutant: mutant.line))
        killed, total = killed + len(found) - len(survivors), total + len(found)
        say(f"{module}: {len(found) - len(survivors)} of {len(found)} killed")
        for mutant in survivors:
            say(f"  {module}:{mutant.line}: {mutant.name}")
    rate = 100 * killed / total if total else 100
    say(f"{killed} of {total} mutants killed: {rate:.1f} %")
    return 0 if rate >= TARGET else 1


def say(text: str) -> None:
    """Print at once: a whole run takes hours."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(module: str, found: Sequence[Mutant]) -> list[Mutant]:
    """Return the mutants that no test notices. Raises SystemExit when the tests fail without any."""
    began = time.monotonic()
    if pytest(module, None, None) != 0:
        raise SystemExit(f"{module}: its tests fail without a mutant")
    patience = 3 * (time.monotonic() - began) + _SPARE_SECONDS
    survivors = []
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "mutant.py"
        for mutant in found:
            source.write_text(mutant.source)
            if pytest(module, source, patience) == 0:
                survivors.append(mutant)
    return survivors


def pytest(module: str, source: Path | None, patience: float | None) -> int:
    """Return pytest's exit code; that of a failure when it took too long."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "-p", "no:cacheprovider"]
    environment = dict(os.environ)
    if source:
        command += ["-p", "tests.mutation.plugin"]
        environment |= {"MUTANT_MODULE": module.removesuffix(".py").replace("/", "."), "MUTANT_SOURCE": str(source)}
    with subprocess.Popen(
        [*command, *MODULES[module]], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            return running.wait(patience)
        except subprocess.TimeoutExpired:
            running.terminate()
            return _FAILED


if __name__ == "__main__":
    sys.exit(main())
