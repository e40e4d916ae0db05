"""What every journey stands on: the whole demo in a folder of its own."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from devtools.processes import Child, free_port
from devtools.stack import ROOT
from tests.support.browser import NEEDS_CHROMIUM

#: One worker plays them all, and nothing else between: they share the demo.
MARKS = [*NEEDS_CHROMIUM, pytest.mark.xdist_group("journeys")]


@contextmanager
def running_demo(folder: Path, *, dossiers: int = 0) -> Iterator[dict[str, Any]]:
    """The demo as `make demo` starts it, on ports of its own; yields its `demo.json`, and its `folder`."""
    ours = ("DATABASE_URL", "REDIS_URL", "DJANGO_ALLOW_ASYNC_UNSAFE")
    env = {name: value for name, value in os.environ.items() if name not in ours}
    env |= {"DEMO_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "portal.settings.dev"}
    command = [sys.executable, "-m", "devtools.run_demo", "--port", str(free_port(together=4))]
    command += ["--dossiers", str(dossiers)]
    child = Child(command, log=folder / "demo.log", env=env, cwd=ROOT)
    child.start()
    note = folder / "demo.json"
    deadline = time.monotonic() + 300
    while not note.exists():
        assert child.is_running, child.last_words(20)
        assert time.monotonic() < deadline, child.last_words(20)
        time.sleep(0.2)
    yield json.loads(note.read_text()) | {"folder": str(folder)}
    child.stop(30)
