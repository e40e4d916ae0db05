"""What a screen reader is told of a page, kept as text beside this file: a change of it is seen in review.

`TOLD=write pytest tests/looks` writes the texts anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from playwright.sync_api import Page

FOLDER = Path(__file__).with_name("told")
#: The states (states.py) whose text is kept: choosing how to pay, the code, the confirmation.
KEPT = ("bill to pay", "VietQR", "bill paid")


def faults(name: str, page: Page) -> list[str]:
    """Compare the accessibility tree of the page's main part with the text that is kept."""
    snapshot = _without_accidents(page.locator("main").aria_snapshot())
    path = FOLDER / f"{name.replace(' ', '-').lower()}.txt"
    if os.environ.get("TOLD") == "write":
        FOLDER.mkdir(exist_ok=True)
        path.write_text(snapshot)
    if snapshot == path.read_text():
        return []
    return [f"a screen reader is told something else than {path.name} keeps; if it is meant, TOLD=write:\n{snapshot}"]


def _without_accidents(tree: str) -> str:
    """Leave out addresses, and what numbers and codes happen to be."""
    lines = [line for line in tree.splitlines() if "- /url:" not in line]
    tree = re.sub(r"/[\w-]{16,}/", "/…/", "\n".join(lines))  # the token of an address that is shown
    return re.sub(r"(?<!level=)\d+", "0", tree) + "\n"
