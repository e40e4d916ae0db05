"""Races on the true PostgreSQL: threads that post and drain the same notifications at once, out of order."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from django.db import close_old_connections, connection
from django.db.models.functions import Now

from agencies.models import Agency
from dossiers.models import Dossier, Message
from gateways.base import RawRequest
from payments.callbacks import handle as callbacks
from payments.callbacks import inbox
from payments.models import Notification, Payment, Receipt
from payments.models.notifications import NotificationState
from payments.settlement import ledger_check
from payments.states import BillState
from tests.support import factories
from tests.support.notifications import confirm, notify_bill

THREADS, BILLS = 6, 40


@dataclass
class Tally:
    """What was raced, and what went wrong."""

    races: int = 0
    deliveries: int = 0
    faults: list[str] = field(default_factory=list)


def play(seed: int, seconds: float) -> Tally:
    """Race round after round until `seconds` have passed; stop at the first fault."""
    tally, deadline = Tally(), time.monotonic() + seconds
    agency = factories.agency()
    for gateway in ("vnptpay", "vietinbank"):
        factories.merchant(agency, gateway)
    while not tally.faults and (tally.races == 0 or time.monotonic() < deadline):
        faults = _round(random.Random(f"{seed}/{tally.races}"), agency, tally)
        tally.faults = [f"--seed {seed}, after {tally.races} races: {fault}" for fault in faults]
    return tally


def _round(rng: random.Random, agency: Agency, tally: Tally) -> list[str]:
    dossiers = [factories.dossier(agency) for _ in range(BILLS)]
    mail = [letter for dossier in dossiers for letter in _mail(rng, dossier)]
    rng.shuffle(mail)
    queue: SimpleQueue[tuple[str, bytes]] = SimpleQueue()
    for letter in mail:
        queue.put(letter)
    faults: list[str] = []
    threads = [
        threading.Thread(target=_work, args=(random.Random(rng.random()), queue, faults)) for _ in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _finish()
    tally.races, tally.deliveries = tally.races + len(dossiers), tally.deliveries + len(mail)
    return (
        faults + [fault for dossier in dossiers for fault in _faults(dossier)] + [str(v) for v in ledger_check.check()]
    )


def _mail(rng: random.Random, dossier: Dossier) -> Iterator[tuple[str, bytes]]:
    """What the banks say of one bill: paid once or at two banks at once, each told up to five times."""
    bill = dossier.bills.get()
    card = factories.payment(of=bill)
    letters: list[tuple[str, dict[str, Any]]] = [("vnptpay", confirm(card))]
    if rng.random() < 0.3:
        letters.append(("vnptpay", confirm(card, RESPONSE_CODE="24", VNPTPAY_TRANSACTION_ID="")))
    if rng.random() < 0.5:
        letters.append(("vietinbank", notify_bill(factories.payment(of=bill, gateway="vietinbank"))))
    for gateway, message in letters:
        for _ in range(rng.randint(1, 5)):
            yield gateway, json.dumps(message).encode()


def _work(rng: random.Random, queue: SimpleQueue[tuple[str, bytes]], faults: list[str]) -> None:
    """One web worker and Celery worker in one: posts, and now and then drains what anybody posted."""
    try:
        while True:
            gateway, body = queue.get_nowait()
            headers = {"Content-Type": "application/json"}
            request = RawRequest("POST", f"/gateways/{gateway}/notify", "", headers, body, "203.0.113.9")
            answer = callbacks.notify(gateway, request)
            if answer.status >= 500:
                faults.append(f"{gateway} was answered {answer.status}")
            if rng.random() < 0.3:
                inbox.drain(limit=rng.randint(1, 30))
    except Empty:
        inbox.drain()
    except Exception as error:
        faults.append(repr(error))
    finally:
        connection.close()


def _finish() -> None:
    """The sweeper: what was put off for a lock is due now."""
    close_old_connections()
    while Notification.objects.filter(state=NotificationState.NEW).exists():
        Notification.objects.filter(state=NotificationState.NEW).update(next_attempt_at=Now())
        inbox.drain_all()


def _faults(dossier: Dossier) -> list[str]:
    bill = dossier.bills.get()
    counts = {
        "receipts": Receipt.objects.filter(bill=bill).count(),
        "messages": Message.objects.filter(dossier=dossier, kind="fee_paid").count(),
        "entries of the timeline": dossier.events.filter(kind="fee_paid").count(),
        "applied payments": Payment.objects.filter(bill=bill, is_applied=True).count(),
        "paid bills": int(bill.state == BillState.PAID),
    }
    return [f"{count} {name} of {bill.reference}" for name, count in counts.items() if count != 1]
