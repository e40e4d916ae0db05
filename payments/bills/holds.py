"""Holds: a bill that stays open but that nobody is asked to pay for now.

The reason is known to a receiver of the signal `money_asked` (a dossier that was stopped and may go on). Only asking is
held back: no attempt begins, no cash is taken, an inquiry of a bank is answered with "not payable now". Money that
comes all the same, of an attempt begun before, is settled like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core.values.money import dong_for_reader
from payments.errors import BillHeld
from payments.models import Bill
from payments.signals import matter_ended, money_asked, owner_asked
from payments.states import BillState


@dataclass(frozen=True, slots=True)
class Ending:
    """Why the matter of a bill ended (a RefundReason), and since when nothing is owed for it."""

    reason: str
    at: datetime


def hold_reason(bill: Bill) -> str:
    """Return why a bill should not be paid for now, a sentence for the payer, or ""."""
    return next((str(why) for _receiver, why in money_asked.send(Bill, bill=bill) if why), "")


def ending(bill: Bill) -> Ending | None:
    """Return how the matter of a bill ended that was refused or withdrawn: its money goes back. None for any other."""
    answers: list[tuple[object, object]] = matter_ended.send(Bill, bill=bill)  # type: ignore[assignment]
    return next((ended for _receiver, ended in answers if isinstance(ended, Ending)), None)


def end_reason(bill: Bill) -> str:
    """Return the RefundReason of a bill whose matter was refused or withdrawn, or ""."""
    ended = ending(bill)
    return ended.reason if ended else ""


def left_to_do(bill: Bill) -> list[str]:
    """Return what the owner of a bill's matter still has to do, sentence by sentence."""
    return [each for _receiver, sentences in owner_asked.send(Bill, bill=bill) for each in sentences or ()]


def received_reason(bill: Bill) -> str:
    """Return why nobody should pay a bill for which enough has come, unsettled, or "". Reads `discrepancies`."""
    if bill.state != BillState.OPEN or bill.missing_amount > 0:
        return ""
    amount = dong_for_reader(bill.received_amount)
    return _("Đã nhận %(amount)s cho khoản này. Không cần nộp nữa: kế toán đang ghi nhận.") % {"amount": amount}


def why_not_now(bill: Bill) -> str:
    """Return why nobody should pay an open bill now, a sentence for the payer, or "". Reads `discrepancies`."""
    return hold_reason(bill) or received_reason(bill)


def refuse_held(bill: Bill) -> None:
    """Raise BillHeld for a bill that should not be paid for now."""
    if why := hold_reason(bill):
        raise BillHeld(why)
