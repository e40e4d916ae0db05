"""Heartbeats of the processes that must never stop (R-49, R-62).

A worker that has lost its broker looks alive to the system that started it. So the work itself
leaves the sign: a worker when it has drained the inbox, beat by the task it has sent (the worker
writes it down), the sweeper when a round is done. Shown on the administration's first page, in
`/health/ready` and `/metrics`; `manage.py heartbeats` lets a watchdog restart what is silent.
"""

from __future__ import annotations

import socket
import time
from datetime import datetime, timedelta
from functools import lru_cache

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from .models import Heartbeat

#: Each works every few seconds; a long batch, a restart or a bank's file may keep it this long.
PATIENCE = {
    "worker": timedelta(seconds=60),
    "beat": timedelta(seconds=60),
    "sweeper": timedelta(seconds=60),
}
#: Seconds within which a process does not say again that it lives.
EVERY = 5.0
_said_at: dict[str, float] = {}
_BEAT = """
INSERT INTO payments_heartbeat (process, host) VALUES (%s, %s)
ON CONFLICT (process, host) DO UPDATE SET at = statement_timestamp()
"""


def beat(process: str) -> None:
    """Note that `process` has just done its work on this machine. One statement every few seconds."""
    if time.monotonic() - _said_at.get(process, -EVERY) < EVERY:
        return
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, [process, this_host()])
    _said_at[process] = time.monotonic()


def last_signs(*, host: str | None = None) -> dict[str, datetime | None]:
    """Return when each kind of process last showed itself, on any machine or on one; None: never."""
    signs = Heartbeat.objects.filter(host=host) if host else Heartbeat.objects.all()
    last_at = dict(signs.order_by().values_list("process").annotate(Max("at")))
    return {process: last_at.get(process) for process in PATIENCE}


def silent(*, host: str | None = None) -> dict[str, datetime | None]:
    """Return those of whom nothing was heard for longer than their patience, with when it last was."""
    now = timezone.now()
    signs = last_signs(host=host)
    return {process: at for process, at in signs.items() if at is None or now - at > PATIENCE[process]}


@lru_cache(maxsize=1)
def this_host() -> str:
    """Return this machine's name."""
    return socket.gethostname()[:64]
