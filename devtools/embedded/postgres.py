"""Embedded PostgreSQL of this checkout: create, start, wait, stop."""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator

import psutil
import psycopg2
import psycopg2.extensions

from devtools.processes import LOCALHOST, Child, free_port, run_as

from .binaries import postgres_folder
from .errors import EmbeddedError
from .place import Place

NAME = "motcua"  # of the database and of its owner, who is no superuser: as in production
#: As whom the processes connect, as in production: neither owner nor able to change the ledger (grant_web_role).
WEB_ROLE = "motcua_web"
SUPERUSER = "postgres"
READY_SECONDS = 30
#: Buffers stay at PostgreSQL's own 128 MB: what does not fit is in the system's cache, and the demo has no more memory
#: to give away. A server of one's own gets more (deploy/postgresql.conf).
_SIZED = {"max_wal_size": "4GB", "wal_compression": "lz4"}
_FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One PostgreSQL server. `child` is the postmaster: kill, stop and start it as a drill likes."""

    def __init__(self, place: Place, *, durable: bool) -> None:
        self.place = place
        self.durable = durable
        self.programs = place.runnable(postgres_folder()) / "bin"
        self.data = place.private_folder("postgres")
        self.port = free_port(place.remembered.get("postgres_port"))
        self.password: str = place.remembered.get("postgres_password") or secrets.token_urlsafe(24)
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        settings = {
            "listen_addresses": LOCALHOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
        } | (_SIZED if durable else _SIZED | _FORGETFUL)
        self.child = Child(
            [
                str(self.programs / "postgres"),
                "-D",
                str(self.data),
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            log=place.notes / "postgres.log",
            env=self.env,
            owner=place.owner,
            stop_signal=signal.SIGINT,  # "fast": connections are ended, data is safe
        )

    @property
    def url(self) -> str:
        """The address for DATABASE_URL of whoever owns the tables: migrations, tests."""
        return self._url_as(NAME)

    @property
    def web_url(self) -> str:
        """The address for DATABASE_URL of the processes, once `grant_web_role` has run."""
        return self._url_as(WEB_ROLE)

    def _url_as(self, role: str) -> str:
        return f"postgres://{role}:{self.password}@{LOCALHOST}:{self.port}/{NAME}"

    def start(self) -> None:
        """Make the data folder if there is none, start the server, return when it answers."""
        is_new = not (self.data / "PG_VERSION").exists()
        if is_new:
            self._initialise()
        self._refuse_other_version()
        self._end_leftover()
        self.child.start()
        self.place.remember(postgres_port=self.port, postgres_password=self.password, postgres_pid=self.child.pid)
        with self._connected() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {NAME} LOGIN CREATEDB PASSWORD %s", [self.password])
                cursor.execute(f"CREATE DATABASE {NAME} OWNER {NAME}")
                if not self.durable:  # only tests may put triggers to sleep: to empty tables that refuse it
                    cursor.execute(f"GRANT SET ON PARAMETER session_replication_role TO {NAME}")
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [WEB_ROLE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {WEB_ROLE} LOGIN PASSWORD %s", [self.password])
                cursor.execute(f"GRANT {WEB_ROLE} TO {NAME}")  # the owner sees what its sessions do

    def stop(self) -> None:
        """End it; committed data stays."""
        self.child.stop()

    def _initialise(self) -> None:
        password_file = self.data / "password"
        password_file.touch(0o600)
        password_file.write_text(self.password)
        # initdb wants an empty folder, hence a folder inside, and the password as its user can read it.
        made = self.data / "made"
        if self.place.owner:
            os.chown(password_file, self.place.owner.uid, self.place.owner.gid)
        result = subprocess.run(  # noqa: S603
            [
                str(self.programs / "initdb"),
                f"--pgdata={made}",
                f"--username={SUPERUSER}",
                "--auth=scram-sha-256",
                f"--pwfile={password_file}",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "--no-instructions",
            ],
            cwd="/",
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
            **run_as(self.place.owner),
        )
        password_file.unlink()
        if result.returncode != 0:
            raise EmbeddedError(f"PostgreSQL could not make its data folder: {_last_line(result.stderr)}")
        for path in made.iterdir():
            path.rename(self.data / path.name)
        made.rmdir()

    def _refuse_other_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        shown = subprocess.run(  # noqa: S603
            [str(self.programs / "postgres"), "--version"],
            cwd="/",
            capture_output=True,
            text=True,
            check=True,
            **run_as(self.place.owner),
        ).stdout.split()
        version = next(word for word in shown if word[0].isdigit())
        if version.split(".")[0] != made_by:
            raise EmbeddedError(
                f"The data in {self.data} was made by PostgreSQL {made_by}, but PostgreSQL {version} is installed: "
                "run make clean to start afresh."
            )

    def _end_leftover(self) -> None:
        """End a server of ours whose parent was killed, and forget the process id of a dead one."""
        lock_file = self.data / "postmaster.pid"
        if not lock_file.exists():
            return
        pid = int(lock_file.read_text().split()[0])
        with contextlib.suppress(psutil.NoSuchProcess, psutil.TimeoutExpired):
            process = psutil.Process(pid)
            if str(self.data) in process.cmdline():
                process.send_signal(signal.SIGINT)
                process.wait(READY_SECONDS)
                return
        lock_file.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _connected(self) -> Iterator[psycopg2.extensions.connection]:
        """Wait until the server answers; give a connection of the superuser in autocommit."""
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                connection = psycopg2.connect(
                    host=LOCALHOST,
                    port=self.port,
                    user=SUPERUSER,
                    password=self.password,
                    dbname="postgres",
                    connect_timeout=5,
                )
                break
            except psycopg2.OperationalError as error:
                if not self.child.is_running or time.monotonic() > deadline:
                    self.child.stop()
                    reason = _last_line(self.child.last_words()) or _last_line(str(error))
                    raise EmbeddedError(f"PostgreSQL did not start on port {self.port}: {reason}") from None
                time.sleep(0.02)
        connection.autocommit = True
        try:
            yield connection
        finally:
            connection.close()


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else ""


def check_given(url: str) -> None:
    """Raise EmbeddedError unless a PostgreSQL answers at this DATABASE_URL."""
    try:
        psycopg2.connect(url, connect_timeout=5).close()
    except psycopg2.Error as error:
        raise EmbeddedError(f"DATABASE_URL is set, but PostgreSQL does not answer: {_last_line(str(error))}") from None
