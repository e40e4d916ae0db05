"""The payment state of a dossier, and how fresh it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dossiers.fees.close_bills import REASONS
from dossiers.models import Dossier
from gateways import registry
from payments.models import Payment
from payments.states import UNCLEAR_AFTER, DisplayState

_WORST_FIRST = (DisplayState.CHECKING, DisplayState.NOT_PAID, DisplayState.REFUNDED, DisplayState.PAID)


@dataclass(frozen=True, slots=True)
class Stuck:
    """Since when nobody knows whether money came, and who has not said."""

    since: datetime
    gateway: str


def fee_state(dossier: Dossier) -> DisplayState:
    """Return the one state of all bills: the worst of them, EXEMPT when nothing is owed.

    What nobody waits for any more counts only where it was paid or waived. Of a dossier that was refused or withdrawn
    nothing is owed, whether its bills are closed yet or not: it is CANCELLED, unless money came or may have come.
    """
    if dossier.state in REASONS:
        came = {bill.display_state for bill in dossier.bills.all()} - {DisplayState.NOT_PAID, DisplayState.EXEMPT}
        return next((state for state in _WORST_FIRST if state in came), DisplayState.CANCELLED)
    if dossier.awaits_amount:
        return DisplayState.NOT_PAID
    counted = [bill for bill in dossier.bills.all() if bill.is_settled or not dossier.is_done_with(bill)]
    states = {bill.display_state for bill in counted}
    return next((state for state in _WORST_FIRST if state in states), DisplayState.EXEMPT)


def owed(dossier: Dossier) -> int:
    """Return what the open bills still ask for, whole đồng."""
    return sum(bill.missing_amount for bill in dossier.bills.all())


def payments_of(dossier: Dossier) -> list[Payment]:
    """Return all attempts to pay its bills, newest first."""
    return sorted((p for bill in dossier.bills.all() for p in bill.payments.all()), key=lambda p: -p.pk)


def last_checked(dossier: Dossier) -> datetime | None:
    """Return when a bank was last asked about any of its payments."""
    return max((p.checked_at for p in payments_of(dossier) if p.checked_at), default=None)


def stuck_payment(dossier: Dossier, now: datetime) -> Stuck | None:
    """Return the payment that has been in doubt longest, once that is longer than `UNCLEAR_AFTER`."""
    doubts = [
        payment
        for bill in dossier.bills.all()
        if bill.state == "open"
        for payment in bill.doubtful_payments
        if now - payment.created_at > UNCLEAR_AFTER
    ]
    oldest = min(doubts, key=lambda payment: payment.created_at, default=None)
    return Stuck(oldest.created_at, registry.name_of(oldest.gateway)) if oldest else None
