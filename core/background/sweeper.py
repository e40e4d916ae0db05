"""The safety net: every job's leftovers, without Celery and Redis."""

from __future__ import annotations

import logging
import threading

from django.db import close_old_connections, connection

from .jobs import Work, sweeper_rounds, sweeper_waits

logger = logging.getLogger(__name__)


def keep_sweeping(stop: threading.Event, interval: float) -> None:
    """Do every round until `stop`, each in a thread of its own, resting `interval` seconds as often as its job says.

    A bank that hangs keeps its round busy for minutes; neither notifications nor the other banks wait for it.
    A failing database is waited for.
    """
    waits = sweeper_waits()
    threads = [
        threading.Thread(target=_repeat, args=(name, work, stop, interval * waits.get(name, 1)), name=name, daemon=True)
        for name, work in sweeper_rounds().items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _repeat(name: str, work: Work, stop: threading.Event, interval: float) -> None:
    while not stop.is_set():
        try:
            work()
        except Exception:
            logger.exception("sweeping %s failed; the next round tries again", name)
            close_old_connections()
        stop.wait(interval)
    connection.close()


def sweep() -> dict[str, int]:
    """Do every round once and return how much each did."""
    return {name: work() for name, work in sweeper_rounds().items()}
