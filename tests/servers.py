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


def _start() -> None:
    """Start the servers in the controlling process; choose the Redis database of a worker.

    At import, because Django reads its settings before any hook of ours is called.
    """
    global _running
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        number = int(worker.removeprefix("gw")) % 14 + 1
        os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{number}"
    else:
        _running = embedded.start(None, durable=False)
        os.environ.update(_running.environment)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing running and nothing on disk."""
    if _running:
        _running.stop()


_start()
