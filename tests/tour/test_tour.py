"""The tour is played in Chromium against the whole lived-in demo, each role after the other as a stranger would."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error

from tests.journeys.stage import MARKS

from .playing import BASE, Player
from .reading import TOUR, Part, Step, parts

pytestmark = MARKS


@pytest.fixture(scope="module")
def notes() -> dict[str, str]:
    """What was noted on the way: one role's dossier is the next one's work."""
    return {}


def run(step: Step, earlier: list[Step], demo: dict[str, Any], folder: Path) -> None:
    """Run a command as in the folder of the repository, where `.local/demo.json` lies, after the earlier ones."""
    exports = [line for each in earlier for line in each.command.splitlines() if line.startswith("export ")]
    command = "\n".join([*exports, step.command]).replace(BASE, demo["base_url"])
    done = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, check=False, timeout=30)
    shown = re.sub(r'(?<=":) | (?=")', "", done.stdout)
    assert all(text in shown for text in step.seen), done.stdout + done.stderr


@pytest.mark.parametrize("part", parts(TOUR.read_text()), ids=lambda part: part.title)
def test_what_is_to_be_done_can_be_done_and_what_is_to_be_seen_is_seen(
    part: Part, demo: dict[str, Any], browser: Browser, notes: dict[str, str], tmp_path: Path
) -> None:
    player = Player(demo, browser, notes)
    (tmp_path / ".local").symlink_to(demo["folder"])
    for number, step in enumerate(part.steps):
        if step.command:
            run(step, part.steps[:number], demo, tmp_path)
            continue
        try:
            player.play(step)
        except (AssertionError, Error) as error:
            raise AssertionError(f"docs/tour.md:{step.line}: {error}\n{player.look()}") from error
