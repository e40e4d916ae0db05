"""The hour after an outage (R-25): a backlog waits, every bank sends again at once, and new notifications keep coming.

`python -m bench flood` takes ten minutes and is not part of `make bench`; FLOOD_SECONDS=n makes it shorter.
"""

from __future__ import annotations

import os
import threading
from datetime import datetime

from django.db import connection
from django.db.models import Min
from django.utils import timezone

from payments.models import Notification
from payments.settlement import ledger_check

from .seeding import Field
from .serving import await_settled, bodies_of, milliseconds, portal, post_bodies

SECONDS = int(os.environ.get("FLOOD_SECONDS") or 600)
RATE = 200
#: What was stored while no worker and no sweeper ran.
BACKLOG = 50_000


def run(field: Field) -> dict[str, float]:
    """Return how callbacks are answered meanwhile and how old the oldest new one gets; stops when one is left."""
    waiting, bodies = field.payments(BACKLOG), bodies_of(field.payments(RATE * SECONDS))
    ages: list[float] = []
    is_over = threading.Event()
    with portal() as (web, _live):
        field.notifications(waiting)
        watcher = threading.Thread(target=_watch, args=(timezone.now(), ages, is_over), daemon=True)
        watcher.start()
        measured = post_bodies(bodies, web, rate=RATE)
        left = await_settled(10)
        is_over.set()
        watcher.join()
    if ledger_check.check():
        raise SystemExit("the ledger is broken")
    return {
        "flood_seconds": measured["seconds"],
        "flood_backlog": BACKLOG,
        "flood_ack_p99_ms": milliseconds(measured, 0.99),
        "flood_ack_max_ms": milliseconds(measured, 1.0),
        "flood_oldest_new_notification_seconds": max(ages, default=0.0),
        "flood_left_after_10_s": left,
    }


def _watch(began: datetime, ages: list[float], is_over: threading.Event) -> None:
    """Note every second for how long the oldest notification of the flood itself has waited."""
    waiting = Notification.objects.filter(state="new", received_at__gt=began)
    while not is_over.wait(1):
        if oldest := waiting.aggregate(oldest=Min("received_at"))["oldest"]:
            ages.append((timezone.now() - oldest).total_seconds())
    connection.close()
