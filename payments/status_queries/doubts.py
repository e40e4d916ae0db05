"""Payments whose money is in doubt, as a condition of a query (`Payment.is_in_doubt`, `Bill.doubtful_payments`)."""

from __future__ import annotations

from django.db.models import Q

from payments.models.discrepancies import DiscrepancyKind
from payments.states import OPEN_PAYMENT_STATES, PaymentState

#: What tells that the money of an attempt came, only not the right sum.
CAME_WRONG = (DiscrepancyKind.SHORT, DiscrepancyKind.OVER)


def in_doubt(**returned: object) -> Q:
    """Return the condition for a query of payments; `returned` narrows when the browser came back."""
    was_offered = ~Q(redirect_url="", qr_text="")
    came_back = Q(state__in=OPEN_PAYMENT_STATES, **(returned or {"returned_at__isnull": False}))
    doubtful = Q(state=PaymentState.UNKNOWN) & was_offered | came_back
    return doubtful & ~Q(discrepancies__kind__in=CAME_WRONG)
