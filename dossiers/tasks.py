"""Background jobs of dossiers (`core.background.jobs`)."""

from __future__ import annotations

from core.background.jobs import job

from .attachments import scan
from .fees import close_bills, delay_notices, inexact_notices
from .messages import outbox as messages
from .one_time_codes import codes as one_time_codes
from .submission import drafts


@job("messages", every=10)
def send_messages() -> int:
    """Send messages to citizens."""
    return messages.send_waiting()


@job("one-time codes", every=5, sweeper_waits=1)
def send_codes() -> int:
    """Send one-time codes; somebody sits and waits for them."""
    return one_time_codes.send_waiting()


# A round that nobody has taken by then is not needed: workers have better to do than a queue of them.
@job("papers", every=10, expires=10)
def check_papers() -> int:
    """Scan files that were sent."""
    return scan.check_due()


@job("long checks", sweeper_waits=15)
def tell_of_delays() -> int:
    """Notify owners whose payment has been unclear for too long."""
    return delay_notices.tell_due()


@job("sums that differ", sweeper_waits=5)
def tell_of_inexact_money() -> int:
    """Notify owners of money that was not the sum asked for."""
    return inexact_notices.tell_due()


@job("dossiers that ended", sweeper_waits=5)
def close_ended_bills() -> int:
    """Close the bills of dossiers that were refused or withdrawn."""
    return close_bills.end_due()


@job("drafts", sweeper_waits=30)
def forget_drafts() -> int:
    """Delete drafts that have expired."""
    return drafts.forget_expired()
