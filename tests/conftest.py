"""Fixtures shared by all tests."""

from __future__ import annotations

import gc
import shlex
import time
from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest
import redis
from _pytest import runner
from django.conf import settings
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from core.call_stack import with_room
from core.database import locks
from devtools import quick_migrations
from tests.support.browser import _chromium, _driver, browser, playwright
from tests.support.demo import demo

from .support import emptying, sequences, servers, sessions

emptying.install()
quick_migrations.install()
# A busy machine is no fault of what is tested.
hypothesis.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("suite")
__all__ = ["_chromium", "_driver", "browser", "demo", "playwright"]  # fixtures
#: Told by `running` in their modules: these start processes of their own.
PROCESSES = "tests.support.running"
#: What takes longest begins first, so that no worker is left with it at the end. The journeys, one group, come before.
LONG = (
    "test_checks",
    "portal/test_production",
    "authorization/",
    "nets/",
    "looks/",
    "simulator/test_vopr",
    "simulator/",
    "payments/settlement/test_crashes",
    "payments/callbacks/test_broker",
)
#: Not in `make test-fast` either.
THOROUGH = ("conformance/",)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the long ones to the front; the others keep their order."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    return next((number for number, name in enumerate(LONG) if f"tests/{name}" in item.nodeid), len(LONG))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark as slow what `make test-fast` leaves out."""
    is_thorough = any(f"tests/{name}" in item.nodeid for name in THOROUGH)
    if is_thorough or _place(item) < len(LONG) or _needs_more_than_a_database(item):
        item.add_marker("slow")


def _needs_more_than_a_database(item: pytest.Item) -> bool:
    """Tell what needs a browser, a process of its own, or transactions that are really committed."""
    database = item.get_closest_marker("django_db")
    names = vars(getattr(item, "module", None) or object)
    return bool(
        item.get_closest_marker("journey")
        or (database and database.kwargs.get("transaction"))
        or any(getattr(value, "__name__", "") == PROCESSES for value in names.values())
    )


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not look through all of it again and again."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """As pytest's, with room for the calls of fixtures and tests."""
    return with_room(runner.pytest_runtest_protocol)(item, nextitem)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the demo's dozen processes with the last test that uses it, not with the run: idle ones cost, too."""
    if _uses_demo(item) and not _uses_demo(nextitem):
        item._fixtureinfo.name2fixturedefs["demo"][0].finish(item._request)  # type: ignore[attr-defined]


def _uses_demo(item: pytest.Item | None) -> bool:
    return "demo" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each worker has a database of its own, made of the one they share."""
    servers.wait_for_template()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """Print last, below pytest's own summary, how to run what failed alone."""
    yield
    failed = [report.nodeid for kind in ("failed", "error") for report in terminalreporter.stats.get(kind, [])]
    if failed:
        terminalreporter.section("run alone")
        for name in dict.fromkeys(failed):
            terminalreporter.write_line(f".venv/bin/python -m pytest {shlex.quote(name.rsplit('@', 1)[0])}")


@pytest.fixture(scope="session", autouse=True)
def _patient_sessions() -> None:
    """Let PostgreSQL end no session of this process: on a busy machine a test may be silent for longer than 5 s."""
    locks.SILENCE_TIMEOUT = "60s"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """As pytest-django's with higher numbers of rows, dropped at the end when nobody uses it any more."""
    ours = connections["default"]  # while Playwright runs its loop, Django shows another one
    with django_db_blocker.unblock():
        sequences.raise_sequences()
    yield
    with django_db_blocker.unblock():
        ours.close()
        sessions.wait_until_alone()


@pytest.fixture(scope="session")
def live_server(django_db_setup: None, live_server: Any) -> Any:
    """As pytest-django's, begun after the database and ended before it is dropped.

    A thread of the server lives as long as the browser keeps its connection to it; its own
    connection to the database ends with each request, or the database could not be dropped.
    """
    connections.settings["default"]["CONN_MAX_AGE"] = 0
    return live_server


@pytest.fixture(autouse=True)
def _no_wakeup_in_flight(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test begins with no wake-up in flight, and remembers neither contracts nor a broker that was down."""
    from core import cached_value, live
    from core.background import wakeup
    from payments import heartbeats
    from payments.merchants import accounts as merchants
    from payments.merchants import page_origins
    from portal.administration.read_only import spans
    from portal.public import status_views

    merchants.forget()
    # Known to be nothing, and no time passes for them: no test counts a query that comes once in some seconds.
    began = time.monotonic()
    monkeypatch.setattr(cached_value, "time", SimpleNamespace(monotonic=lambda: began))
    page_origins.of_contracts.put(frozenset(), seconds=3600)
    spans.coming.put((), seconds=3600)
    status_views.away.put((), seconds=3600)
    heartbeats._said_at.clear()
    wakeup._silent_until = wakeup._debounced_until = live._silent_until = 0.0
    _broker(settings.REDIS_URL).flushdb()
    yield


@cache
def _broker(url: str) -> redis.Redis:
    """Return one client for all tests, which keeps its connection."""
    return redis.Redis.from_url(url)
