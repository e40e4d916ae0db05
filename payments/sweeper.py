"""One round of the sweeper. Other apps add their own work with `register`."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial

from django.db import close_old_connections, connection

from gateways import registry

from . import charge_claims, discrepancies, heartbeats
from .callbacks import inbox
from .exports import write as exports
from .reconciliation import matching
from .refunds import dispatch
from .status_queries import query as status_queries
from .webhooks import dispatch as webhooks

logger = logging.getLogger(__name__)


def drain_leftovers() -> int:
    """Apply what no worker has; having done so is the sweeper's sign of life."""
    taken = inbox.drain_all()
    heartbeats.beat("sweeper")
    return taken


def tend_cases() -> int:
    """Close the claims whose money was found, and give every other discrepancy an owner."""
    return charge_claims.close_answered() + discrepancies.give_owners()


_ROUNDS: list[tuple[str, Callable[[], int]]] = [
    ("notifications", drain_leftovers),
    *((f"checks {slug}", partial(status_queries.check_due, slug)) for slug in registry.all_slugs()),
    ("refunds", dispatch.send_due),
    ("statements", matching.work_due),
    ("cases", tend_cases),
    ("webhooks", webhooks.send_due),
    ("exports", exports.work_due),
]


def register(name: str, work: Callable[[], int]) -> None:
    """Add work that must get done even when no worker and no Redis is there."""
    _ROUNDS.append((name, work))


def keep_sweeping(stop: threading.Event, interval: float) -> None:
    """Do every kind of leftover, every `interval` seconds, until `stop`; each in a thread of its own.

    A bank that hangs keeps its checks busy for minutes; neither notifications nor the other banks' wait for them.
    A failing database is waited for, not died of.
    """
    threads = [
        threading.Thread(target=_keep_doing, args=(name, work, stop, interval), name=name, daemon=True)
        for name, work in _ROUNDS
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _keep_doing(name: str, work: Callable[[], int], stop: threading.Event, interval: float) -> None:
    while not stop.is_set():
        try:
            work()
        except Exception:
            logger.exception("sweeping %s failed; the next round tries again", name)
            close_old_connections()
        stop.wait(interval)
    connection.close()


def sweep() -> dict[str, int]:
    """Do every kind of leftover once and return how many of each were done."""
    return {name: work() for name, work in _ROUNDS}
