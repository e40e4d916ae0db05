"""Embedded Valkey of this checkout: start, wait, stop."""

from __future__ import annotations

import os
import secrets
import time

import redis

from devtools.processes import LOCALHOST, Child, free_port

from .binaries import valkey_program
from .errors import EmbeddedError
from .place import Place

READY_SECONDS = 15
DATABASES = 128  # one for each worker of a parallel test run


class Valkey:
    """One Valkey server. `child` is its process: kill, stop and start it as a drill likes."""

    def __init__(self, place: Place, *, durable: bool) -> None:
        self.place = place
        self.program = place.runnable(valkey_program())
        self.data = place.private_folder("valkey")
        self.port = free_port(place.remembered.get("valkey_port"))
        self.password: str = place.remembered.get("valkey_password") or secrets.token_urlsafe(24)
        self.durable = durable
        self.child = Child(
            [str(self.program), str(self.data / "valkey.conf")],
            log=place.notes / "valkey.log",
            owner=place.owner,
        )

    @property
    def url(self) -> str:
        """The address for REDIS_URL, database 0."""
        return f"redis://:{self.password}@{LOCALHOST}:{self.port}/0"

    def start(self) -> None:
        """Start it and return when it answers and has read its data."""
        self._configure()
        self.child.start()
        self.place.remember(valkey_port=self.port, valkey_password=self.password, valkey_pid=self.child.pid)
        client = redis.Redis.from_url(self.url, socket_timeout=1, socket_connect_timeout=1, retry=None)
        deadline = time.monotonic() + READY_SECONDS
        try:
            while True:
                try:
                    client.ping()
                    return
                except redis.RedisError as error:
                    if not self.child.is_running or time.monotonic() > deadline:
                        self.child.stop()
                        reason = self.child.last_words(1) or str(error)
                        raise EmbeddedError(f"Valkey did not start on port {self.port}: {reason}") from None
                    time.sleep(0.01)
        finally:
            client.close()

    def stop(self) -> None:
        """End it; in a durable server what was written stays."""
        self.child.stop()

    def _configure(self) -> None:
        """Write its configuration to a file, for the password must not show in the list of processes."""
        lines = [
            f"bind {LOCALHOST}",
            f"port {self.port}",
            f"dir {self.data}",
            f"requirepass {self.password}",
            f"databases {DATABASES}",
            "maxmemory-policy noeviction",  # evicting a key would break Celery's queues
            f"appendonly {'yes' if self.durable else 'no'}",
            "appendfsync everysec",
            'save ""',
        ]
        path = self.data / "valkey.conf"
        path.touch(0o600)
        path.write_text("\n".join(lines) + "\n")
        if self.place.owner:
            os.chown(path, self.place.owner.uid, self.place.owner.gid)


def check_given(url: str) -> None:
    """Raise EmbeddedError unless a Redis answers at this REDIS_URL."""
    client = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5, retry=None)
    try:
        client.ping()
    except redis.RedisError as error:
        raise EmbeddedError(f"REDIS_URL is set, but Redis does not answer: {error}") from None
    finally:
        client.close()
