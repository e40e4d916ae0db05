"""State transitions of money: the only writes of the states of payments, bills, refunds and reallocations.

Each function checks the edge against the tables of `states`, sets the state on a row whose
lock the caller holds, with the columns that only make sense in that state, and returns the
ledger event which the edge names. Neither is saved: a batch writes a thousand rows and
events in two statements. Statements that move many rows at once are built here as well,
from the same tables (`BulkEdge`). `tests/state_writes.py` refuses every other write.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from .models import Bill, LedgerEvent, Payment, Reallocation, Refund
from .states import (
    OPEN_PAYMENT_STATES,
    BillState,
    EventKind,
    PaymentState,
    ReallocationState,
    RefundState,
    bill_edge,
    check_reallocation_edge,
    check_refund_edge,
    is_correction,
    payment_edge,
)

#: The columns that `payment_to` and `bill_to` may change: save them together.
PAYMENT_COLUMNS = ("state", "is_applied", "next_check_at")
BILL_COLUMNS = ("state", "settled_at")


def payment_to(payment: Payment, after: PaymentState, **event: object) -> LedgerEvent:
    """Move a locked payment and return the event to save. `event` are further columns of it.

    A paid payment needs no further status query; reversed money settles nothing.
    Raises IllegalTransition.
    """
    before = payment.state
    kind = payment_edge(before, after)
    payment.state = after
    if after == PaymentState.PAID:
        payment.next_check_at = None
    elif after == PaymentState.REVERSED:
        payment.is_applied = False
    correction = is_correction(before, after)
    return LedgerEvent(kind=kind, payment=payment, before=before, after=after, is_correction=correction, **event)


def bill_to(bill: Bill, after: BillState, *, at: datetime, **event: object) -> LedgerEvent:
    """Move a locked bill and return the event to save. `at` is when: kept while nothing more is owed.

    Raises IllegalTransition.
    """
    before = bill.state
    kind = bill_edge(before, after)
    bill.state = after
    if after in (BillState.PAID, BillState.WAIVED):
        bill.settled_at = at
    elif after == BillState.OPEN:
        bill.settled_at = None
    return LedgerEvent(kind=kind, bill=bill, before=before, after=after, **event)


def refund_to(refund: Refund, after: RefundState, **event: object) -> LedgerEvent:
    """Move a locked refund and return the event to save. Raises IllegalTransition."""
    before = refund.state
    check_refund_edge(before, after)
    refund.state = after
    return LedgerEvent(kind=EventKind.REFUND_MOVED, before=before, after=after, **event)


def reallocation_to(reallocation: Reallocation, after: ReallocationState) -> None:
    """Decide on locked money that shall be moved; audited. Raises IllegalTransition."""
    check_reallocation_edge(reallocation.state, after)
    reallocation.state = after


@dataclass(frozen=True, slots=True)
class BulkEdge:
    """A move of many rows in one SQL statement: from any of `before` to `after`, each recorded as `event`."""

    table: str
    before: tuple[str, ...]
    after: str
    event: EventKind

    def may_be_taken_by(self, alias: str) -> str:
        """Return the condition on a row of the table, named by its alias."""
        states = ", ".join(f"'{state}'" for state in self.before)
        return f"{alias}.state IN ({states})"

    def update(self, source: str, key: str, assignments: str) -> str:
        """Return the UPDATE of the rows whose id stands in `source.key`; `assignments` are further columns."""
        return (
            f"UPDATE {self.table} AS moved SET state = '{self.after}', {assignments} "  # noqa: S608
            f"FROM {source} WHERE moved.id = {source}.{key} AND {self.may_be_taken_by('moved')}"
        )


def _bulk_edge(table: str, before: tuple[str, ...], after: str, edge: Callable[[str, str], EventKind]) -> BulkEdge:
    """Look the moves up in their table: one event for all of them, and none that corrects what we said before."""
    events = {edge(state, after) for state in before}
    if len(events) != 1 or any(is_correction(state, after) for state in before):
        raise ValueError(f"{table}: a statement cannot move rows from {before} to {after} alike")
    return BulkEdge(table, tuple(str(state) for state in before), str(after), events.pop())


#: Attempts that wait for their money, and it comes.
PAYMENT_PAID = _bulk_edge("payments_payment", OPEN_PAYMENT_STATES, PaymentState.PAID, payment_edge)
#: Bills that are owed, and their money comes.
BILL_SETTLED = _bulk_edge("payments_bill", (BillState.OPEN,), BillState.PAID, bill_edge)
