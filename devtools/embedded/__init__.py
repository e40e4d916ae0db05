"""Real PostgreSQL and real Valkey without installing anything: for the demo, the tests and the benchmarks.

    with servers(Path(".local")) as running:        # durable, kept for the next time
        running.database_url, running.redis_url
    with servers(durable=False) as running: ...     # fast and forgetful, nothing left on disk

DATABASE_URL and REDIS_URL of the environment, where set, are used instead of a server of ours.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from . import postgres, valkey
from .errors import EmbeddedError
from .place import Place
from .postgres import Postgres
from .valkey import Valkey

__all__ = ["EmbeddedError", "Postgres", "Servers", "Valkey", "servers", "start"]


@dataclass
class Servers:
    """What runs. `postgres` and `valkey` are None where the environment named a server."""

    database_url: str
    redis_url: str
    postgres: Postgres | None = None
    valkey: Valkey | None = None
    place: Place | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which every process of ours finds the servers."""
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}

    @property
    def process_environment(self) -> dict[str, str]:
        """The same for processes that need not own the tables; a given database has its own role for them."""
        return self.environment | ({"DATABASE_URL": self.postgres.web_url} if self.postgres else {})

    def stop(self) -> None:
        """End what we started; a temporary folder is deleted. May be called twice."""
        for server in (self.postgres, self.valkey):
            if server:
                server.stop()
        if self.place:
            self.place.release()
        self.place = None


def start(directory: Path | None = None, *, durable: bool = True) -> Servers:
    """Start the servers whose address the environment does not give.

    directory: where data and notes stay between runs; None for a temporary folder.
    durable: False turns off every wait for the disk; only for tests.
    Raises EmbeddedError, whose message is one sentence for the person at the terminal.
    """
    running = Servers(os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", ""))
    if running.database_url:
        postgres.check_given(running.database_url)
    if running.redis_url:
        valkey.check_given(running.redis_url)
    if running.database_url and running.redis_url:
        return running
    running.place = Place(directory)
    try:
        if not running.redis_url:
            running.valkey = Valkey(running.place, durable=durable)
            running.valkey.start()
            running.redis_url = running.valkey.url
        if not running.database_url:
            running.postgres = Postgres(running.place, durable=durable)
            running.postgres.start()
            running.database_url = running.postgres.url
    except BaseException:
        running.stop()
        raise
    return running


@contextlib.contextmanager
def servers(directory: Path | None = None, *, durable: bool = True) -> Iterator[Servers]:
    """As `start`, and stop at the end of the block."""
    running = start(directory, durable=durable)
    try:
        yield running
    finally:
        running.stop()
