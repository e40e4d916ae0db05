"""Debounced Celery enqueue for the inbox. Failure is ignored: the sweeper polls.

Redis only wakes workers; the sweeper finishes the work without it. So a wake-up may fail, must be quick (at
most half a second, then not again for a while) and never raises.
"""

from __future__ import annotations

import logging
import time
from functools import lru_cache

import redis
from celery import current_app
from django.conf import settings

logger = logging.getLogger(__name__)

KEY = "inbox-wakeup"
#: By name, because this module is below the one that has the task.
INBOX_TASK = "payments.process_inbox"
#: At most one wake-up in flight; should its message be lost, the next may be sent after this long.
LONGEST_IN_FLIGHT_MILLISECONDS = 1000
SILENCE_SECONDS = 5.0
#: A woken worker keeps polling for so long after an empty drain …
GATHER_SECONDS = 0.05
#: … so a process that has just sent one need not send another for a little less.
DEBOUNCE_SECONDS = 0.02
_silent_until = 0.0
_debounced_until = 0.0


@lru_cache(maxsize=1)
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=0.2, socket_connect_timeout=0.2, retry=None)


def notify_worker() -> None:
    """Wake a worker unless one is being woken already."""
    global _silent_until, _debounced_until
    if time.monotonic() < max(_silent_until, _debounced_until):
        return
    try:
        if _redis().set(KEY, "1", nx=True, px=LONGEST_IN_FLIGHT_MILLISECONDS):
            current_app.send_task(INBOX_TASK, retry=False, ignore_result=True)
        _debounced_until = time.monotonic() + DEBOUNCE_SECONDS
    except Exception as error:  # whatever Redis or Celery raise, the notification is safe in PostgreSQL
        _silent_until = time.monotonic() + SILENCE_SECONDS
        logger.warning("wake-ups are suspended for %.0f s: %s", SILENCE_SECONDS, error)


def enqueue(task: str, **kwargs: str) -> None:
    """Wake a worker for a task by its name and arguments.

    Its work waits in PostgreSQL; the sweeper does it without a wake-up.
    """
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task(task, kwargs=kwargs, retry=False, ignore_result=True)
    except Exception as error:  # whatever Celery raises, nothing is lost
        _silent_until = time.monotonic() + SILENCE_SECONDS
        logger.warning("wake-ups are suspended for %.0f s: %s", SILENCE_SECONDS, error)


def worker_is_awake() -> None:
    """The worker drains once more, after `GATHER_SECONDS`: a notification from now on must enqueue it again."""
    try:
        _redis().delete(KEY)
    except redis.RedisError:
        logger.warning("the wake-up could not be reset; it expires by itself")
