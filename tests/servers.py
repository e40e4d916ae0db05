"""A pytest plugin that starts one PostgreSQL and one Valkey for the whole run.

Loaded with `-p tests.servers` before Django reads its settings. The workers of xdist
inherit the addresses; each uses its own test database (pytest-django) and its own Redis
database number. Servers named by DATABASE_URL and REDIS_URL are used as they are.
"""

from __future__ import annotations

import os

import pytest

from portal import embedded

_running: embedded.Servers | None = None


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers in the controlling process; choose the Redis database of a worker."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        number = int(worker.removeprefix("gw")) % 14 + 1
        os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{number}"


def _start() -> None:
    global _running
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _running = embedded.start(None, durable=False)
        os.environ.update(_running.environment)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing running and nothing on disk."""
    if _running:
        _running.stop()


_start()
