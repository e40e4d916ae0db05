"""What every journey stands on: the whole demo in a folder of its own, and one Chromium."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from devtools.processes import Child, free_port
from devtools.stack import ROOT

CHROMIUM = shutil.which("chromium") or ""
#: Features of Chromium's own window: each window loads two pages for its address bar that nobody sees.
_OMNIBOX = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")
#: Chromium obeys the last `--disable-features` alone: these are Playwright's, those that concern a headless browser.
_PLAYWRIGHTS = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    f"--disable-features={','.join((*_OMNIBOX, *_PLAYWRIGHTS))}",
)
NEEDS_CHROMIUM = [
    pytest.mark.journey,
    pytest.mark.skipif(not CHROMIUM and os.environ.get("REQUIRE_BROWSER") != "1", reason="no Chromium; CI installs it"),
]
#: One worker plays them all, and nothing else between: they share the demo.
MARKS = [*NEEDS_CHROMIUM, pytest.mark.xdist_group("journeys")]


@contextmanager
def running_demo(folder: Path) -> Iterator[dict[str, Any]]:
    """The demo as `make demo` starts it, on ports of its own; yields its `demo.json`."""
    env = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    env |= {"DEMO_FOLDER": str(folder), "DJANGO_SETTINGS_MODULE": "portal.settings.dev"}
    command = [sys.executable, "manage.py", "demo", "--port", str(free_port(together=4))]
    child = Child(command, log=folder / "demo.log", env=env, cwd=ROOT)
    child.start()
    note = folder / "demo.json"
    deadline = time.monotonic() + 300
    while not note.exists():
        assert child.is_running, child.last_words(20)
        assert time.monotonic() < deadline, child.last_words(20)
        time.sleep(0.2)
    yield json.loads(note.read_text())
    child.stop(30)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield found
        found.close()
