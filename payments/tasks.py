"""Background jobs of payments (`core.background.jobs`)."""

from __future__ import annotations

import time
from functools import partial

from core.background import wakeup
from core.background.jobs import job
from gateways import registry

from . import charge_claims, discrepancies, heartbeats
from .callbacks import inbox
from .exports import write as exports
from .merchants import contract_changes
from .reconciliation import matching
from .refunds import dispatch
from .status_queries import query as status_queries
from .webhooks import dispatch as webhooks


def drain_leftovers() -> int:
    """Apply what no worker has taken; having done so is the sweeper's sign of life."""
    taken = inbox.drain_all()
    heartbeats.beat("sweeper")
    return taken


@job(
    "notifications",
    every=5,
    kwargs={"is_scheduled": True},
    rounds={"notifications": drain_leftovers},
    sweeper_waits=1,
)
def process_inbox(*, is_scheduled: bool = False) -> int:
    """Drain the inbox until it stays empty for a moment.

    The first notification is settled at once; those that come while it is go together, because a batch of fifty
    costs little more than one. The last look comes after the wake-up is reset, and late enough to see what those
    stored who had just sent one (`wakeup.DEBOUNCE_SECONDS`). `is_scheduled`: beat has sent it, and so beat lives.
    """
    taken = inbox.drain_all(pause=wakeup.GATHER_SECONDS)
    wakeup.worker_is_awake()
    time.sleep(wakeup.GATHER_SECONDS)
    taken += inbox.drain_all()
    heartbeats.beat("worker")
    if is_scheduled:
        heartbeats.beat("beat")
    return taken


@job(
    "status queries",
    every=10,
    rounds={f"checks {slug}": partial(status_queries.check_due, slug) for slug in registry.all_slugs()},
)
def query_open_payments(gateway: str = "") -> int:
    """Query one gateway about its payments that are due; without a name, enqueue a task for each that has some."""
    if gateway:
        return status_queries.check_due(gateway)
    waiting = status_queries.gateways_due()
    for slug in waiting:
        query_open_payments.apply_async(kwargs={"gateway": slug}, retry=False, ignore_result=True)
    return len(waiting)


@job("refunds", every=10)
def send_refunds() -> int:
    """Take refunds whose next step is due one step on."""
    return dispatch.send_due()


@job("statements", every=10)
def work_statements() -> int:
    """Read and match the bank's files that wait."""
    return matching.work_due()


@job("cases", sweeper_waits=5)
def tend_discrepancies() -> int:
    """Close the charge claims whose money was found and what was overtaken; give every other discrepancy an owner."""
    return charge_claims.close_answered() + discrepancies.close_overtaken() + discrepancies.give_owners()


@job("webhooks", every=10)
def send_webhooks() -> int:
    """Deliver events to clients."""
    return webhooks.send_due()


@job("exports", every=10, expires=10)
def write_exports() -> int:
    """Write the lists that somebody waits for as files."""
    return exports.work_due()


@job("contract changes", every=60, sweeper_waits=2)
def take_contract_changes_into_effect() -> int:
    """Write the agreed changes of contracts whose day of waiting is over."""
    return contract_changes.take_due_into_effect()
