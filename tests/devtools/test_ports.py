"""Ports for servers of tests and demos: nobody is given one that another already has, listening or not yet."""

from __future__ import annotations

import random
import subprocess
import sys

from devtools import processes
from devtools.processes import free_port
from devtools.stack import ROOT

ASK = "import sys; from devtools.processes import free_port; print(free_port(together=4), flush=True); sys.stdin.read()"


def _asked(port: int) -> bool:
    """True when another process, choosing among four ports around this one only, would find it taken."""
    code = f"from devtools import processes as p; print(p._reserve({port}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip() == "False"


def test_a_seed_of_a_test_does_not_decide_the_port() -> None:
    random.seed(7)
    first = free_port()
    random.seed(7)

    assert free_port() != first
    state = random.getstate()
    free_port()
    assert random.getstate() == state


def test_what_was_given_is_nobody_elses_before_its_server_listens() -> None:
    first = free_port(together=4)

    assert all(_asked(first + number) for number in range(4))


def test_it_is_free_again_when_its_owner_has_ended() -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", ASK], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    port = int(owner.stdout.readline())
    assert not processes._reserve(port)
    owner.communicate("")

    assert processes._reserve(port)
    assert free_port(port) == port
