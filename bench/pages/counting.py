"""The queries of a page, the plans of the slowest ones, and the table of all pages."""

from __future__ import annotations

import re
import textwrap
from typing import Any
from urllib.parse import urlsplit

import requests
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.measuring import machine
from dossiers.models import Dossier

_LONGEST_LINE, _MOST_LINES = 160, 24


def queries(base: str, path: str, browser: requests.Session) -> list[tuple[str, float]]:
    """Ask for a page in this process with the browser's cookies and key; return its statements with milliseconds."""
    client = Client(SERVER_NAME=urlsplit(base).hostname, SERVER_PORT=urlsplit(base).port)
    client.cookies.load(dict(browser.cookies))
    headers = {"Authorization": str(browser.headers["Authorization"])} if "Authorization" in browser.headers else {}
    client.get(path, headers=headers)  # what this process remembers between pages
    with CaptureQueriesContext(connection) as captured:
        answer: Any = client.get(path, headers=headers)
        if answer.streaming:
            b"".join(answer)
    return [(str(query["sql"]), float(query["time"]) * 1000) for query in captured.captured_queries]


def report(timed: list[Any], missing: list[str], worst: int) -> str:
    """Return the page of results: the slowest first, all of them, then the plans of the slowest query of the worst."""
    lines = [
        "# Pages",
        "",
        f"By `python -m bench.pages` in the running demo with {Dossier.objects.count():,} dossiers, on {machine()}.",
        "Milliseconds to the first byte over HTTP, median of five (of a slow page, the best of up to four medians);",
        "queries of one answer, and the slowest of them.",
        "",
        "| ms | queries | slowest query, ms | who | page |",
        "|---:|---:|---:|---|---|",
    ]
    lines += [
        f"| {page.ms:.0f} | {len(page.queries)} | {_slowest(page)[1]:.0f} | {page.who} | {page.name} `{_shown(page)}` |"
        for page in timed
        if page.status == 200
    ]
    short = [page.ms for page in timed if page.status != 200]
    lines += ["", f"{len(short)} more led elsewhere or refused, in {max(short, default=0):.0f} ms at most."]
    lines += [f"Not timed, because the year has no such row: {', '.join(missing)}.", "", "## Plans"]
    for page in _different(timed)[:worst]:
        statement, took = _slowest(page)
        lines += ["", f"### {page.name}, {page.who}: {page.ms:.0f} ms, of which {took:.0f} in this query", ""]
        lines += ["```", *_plan(statement), "```"]
    return "\n".join(lines) + "\n"


def _different(timed: list[Any]) -> list[Any]:
    """The slowest visit of each page."""
    first: dict[str, Any] = {}
    for page in timed:
        first.setdefault(page.name, page)
    return list(first.values())


def _slowest(page: Any) -> tuple[str, float]:
    return max(page.queries, key=lambda query: query[1], default=("", 0.0))


def _shown(page: Any) -> str:
    """The address without keys that lead to somebody's bill."""
    return re.sub(r"[\w-]{22}(?=/|$)", "…", page.path)


def _plan(statement: str) -> list[str]:
    if not statement.startswith(("SELECT", "WITH")):
        return [statement[:_LONGEST_LINE]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {statement}".replace("%", "%%"), [])
        plan = [row[0] for row in cursor.fetchall()]
    short = re.sub(r"\((?:\d+, ){4,}\d+\)", "(…)", statement)[: 8 * _LONGEST_LINE]
    steps = [re.sub(r"\{[\d,]{20,}\}", "{…}", line)[:_LONGEST_LINE] for line in plan[:_MOST_LINES]]
    return [*textwrap.wrap(short, _LONGEST_LINE), *steps]
