"""Celery tasks: each is a wake-up that may be lost, doubled or run twice at once."""

from __future__ import annotations

import time
from typing import Any

from celery import shared_task

from core import wakeup

from . import heartbeats
from .callbacks import inbox
from .exports import write as exports
from .reconciliation import matching
from .refunds import dispatch
from .status_queries import query as status_queries
from .webhooks import dispatch as webhooks


@shared_task(name="payments.process_inbox")
def process_inbox(*, is_scheduled: bool = False, **_: Any) -> int:
    """Drain the inbox until it stays empty for a moment.

    The first notification is settled at once; those that come while it is go together, because
    a batch of fifty costs little more than one. The last look comes after the wake-up is
    reset, and late enough to see what was stored just after the last wake-up (`wakeup.RUNG_SECONDS`).
    `is_scheduled`: beat has sent it, and so beat lives.
    """
    taken = inbox.drain_all(pause=wakeup.GATHER_SECONDS)
    wakeup.worker_is_awake()
    time.sleep(wakeup.GATHER_SECONDS)
    taken += inbox.drain_all()
    heartbeats.beat("worker")
    if is_scheduled:
        heartbeats.beat("beat")
    return taken


@shared_task(name="payments.query_open_payments")
def query_open_payments(gateway: str = "", **_: Any) -> int:
    """Ask one gateway about its payments that are due; without a name, wake a task for each that has some."""
    if gateway:
        return status_queries.check_due(gateway)
    waiting = status_queries.gateways_due()
    for slug in waiting:
        query_open_payments.apply_async(kwargs={"gateway": slug}, retry=False, ignore_result=True)
    return len(waiting)


@shared_task(name="payments.send_refunds")
def send_refunds(**_: Any) -> int:
    """Take refunds whose next step is due one step on."""
    return dispatch.send_due()


@shared_task(name="payments.work_statements")
def work_statements(**_: Any) -> int:
    """Read and match the bank's files that wait."""
    return matching.work_due()


@shared_task(name="payments.send_webhooks")
def send_webhooks(**_: Any) -> int:
    """Tell clients what waits to be told."""
    return webhooks.send_due()


@shared_task(name="payments.write_exports")
def write_exports(**_: Any) -> int:
    """Write the lists that somebody waits for as files."""
    return exports.work_due()
