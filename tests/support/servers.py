"""A pytest plugin that starts one PostgreSQL and one Valkey for the whole run.

Loaded with `-p tests.support.servers` before Django reads its settings. The workers of xdist
inherit the addresses; each uses its own test database (pytest-django) and its own Redis
database number. Servers named by DATABASE_URL and REDIS_URL are used as they are.

Migrating takes seconds, even quickly (`devtools.quick_migrations`): of several workers on a server of ours none does.
While they collect, a process migrates the server's own database, which nobody uses, and each worker
copies that one (`TEST_TEMPLATE`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devtools import embedded, quick_migrations
from devtools.embedded.postgres import NAME
from devtools.stack import ROOT

PATIENCE = 180
_running: embedded.Servers | None = None
_migrating: subprocess.Popen[bytes] | None = None


def _start() -> None:
    """Start the servers in the controlling process; choose the Redis database of a worker.

    At import, because Django reads its settings before any hook of ours is called.
    """
    global _running
    _keep_bytecode()
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        number = int(worker.removeprefix("gw")) % 14 + 1
        os.environ["REDIS_URL"] = os.environ["REDIS_URL"].rsplit("/", 1)[0] + f"/{number}"
    else:
        _running = embedded.start(None, durable=False)
        os.environ.update(_running.environment)


def _keep_bytecode() -> None:
    """Let modules be compiled once: where the environment forbids to keep it, each of fifty processes did it anew."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def pytest_configure(config: pytest.Config) -> None:
    """Begin to migrate what the workers will copy."""
    global _migrating
    if _running and _running.postgres and _running.place and config.getoption("numprocesses", None):
        os.environ["TEST_TEMPLATE"] = NAME
        os.environ["TEST_TEMPLATE_READY"] = ready = str(_running.place.notes / "migrated")
        _migrating = subprocess.Popen(
            [sys.executable, "-m", "tests.support.servers", ready],
            cwd=ROOT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings.test"},
        )


def wait_for_template() -> None:
    """Return when the database to copy is there; at once where there is none."""
    ready = os.environ.get("TEST_TEMPLATE_READY")
    deadline = time.monotonic() + PATIENCE
    while ready and not Path(ready).exists():
        assert time.monotonic() < deadline, "the database to copy was not migrated in time"
        time.sleep(0.05)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing running and nothing on disk."""
    if _migrating:
        _migrating.terminate()
        _migrating.wait()
    if _running:
        _running.stop()


def migrate(ready: Path) -> None:
    """Migrate the database of the servers, and say so by a file."""
    import gc

    import django
    from django.core.management import call_command
    from django.db import connections

    gc.disable()  # lives for seconds
    django.setup()
    quick_migrations.install()
    call_command("migrate", verbosity=0)
    connections.close_all()  # a database in use is not copied
    ready.touch()


if __name__ == "__main__":
    migrate(Path(sys.argv[1]))
else:
    _start()
