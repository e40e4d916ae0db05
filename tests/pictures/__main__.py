"""Photographs 24 screens at the width of a phone and of a desk, in a demo of its own with a year in it.

Written to docs/pictures/. `python -m tests.pictures FOLDER` takes the demo that runs in FOLDER instead.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page

from devtools.stack import ROOT
from tests.journeys.stage import running_demo
from tests.support.browser import chromium
from tests.tour.playing import Player

from .walk import AWAITED, WALK

PICTURES = ROOT / "docs" / "pictures"
SIZES = {360: 780, 1280: 860}
MOST_BYTES = 80_000
COLOURS = 64
DOSSIERS = 20_000


def save(page: Page, name: str) -> None:
    """Photograph what is on the screen at each width, in few colours. Raises AssertionError when one is too heavy."""
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0)")
        path = PICTURES / f"{name}-{width}.png"
        page.screenshot(path=path, animations="disabled", caret="hide")
        with Image.open(path) as shot:
            shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
        assert path.stat().st_size <= MOST_BYTES, f"{path.name}: {path.stat().st_size} bytes"


@contextmanager
def demo_of(folder: str) -> Iterator[dict[str, Any]]:
    """The demo that runs in a folder, or one of its own."""
    if folder:
        yield json.loads((Path(folder) / "demo.json").read_text())
        return
    with tempfile.TemporaryDirectory() as own, running_demo(Path(own), dossiers=DOSSIERS) as note:
        yield note


def main(folder: str = "") -> None:
    """Walk and photograph."""
    PICTURES.mkdir(exist_ok=True)
    with demo_of(folder) as demo, chromium() as browser:
        player = Player(demo, browser, {})
        for name, acts in WALK:
            for act in acts:
                player.act(act)
            if name in AWAITED:
                player.see(AWAITED[name])
            save(player.page, name)


if __name__ == "__main__":
    main(*sys.argv[1:2])
