"""Holds: a bill that stays open but that nobody is asked to pay for now.

Why, somebody else knows (a dossier that was stopped and may go on), who answers `money_asked`. Only asking
is held back: no attempt begins, no cash is taken, a bank that inquires is told to wait. Money that comes all
the same, of an attempt begun before, is settled like any other.
"""

from __future__ import annotations

from payments.errors import BillHeld
from payments.models import Bill
from payments.signals import money_asked


def hold_reason(bill: Bill) -> str:
    """Return why a bill should not be paid for now, a sentence for the payer, or ""."""
    return next((str(why) for _receiver, why in money_asked.send(Bill, bill=bill) if why), "")


def refuse_held(bill: Bill) -> None:
    """Raise BillHeld for a bill that should not be paid for now."""
    if why := hold_reason(bill):
        raise BillHeld(why)
