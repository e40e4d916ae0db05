"""The system under drill: servers, proxies, the portal's processes and the banks, in a folder of their own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
import redis
import requests

from devtools import embedded
from devtools.processes import LOCALHOST, Child, free_port
from devtools.stack import ROOT, Stack, environment

from .proxy import Proxy, Rules

#: Sessions in the middle of a transaction whose process has said nothing for a while.
_SILENT_TRANSACTIONS = """SELECT pid FROM pg_stat_activity
    WHERE state = 'idle in transaction' AND state_change < clock_timestamp() - interval '0.25 seconds'"""


class System:
    """Everything `make demo` starts, with a proxy before PostgreSQL and one before the callbacks."""

    def __init__(self, seed: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="motcua-drill-"))
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)  # faults are for servers of our own only
        # Durable: what was committed must outlive an immediate stop, as it does in production.
        self.servers = embedded.start(None, durable=True)
        if self.servers.postgres is None or self.servers.valkey is None:
            raise embedded.EmbeddedError("the drill needs servers of its own")
        self.postgres, self.valkey = self.servers.postgres, self.servers.valkey
        self.port = free_port(together=3)
        self.database = Proxy(free_port(), self.postgres.port, seed)
        self.callbacks = Proxy(free_port(), self.port, seed + 1)
        self.sandbox_url = f"http://{LOCALHOST}:{self.port + 2}"
        self.base_url = f"http://{LOCALHOST}:{self.port}"
        self.stack = Stack(self._environment(), port=self.port, logs=self.folder / "logs")
        self.note: dict[str, Any] = {}

    def start(self) -> None:
        """Load the demo's data and start everything. Raises StackError, CalledProcessError."""
        direct = self._environment() | self.servers.environment
        command = [sys.executable, "manage.py", "demo", "--prepare"]
        subprocess.run(command, env=direct, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        self.note = json.loads((self.folder / "demo.next.json").read_text())
        self._tell_through_the_proxy()
        self.database.start()
        self.callbacks.start()
        self.stack.start()

    def stop(self) -> None:
        """End everything; nothing is left running or on disk."""
        self.stack.stop()
        for proxy in (self.database, self.callbacks):
            proxy.stop()
        self.servers.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def calm(self) -> None:
        """Make everything healthy again: proxies, servers, processes, banks."""
        self.database.rules, self.callbacks.rules = Rules(), Rules()
        for child in self.stack.children.values():
            child.kill(signal.SIGCONT)
        if not self.postgres.child.is_running:
            self.postgres.start()
        if not self.valkey.child.is_running:
            self.valkey.start()
        self.stack.revive()
        requests.delete(f"{self.sandbox_url}/control/faults", timeout=10).raise_for_status()

    def process(self, name: str) -> Child:
        """Return one of the portal's processes."""
        return self.stack.children[name]

    def freeze_in_transaction(self, name: str, seconds: float = 10) -> bool:
        """SIGSTOP a process at a moment when one of its sessions holds a transaction open; False if there was none."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.process(name).kill(signal.SIGSTOP)
            time.sleep(0.3)
            if self.query(_SILENT_TRANSACTIONS):
                return True
            self.process(name).kill(signal.SIGCONT)
            time.sleep(0.05)
        self.process(name).kill(signal.SIGSTOP)
        return False

    def restart_process(self, name: str) -> None:
        """SIGKILL a process with all its children, and start it again."""
        self.process(name).kill(signal.SIGKILL)
        self.process(name).stop(1)
        self.process(name).start()

    def kill_one_web_worker(self, choose: Callable[[list[int]], int]) -> None:
        """SIGKILL one of gunicorn's workers in the middle of whatever it does; gunicorn starts another."""
        import psutil

        children = psutil.Process(self.process("web").pid).children()
        if children:
            os.kill(choose([child.pid for child in children]), signal.SIGKILL)

    def restart_postgres(self, pause: float) -> None:
        """`immediate`: every session ends at once, nothing is written out; then recovery from the log."""
        self.postgres.child.kill(signal.SIGQUIT, group=False)
        wait_until(lambda: not self.postgres.child.is_running, 30)
        time.sleep(pause)
        self.postgres.start()

    def flush_redis(self) -> None:
        """FLUSHALL."""
        client = redis.Redis.from_url(self.valkey.url)
        client.flushall()
        client.close()

    def order_fault(self, fault: str, **options: Any) -> None:
        """Let the banks misbehave until `calm`."""
        body = {"fault": fault, **options}
        requests.post(f"{self.sandbox_url}/control/faults", json=body, timeout=10).raise_for_status()

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Ask PostgreSQL itself, past the proxy."""
        session = psycopg2.connect(self.postgres.url, connect_timeout=10)
        try:
            with session.cursor() as cursor:
                cursor.execute(statement, values)
                return list(cursor.fetchall())
        finally:
            session.close()

    def execute(self, statement: str) -> None:
        """Tell PostgreSQL as our own user, past the proxy."""
        session = psycopg2.connect(self.postgres.url, connect_timeout=10)
        session.autocommit = True
        try:
            with session.cursor() as cursor:
                cursor.execute(statement)
        finally:
            session.close()

    def as_superuser(self, statement: str) -> None:
        """Tell PostgreSQL itself, past the proxy and whatever limits our own user."""
        with self.postgres._connected() as session, session.cursor() as cursor:
            cursor.execute(statement)

    def log_lines(self, words: str) -> int:
        """Return how many lines of PostgreSQL's log have these words."""
        return (self.postgres.place.notes / "postgres.log").read_text(errors="replace").count(words)

    def refusals(self) -> int:
        """Return how many connections PostgreSQL has refused for want of room."""
        return self.log_lines("too many connections for database")

    def another_worker(self) -> Child:
        """Start a second Celery worker beside the first; the caller stops it. OLD names a checkout it runs from."""
        worker, folder = self.process("worker"), os.environ.get("OLD") or ROOT
        newcomer = Child(worker.command, log=worker.log.with_name("newcomer.log"), env=worker.env, cwd=folder)
        newcomer.start()
        return newcomer

    def dump(self, path: Path) -> None:
        """Back the database up as it is at this moment."""
        self._postgres_program("pg_dump", "--format=custom", f"--file={path}", self.postgres.url)

    def restore(self, path: Path) -> None:
        """Throw the database away and put the backup in its place."""
        self.as_superuser("DROP DATABASE motcua WITH (FORCE)")
        self.as_superuser("CREATE DATABASE motcua OWNER motcua")
        self._postgres_program("pg_restore", "--no-owner", "--no-comments", f"--dbname={self.postgres.url}", str(path))

    def _postgres_program(self, name: str, *arguments: str) -> None:
        program = str(self.postgres.programs / name)
        subprocess.run([program, *arguments], check=True, capture_output=True, timeout=120)

    def manage(self, *arguments: str) -> None:
        """Run a command of ours, past the proxy. Raises CalledProcessError."""
        self._python("manage.py", *arguments).check_returncode()

    def run_module(self, name: str, *arguments: str) -> None:
        """Run a program of ours, past the proxy. Raises CalledProcessError."""
        self._python("-m", name, *arguments).check_returncode()

    def _python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        direct = self._environment() | self.servers.environment
        command = [sys.executable, *arguments]
        return subprocess.run(command, env=direct, cwd=ROOT, check=False, capture_output=True, text=True)

    def check_ledger(self) -> list[Any]:
        """Return the violations `check_ledger` finds."""
        done = self._python("manage.py", "check_ledger", "--json")
        violations: list[Any] = json.loads(done.stdout.splitlines()[-1])["violations"]
        return violations

    def _environment(self) -> dict[str, str]:
        proxied = self.postgres.url.replace(f":{self.postgres.port}/", f":{self.database.port}/")
        return {
            **environment(self.port, self.folder),
            "DATABASE_URL": proxied,
            "REDIS_URL": self.valkey.url,
            "DEMO_FOLDER": str(self.folder),
            "LOG_LEVEL": "WARNING",
        }

    def _tell_through_the_proxy(self) -> None:
        path = self.folder / "sandbox.json"
        through = path.read_text().replace(f'"{self.base_url}/gateways', f'"{self._callback_url()}/gateways')
        path.write_text(through)

    def _callback_url(self) -> str:
        return f"http://{LOCALHOST}:{self.callbacks.port}"


def wait_until(is_true: Callable[[], bool], seconds: float) -> bool:
    """Return whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
