"""Every pair of states of money: listed here with the event it writes, or refused.

The tables stand here a second time, on purpose: an edge that is added to or lost from
`payments/states.py` must be added or lost here as well, by somebody who means it.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation

from payments import transitions
from payments.errors import IllegalTransition
from payments.models import Bill, Payment, Reallocation, Refund
from payments.states import (
    MONEY_IN,
    ONCE_PAID_STATES,
    OPEN_PAYMENT_STATES,
    SETTLED_BILL_STATES,
    UNCLEAR_AFTER,
    BillState,
    DisplayState,
    EventKind,
    PaymentState,
    ReallocationState,
    RefundState,
    is_correction,
    payment_edge,
)

NOW = datetime(2026, 11, 29, tzinfo=UTC)
#: From → to: the event.
PAYMENT = {
    "created": {
        "sent": "payment_sent",
        "unknown": "payment_unknown",
        "paid": "payment_paid",
        "failed": "payment_failed",
        "cancelled": "payment_cancelled",
        "expired": "payment_expired",
    },
    "sent": {
        "unknown": "payment_unknown",
        "paid": "payment_paid",
        "failed": "payment_failed",
        "cancelled": "payment_cancelled",
        "expired": "payment_expired",
    },
    "unknown": {
        "sent": "payment_sent",
        "paid": "payment_paid",
        "failed": "payment_failed",
        "cancelled": "payment_cancelled",
        "expired": "payment_expired",
    },
    "paid": {"reversed": "payment_reversed"},
    "failed": {"paid": "payment_paid"},
    "cancelled": {"paid": "payment_paid"},
    "expired": {"paid": "payment_paid"},
    "reversed": {"paid": "payment_paid"},
}
CORRECTIONS = {("failed", "paid"), ("cancelled", "paid"), ("expired", "paid")}
BILL = {
    "open": {"paid": "bill_settled", "waived": "bill_waived", "cancelled": "bill_cancelled"},
    "paid": {
        "open": "bill_reopened",
        "partly_refunded": "bill_partly_refunded",
        "refunded": "bill_refunded",
    },
    "partly_refunded": {"partly_refunded": "bill_partly_refunded", "refunded": "bill_refunded"},
    "waived": {},
    "cancelled": {},
    "refunded": {},
}
REFUND = {
    "proposed": {"approved", "rejected"},
    "approved": {"sent", "to_transfer"},
    "sent": {"done", "unknown", "approved", "to_transfer"},
    "unknown": {"done", "to_transfer"},
    "to_transfer": {"done", "rejected"},
    "rejected": set(),
    "done": set(),
}
REALLOCATION = {"proposed": {"done", "rejected"}, "done": set(), "rejected": set()}


def pairs(states: Any) -> list[Any]:
    return [pytest.param(*pair, id="-".join(pair)) for pair in itertools.product(states, repeat=2)]


@pytest.mark.parametrize(("before", "after"), pairs(PaymentState))
def test_a_payment(before: PaymentState, after: PaymentState) -> None:
    payment = Payment(state=before, is_applied=before == "paid", next_check_at=NOW)
    kind = PAYMENT[before].get(after)
    if kind is None:
        with pytest.raises(IllegalTransition):
            transitions.payment_to(payment, after)
        assert payment.state == before
        return
    event = transitions.payment_to(payment, after, cause="test")
    assert (payment.state, event.kind, event.before, event.after) == (after, kind, before, after)
    assert (event.payment, event.cause) == (payment, "test")
    assert event.is_correction is is_correction(before, after) is ((before, after) in CORRECTIONS)
    assert payment.next_check_at == (None if after == "paid" else NOW)
    assert payment.is_applied is False


@pytest.mark.parametrize(("before", "after"), pairs(BillState))
def test_a_bill(before: BillState, after: BillState) -> None:
    earlier = datetime(2026, 1, 1, tzinfo=UTC)
    bill = Bill(state=before, settled_at=None if before == "open" else earlier)
    kind = BILL[before].get(after)
    if kind is None:
        with pytest.raises(IllegalTransition):
            transitions.bill_to(bill, after, at=NOW)
        assert bill.state == before
        return
    event = transitions.bill_to(bill, after, at=NOW, amount=-5)
    assert (bill.state, event.kind, event.before, event.after) == (after, kind, before, after)
    assert (event.bill, event.amount) == (bill, -5)
    settled = {"open": None, "paid": NOW, "waived": NOW, "cancelled": None}
    assert bill.settled_at == settled.get(after, earlier)


@pytest.mark.parametrize(("before", "after"), pairs(RefundState))
def test_a_refund(before: RefundState, after: RefundState) -> None:
    refund = Refund(state=before)
    if after not in REFUND[before]:
        with pytest.raises(IllegalTransition):
            transitions.refund_to(refund, after)
        assert refund.state == before
        return
    event = transitions.refund_to(refund, after, cause="refund")
    assert (refund.state, event.kind, event.before, event.after) == (after, "refund_moved", before, after)


@pytest.mark.parametrize(("before", "after"), pairs(ReallocationState))
def test_money_that_shall_be_moved(before: ReallocationState, after: ReallocationState) -> None:
    move = Reallocation(state=before)
    if after not in REALLOCATION[before]:
        with pytest.raises(IllegalTransition):
            transitions.reallocation_to(move, after)
        assert move.state == before
        return
    transitions.reallocation_to(move, after)
    assert move.state == after


def test_the_statements_that_move_many_rows_take_edges_of_the_tables() -> None:
    paid, settled = transitions.PAYMENT_PAID, transitions.BILL_SETTLED
    assert {PAYMENT[before].get(paid.after) for before in paid.before} == {paid.event} == {"payment_paid"}
    assert not CORRECTIONS & {(before, paid.after) for before in paid.before}
    assert {BILL[before].get(settled.after) for before in settled.before} == {settled.event} == {"bill_settled"}
    assert (paid.before, settled.before) == (("created", "sent", "unknown"), ("open",))
    assert paid.before == tuple(OPEN_PAYMENT_STATES) and paid.event in MONEY_IN


def test_a_statement_cannot_be_built_for_what_no_table_lists_or_for_unlike_moves() -> None:
    build = transitions._bulk_edge
    with pytest.raises(IllegalTransition):
        build("payments_payment", ("paid",), "failed", payment_edge)
    with pytest.raises(ValueError):
        build("payments_payment", ("sent", "failed"), "paid", payment_edge)


def test_a_statement_moves_only_the_rows_it_is_given_and_of_those_only_what_may() -> None:
    assert transitions.BILL_SETTLED.update("plain", "bill_id", "settled_at = now()") == (
        "UPDATE payments_bill AS moved SET state = 'paid', settled_at = now() "
        "FROM plain WHERE moved.id = plain.bill_id AND moved.state IN ('open')"
    )
    assert transitions.PAYMENT_PAID.may_be_taken_by("p") == "p.state IN ('created', 'sent', 'unknown')"


def test_a_statement_moves_something() -> None:
    with pytest.raises(ValueError):
        transitions._bulk_edge("payments_payment", (), "paid", payment_edge)


def test_what_counts_as_settled_as_once_paid_and_as_money() -> None:
    assert set(SETTLED_BILL_STATES) == {"paid", "waived", "partly_refunded"}
    assert set(ONCE_PAID_STATES) == {"paid", "partly_refunded", "refunded"}
    assert set(MONEY_IN) == {"payment_paid", "money_received"}
    assert timedelta(minutes=30) == UNCLEAR_AFTER


@pytest.mark.parametrize("states", [BillState, DisplayState, PaymentState, RefundState, ReallocationState, EventKind])
def test_each_state_has_words_of_its_own(states: Any) -> None:
    with translation.override("vi"):
        words = {state: str(state.label) for state in states}
    assert [state for state, word in words.items() if word == state.name.replace("_", " ").title()] == []
    assert len(set(words.values())) == len(states)


def test_the_columns_to_save_are_all_that_a_move_changes() -> None:
    assert set(transitions.PAYMENT_COLUMNS) == {"state", "is_applied", "next_check_at"}
    assert set(transitions.BILL_COLUMNS) == {"state", "settled_at"}
