"""An open bill made anew with other lines: bills and their lines are frozen, so the one before is closed."""

from __future__ import annotations

from collections.abc import Sequence

from payments.models import Bill, LedgerEvent
from payments.states import BillState, EventKind

from .create import NewLine, cancel_bill, create_bill

_REPLACED_BY = "replaced_by"
#: More often no bill is made anew before it is paid.
_LONGEST_CHAIN = 20


def lines_of(bill: Bill) -> list[NewLine]:
    """Return the lines of a bill as they would be billed again."""
    return [NewLine.again(line) for line in bill.lines.all()]


def replace(bill: Bill, lines: Sequence[NewLine], *, reason: str, cause: str = "dossier") -> Bill | None:
    """Close an open bill and return the one that takes its place, or None where no line is left.

    Must run in a transaction of the caller's. Raises BillNotPayable, BillHasMoney.
    """
    new = None
    if lines:
        new = create_bill(
            reference=bill.reference,
            agency=bill.agency,
            payer_name=bill.payer_name,
            description=bill.description,
            lines=lines,
            due_at=bill.due_at,
            client=bill.client,
            cause=cause,
        )
    cancel_bill(bill, reason=reason, cause=cause, detail={_REPLACED_BY: new.pk} if new else {})
    return new


def successor_of(bill: Bill) -> Bill | None:
    """Return the bill that took the place of a closed one, the last where there were several; None for none."""
    last = None
    for _ in range(_LONGEST_CHAIN):
        event = LedgerEvent.objects.filter(bill=last or bill, kind=EventKind.BILL_CANCELLED).order_by("-pk").first()
        later = Bill.objects.filter(pk=event.detail.get(_REPLACED_BY)).first() if event else None
        if later is None:
            break
        last = later
        if last.state != BillState.CANCELLED:
            break
    return last
