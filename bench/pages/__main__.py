"""Times every page in the running demo and writes bench/pages/results.md: first bytes, queries, the slowest with plans.

The time is that of the demo's own processes over HTTP, as a browser on this machine has it; queries are counted by
asking the same once more inside this process, which reads the same database.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import django
import requests

from devtools.stack import ROOT

FOLDER = Path(os.environ.get("DEMO_FOLDER", ROOT / ".local"))
RESULTS = Path(__file__).parent / "results.md"
TRIES, MORE_ROUNDS, WORST, LIMIT_MS = 5, 3, 10, 500
_NOT_A_PAGE = ("vneid_login", "account_logout")


@dataclass(frozen=True, slots=True)
class Timed:
    """One page as one visitor has it: its answer, milliseconds to the first byte, its queries as (sql, ms)."""

    name: str
    who: str
    path: str
    status: int
    ms: float
    queries: list[tuple[str, float]]


def main() -> None:
    """Ask for all pages as whoever sees least of those who may, and whoever sees most."""
    if not (FOLDER / "demo.json").exists():
        raise SystemExit("The demo is not running: start it with `make demo`.")
    demo = json.loads((FOLDER / "demo.json").read_text())
    os.environ |= json.loads((FOLDER / "environment.json").read_text())
    os.environ |= {"BASE_URL": demo["base_url"], "DJANGO_SETTINGS_MODULE": "portal.settings.dev", "LOG_LEVEL": "ERROR"}
    django.setup()
    # By name: what they import needs Django's settings, which need the demo's addresses.
    rows, counting = import_module("bench.pages.rows"), import_module("bench.pages.counting")
    visitors = import_module("bench.pages.visitors")
    dossiers = [rows.richest_dossier(), *rows.other_dossiers().values()]
    browsers = visitors.visitors(demo, [dossier.code for dossier in dossiers])
    asked = [
        (line["url"], who, path)
        for line, path in rows.paths()
        if line["url"] not in _NOT_A_PAGE
        for who in visitors.who_asks(line)
    ]
    timed = [_time(demo["base_url"], *page, browsers[page[1]], counting) for page in asked if page[2]]
    missing = {name for name, _who, path in asked if not path}
    for _round in range(MORE_ROUNDS):
        # What else the machine does only ever makes a page slower: the best median counts.
        for place, page in enumerate(timed):
            if page.ms > LIMIT_MS / 2:
                again = _time(demo["base_url"], page.name, page.who, page.path, browsers[page.who], counting)
                timed[place] = min(page, again, key=lambda one: one.ms)
    timed.sort(key=lambda page: -page.ms)
    RESULTS.write_text(counting.report(timed, sorted(missing), WORST))
    over = [page for page in timed if page.ms > LIMIT_MS]
    print(f"{len(timed)} pages, the slowest {timed[0].ms:.0f} ms; {len(over)} above {LIMIT_MS} ms. {RESULTS}")


def _time(base: str, name: str, who: str, path: str, browser: requests.Session, counting: Any) -> Timed:
    took, status = [], 0
    for number in range(TRIES + 1):
        began = time.perf_counter()
        with browser.get(base + path, stream=True, allow_redirects=False, timeout=60) as answer:
            if number:  # the first one warms up
                took.append((time.perf_counter() - began) * 1000)
            status = answer.status_code
            answer.content  # noqa: B018 - reads it, so that the connection is used again
    return Timed(name, who, path, status, statistics.median(took), counting.queries(base, path, browser))


if __name__ == "__main__":
    main()
