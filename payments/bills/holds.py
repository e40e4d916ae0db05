"""Holds: a bill that stays open but that nobody is asked to pay for now.

The reason is known to a receiver of the signal `money_asked` (a dossier that was stopped and may go on). Only asking is
held back: no attempt begins, no cash is taken, an inquiry of a bank is answered with "not payable now". Money that
comes all the same, of an attempt begun before, is settled like any other.
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
