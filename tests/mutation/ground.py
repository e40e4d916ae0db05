"""What all mutants stand on: the servers, a migrated database, and the imports of what is not ours."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from django.db import connection
from django.test import utils

from devtools.embedded.postgres import NAME, Postgres
from tests.support import servers

from .forks import forked

ROOT = Path(__file__).resolve().parents[2]
#: The copy that the tests write to.
_COPY = "mutants"
_postgres: list[Postgres] = []


@contextlib.contextmanager
def ground() -> Iterator[None]:
    """Migrate and import; servers were started with the import of `tests.support.servers`, and end here."""
    running, servers._running = servers._running, None  # or the pytest of a fork would stop them
    if running is None or running.postgres is None or running.place is None:
        raise SystemExit("mutants need a PostgreSQL of their own: unset DATABASE_URL")
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings.test"
    try:
        ready = running.place.notes / "migrated"
        names = forked(lambda: _migrated(ready)).text
        if names is None:
            raise SystemExit("the database could not be migrated")
        for name in names.split():
            with contextlib.suppress(Exception):  # models of others: they are imported when Django is set up
                importlib.import_module(name)
        _postgres.append(running.postgres)
        renew()
        yield
    finally:
        running.stop()


def renew() -> None:
    """Copy the migrated database anew: whoever used the copy may have died over it."""
    server = psycopg2.connect(_postgres[0].url, dbname="postgres")
    server.autocommit = True
    with contextlib.closing(server), server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {_COPY} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {_COPY} TEMPLATE {NAME}")


def use_copy() -> None:
    """Let pytest-django, in this process, neither make nor drop a database."""

    def switch(*args: object, **kwargs: object) -> None:
        connection.settings_dict["NAME"] = _COPY

    utils.setup_databases, utils.teardown_databases = switch, lambda *args, **kwargs: None  # type: ignore[assignment]


def _migrated(ready: Path) -> str:
    """Migrate; return what a test imports that is not ours."""
    servers.migrate(ready)
    pytest.main(["--collect-only", "tests/mutation", "-p", "no:cacheprovider"])  # with all of pytest's plugins
    importlib.import_module("portal.urls")
    ours = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} | {"__main__"}
    return "\n".join(name for name in list(sys.modules) if name.partition(".")[0] not in ours)
