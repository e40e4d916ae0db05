"""Run the mutants of some modules and print how many their tests kill, and which survive.

    python -m tests.mutation [MODULE …] [--sample N] [--seed S]

Exit code 1 when fewer than 95 of 100 are killed. Mutants run one after the other, the tests of each
up to the first failure; one that takes three times as long as the tests without it counts as killed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence

import pytest

from . import importing
from .collected import OPTIONS, Quick, judged
from .equivalent import EQUIVALENT
from .forks import Limits, forked
from .ground import ROOT, ground, renew
from .modules import MODULES
from .mutants import Mutant, mutants

TARGET = 95


def main() -> int:
    """Mutate, run, print; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of: {', '.join(MODULES)}")
    parser.add_argument("--sample", type=int, help="so many mutants of each module, drawn by the seed")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    if unknown := set(wanted.modules) - set(MODULES):
        parser.error(f"no tests are named for {', '.join(sorted(unknown))} (tests/mutation/modules.py)")
    lived = total = 0
    with ground():
        for module in wanted.modules or MODULES:
            found = chosen(module, wanted.sample, wanted.seed)
            survivors = run(module, found)
            lived, total = lived + len(survivors), total + len(found)
            say(f"{module}: {len(found) - len(survivors)} of {len(found)} killed")
            for mutant in survivors:
                say(f"  {module}:{mutant.line}: {mutant.name}")
    rate = 100 * (total - lived) / total if total else 100
    say(f"{total - lived} of {total} mutants killed: {rate:.1f} %")
    return 0 if rate >= TARGET else 1


def say(text: str) -> None:
    """Print at once: a whole run takes hours."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def chosen(module: str, sample: int | None, seed: int) -> list[Mutant]:
    """Return the mutants to run, in the order of their lines."""
    found = [mutant for mutant in mutants((ROOT / module).read_text()) if (module, mutant.name) not in EQUIVALENT]
    if sample and sample < len(found):
        found = random.Random(seed).sample(found, sample)
    return sorted(found, key=lambda mutant: mutant.line)


def run(module: str, found: Sequence[Mutant]) -> list[Mutant]:
    """Return the mutants that no test notices. Raises SystemExit when the tests fail without any."""
    name, source = module.removesuffix(".py").replace("/", "."), (ROOT / module).read_text()
    answer = forked(lambda: judged(name, source, found, MODULES[module])).text
    if not answer:
        raise SystemExit(f"{module}: its tests fail without a mutant")
    killed, survived, *seconds = json.loads(answer)
    # With the imports, which the run without a mutant had done.
    limits = Limits(*(each + 20 for each in seconds))
    return [
        mutant
        for number, mutant in enumerate(found)
        if number in survived or (number not in killed and survives(name, mutant, MODULES[module], limits))
    ]


def survives(name: str, mutant: Mutant, tests: Sequence[str], limits: Limits) -> bool:
    """Tell whether the tests pass in a process that imports the mutant, tables and all."""

    def work() -> str:
        importing.install(name, mutant.source)
        plugin = Quick()
        code = pytest.main([*OPTIONS, *tests], plugins=[plugin])
        return plugin.failed or (f"pytest ended with {code}" if code else "")

    failed = forked(work, limits).text
    if failed is None:
        renew()
    return failed == ""


if __name__ == "__main__":
    sys.exit(main())
