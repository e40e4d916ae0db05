"""Real processes against the database and the broker of the test that runs: to be killed, stopped and frozen."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions
import requests
from django.db import connection, transaction
from psycopg2 import sql

from core.background import wakeup
from devtools.processes import LOCALHOST, Child, free_port
from devtools.stack import ROOT

from . import factories

PATIENCE = 90.0


def wait_until(is_true: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Return the first true answer; fail with `what` when none comes in time."""
    deadline = time.monotonic() + seconds
    while not (answer := is_true()):
        assert time.monotonic() < deadline, f"not in {seconds:.0f} s: {what}"
        time.sleep(0.01)
    return answer


def ringing(is_true: Callable[[], Any]) -> Callable[[], Any]:
    """Wake the worker at each look: on a busy machine a wake-up may have been lost, which is the sweeper's job."""

    def look() -> Any:
        wakeup._silent_until = wakeup._debounced_until = 0.0
        wakeup.notify_worker()
        return is_true()

    return look


def database_url() -> str:
    """Return the address of the test database, for processes of their own."""
    database = connection.settings_dict
    return (
        f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )


def environment(**changes: str) -> dict[str, str]:
    """Return the environment of a process that works on the test database."""
    settings = {"DJANGO_SETTINGS_MODULE": "portal.settings.test", "DATABASE_URL": database_url()}
    return {**os.environ, **settings, **changes}


@contextmanager
def other_session() -> Iterator[psycopg2.extensions.connection]:
    """A connection beside Django's: to hold a lock, to look, to end a backend. Rolls back at the end."""
    session = psycopg2.connect(database_url())
    try:
        yield session
    finally:
        session.close()


@contextmanager
def locked(table: str, row_id: int) -> Iterator[psycopg2.extensions.connection]:
    """Hold one row, so that whoever needs it stands in the middle of its transaction."""
    with other_session() as session, session.cursor() as cursor:
        statement = sql.SQL("SELECT 1 FROM {} WHERE id = %s FOR UPDATE").format(sql.Identifier(table))
        cursor.execute(statement, [row_id])
        yield session


def is_locked(table: str, row_id: int) -> bool:
    """Tell whether another session holds a row."""
    with transaction.atomic(), connection.cursor() as cursor:
        statement = sql.SQL("SELECT 1 FROM {} WHERE id = %s FOR UPDATE SKIP LOCKED").format(sql.Identifier(table))
        cursor.execute(statement.as_string(cursor.connection), [row_id])
        return cursor.fetchone() is None


def waiting_for_locks() -> int:
    """Return how many sessions of our database stand before a lock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


@contextmanager
def worker(folder: Path, app: str = "portal") -> Iterator[Child]:
    """A Celery worker that listens to the broker of this test."""
    command = [sys.executable, "-m", "celery", "-A", app, "worker", "-c", "1", "-l", "INFO"]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    child = Child(command, log=folder / "worker.log", env=environment(), cwd=ROOT)
    child.start()
    try:
        wait_until(lambda: "ready." in child.last_words(50) or not child.is_running, "the worker is ready")
        assert child.is_running, child.last_words(20)
        yield child
    finally:
        child.kill(signal.SIGKILL)
        child.stop(1)


@contextmanager
def web(folder: Path, **changes: str) -> Iterator[str]:
    """The portal in gunicorn; gives its address."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "-b", f"{LOCALHOST}:{port}", "-w", "1"]
    command += ["-c", "python:portal.gunicorn_conf", "-k", "gthread", "--threads", "4", "portal.wsgi:application"]
    child = Child(command, log=folder / "web.log", env=environment(**changes), cwd=ROOT)
    yield from _served(child, f"http://{LOCALHOST}:{port}", "/health/live")


@contextmanager
def sandbox(folder: Path, portal_url: str | None = None) -> Iterator[str]:
    """The banks, which tell the portal at `portal_url`, or nobody at all; gives their address."""
    banks = {name: dict(contract["bank"]) for name, contract in factories.CONTRACTS.items()}
    for bank in banks.values() if portal_url else ():
        _move(bank, portal_url or "")
    (folder / "sandbox.json").write_text(json.dumps(banks))
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "-b", f"{LOCALHOST}:{port}"]
    command += ["--threads", "8", "devtools.sandbox.wsgi:application"]
    env = {**os.environ, "SANDBOX_CONFIG": str(folder / "sandbox.json")}
    child = Child(command, log=folder / "sandbox.log", env=env, cwd=ROOT)
    yield from _served(child, f"http://{LOCALHOST}:{port}", "/control/health")


def _move(bank: dict[str, Any], portal_url: str) -> None:
    for name, value in bank.items():
        if name.endswith("_url"):
            bank[name] = portal_url + "/gateways/" + str(value).split("/gateways/")[1]


def _served(child: Child, url: str, path: str) -> Iterator[str]:
    def answers() -> bool:
        assert child.is_running, child.last_words(20)
        try:
            return requests.get(url + path, timeout=5).ok
        except requests.RequestException:
            return False

    child.start()
    try:
        wait_until(answers, f"{url} answers")
        yield url
    finally:
        child.stop(3)


def run_python(program: str, *arguments: str, **changes: str) -> int:
    """Run a program with Django ready, on the test database; return its exit code."""
    prepared = "import django; django.setup()\n" + program
    command = [sys.executable, "-c", prepared, *arguments]
    return subprocess.run(command, env=environment(**changes), cwd=ROOT, check=False, timeout=PATIENCE).returncode
