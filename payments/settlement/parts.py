"""Parts of a bill: transfers that were too little each and are enough together.

Each part is kept as a discrepancy of kind SHORT. The one that completes the sum settles the
bill and uses the others up; what they bring beyond it is surplus.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext

from payments.models import Bill, Discrepancy, LedgerEvent, Payment
from payments.models.discrepancies import DiscrepancyKind
from payments.states import BillState, EventKind

#: The cause of the event that uses a part up; its cause_id is the notification that brought the part.
CAUSE = "part"


def lock_open(bills: Iterable[Bill]) -> dict[int, list[Discrepancy]]:
    """Return the unused parts of the bills still open, by bill. Locks them, ids ascending; the bills are locked."""
    parts: dict[int, list[Discrepancy]] = {bill.pk: [] for bill in bills if bill.state == BillState.OPEN}
    unused = Discrepancy.objects.filter(bill__in=parts, kind=DiscrepancyKind.SHORT, closed_at=None)
    for part in unused.select_for_update().order_by("pk"):
        parts[part.bill_id or 0].append(part)
    return parts


def total(parts: Iterable[Discrepancy]) -> int:
    """Return what the parts bring, whole đồng; money being refunded or moved is not theirs any more."""
    return sum(part.remaining_amount for part in parts)


def use(parts: Iterable[Discrepancy], bill: Bill, payment: Payment, *, at: datetime) -> list[LedgerEvent]:
    """Use parts up for their bill: change the rows, return the events. The caller saves both."""
    events = []
    for part in parts:
        if not part.remaining_amount:
            continue
        events.append(
            LedgerEvent(
                kind=EventKind.SURPLUS_USED,
                bill=bill,
                payment=payment,
                amount=part.remaining_amount,
                cause=CAUSE,
                cause_id=str(part.notification_id),
            )
        )
        part.used_amount = part.amount
        part.closed_at, part.resolution = at, gettext("Các lần chuyển cộng lại đủ: khoản đã được ghi nhận đã nộp")
    return events
