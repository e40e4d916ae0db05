"""The payer's name on a receipt: whole for the payer and for the agency's staff, masked for who has only the link.

The link is passed on: to the relative who pays, to a group, to a shop that prints. What it opens names nobody whole.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

from agencies.authorization import agencies_of
from agencies.models import User
from payments.callbacks.handle import mask_name
from payments.models import Bill, Receipt
from payments.signals import proof_asked


@dataclass(frozen=True, slots=True)
class Named:
    """How a receipt names its payer; `proof_at` is where who has only the link may prove to be the payer, or ""."""

    payer: str
    is_whole: bool
    proof_at: str = ""


def whole(receipt: Receipt) -> Named:
    """Return the name as it was frozen, for who is known to be entitled to it."""
    return Named(receipt.payer_name, True)


def named_for(request: HttpRequest, receipt: Receipt) -> Named:
    """Return the name as this browser may read it. Reads `bill`."""
    bill = receipt.bill
    if isinstance(request.user, User) and bill.agency_id in agencies_of(request.user, timezone.localdate()):
        return whole(receipt)
    answers = [answer for _receiver, answer in proof_asked.send(Bill, bill=bill, request=request) if answer is not None]
    if "" in answers:
        return whole(receipt)
    return Named(mask_name(receipt.payer_name), False, next(iter(answers), ""))
