"""The checks of `make check` as tests: they run beside the others, and what fails is told with the rest.

The rules of our sources (`make check-rules`) are tests of their own.
"""

from __future__ import annotations

import os
import subprocess

import pytest

from devtools.stack import ROOT

#: The checks work on servers of their own, and know nothing of the make or the worker that calls them.
NOT_THEIRS = ("DATABASE_URL", "REDIS_URL", "MAKEFLAGS", "MAKELEVEL", "PYTEST_XDIST_WORKER", "DJANGO_SETTINGS_MODULE")


@pytest.mark.parametrize("target", ["check-types", "check-style", "check-site"])
def test_check(target: str) -> None:
    env = {name: value for name, value in os.environ.items() if name not in NOT_THEIRS}
    command = ["make", "--no-print-directory", "--old-file=.venv/dev", target]  # what is installed stays as it is
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"make {target}\n{done.stdout}{done.stderr}"
