"""What each event means for each payment, as a table: the rules are pure, so every line of them stands here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gateways.base import OutcomeState
from payments.settlement.rules import Decision, GatewayEvent, PaymentFacts, decide
from payments.states import OPEN_PAYMENT_STATES, BillState, PaymentState

PAID = GatewayEvent("paid", 72_000, "VND", "", "FT1", is_transfer=True)
REDIRECT = replace(PAID, is_transfer=False)
SENT = PaymentFacts("sent", 72_000, "", "open")
SETTLED = PaymentFacts("paid", 72_000, "FT0", "paid", is_applied=True)
ACCOUNTS = frozenset({"113", "114"})
CLOSED_STATES = [state for state in PaymentState if state not in OPEN_PAYMENT_STATES]


def told(decision: Decision) -> dict[str, Any]:
    """What a decision changes: everything in it that is not nothing."""
    names = (
        "payment_to",
        "books_money",
        "settles_bill",
        "uses_parts",
        "takes_money_back",
        "asks_gateway",
        "discrepancy",
    )
    changes = {name: getattr(decision, name) for name in names if getattr(decision, name)}
    return {"result": decision.result, "state": decision.notification_state, **changes}


def line(result: str, state: str = "done", **changes: Any) -> dict[str, Any]:
    return {"result": result, "state": state, **changes}


def ask(
    event: GatewayEvent, payment: PaymentFacts | None, accounts: frozenset[str] = frozenset(), **known: bool
) -> Any:
    return told(decide(event, payment, accounts, **{"is_booked": False, **known}))


SETTLES = line("settled", payment_to="paid", books_money=True, settles_bill=True)
UNKNOWN_MONEY = line("unknown_reference", "orphan", books_money=True, discrepancy="unknown_reference")


@pytest.mark.parametrize("event", [PAID, REDIRECT])
@pytest.mark.parametrize("state", ["created", "sent", "unknown", "failed", "cancelled", "expired"])
def test_the_right_sum_settles_an_open_bill_from_every_state(event: GatewayEvent, state: str) -> None:
    assert ask(event, replace(SENT, state=state)) == SETTLES
    assert ask(replace(event, currency=""), replace(SENT, state=state)) == SETTLES


def test_only_a_transfer_pays_again_after_a_reversal() -> None:
    reversed_payment = replace(SENT, state="reversed", gateway_ref="FT0")
    assert ask(PAID, reversed_payment) == SETTLES
    assert ask(REDIRECT, reversed_payment) == line("already_reversed", "ignored")


@pytest.mark.parametrize("bill", ["paid", "waived", "cancelled", "partly_refunded", "refunded"])
def test_money_for_a_bill_that_owes_nothing_is_surplus(bill: str) -> None:
    surplus = line("surplus", payment_to="paid", books_money=True, discrepancy="surplus")
    assert ask(PAID, replace(SENT, bill_state=bill)) == surplus
    # Parts are for an open bill only.
    short = ask(replace(PAID, amount=50_000), replace(SENT, bill_state=bill, parts_amount=22_000))
    assert short == line("wrong_amount", books_money=True, discrepancy="short")


@pytest.mark.parametrize(("amount", "kind"), [(71_999, "short"), (1, "short"), (720_001, "over"), (999_000, "over")])
def test_another_sum_is_kept_with_a_case(amount: int, kind: str) -> None:
    kept = line("wrong_amount", books_money=True, discrepancy=kind)
    for state in PaymentState:
        if state == PaymentState.PAID:
            continue
        assert ask(replace(PAID, amount=amount), replace(SENT, state=state)) == kept
        in_doubt = {"payment_to": "unknown"} if state in ("created", "sent") else {}
        if state != PaymentState.REVERSED:
            assert ask(replace(REDIRECT, amount=amount), replace(SENT, state=state)) == {**kept, **in_doubt}


@pytest.mark.parametrize(
    ("parts", "amount", "expected"),
    [
        (22_000, 50_000, {"uses_parts": True, "settles_bill": True, "payment_to": "paid"}),
        (22_000, 50_001, {"uses_parts": True, "settles_bill": True, "payment_to": "paid", "discrepancy": "surplus"}),
        (71_999, 71_999, {"uses_parts": True, "settles_bill": True, "payment_to": "paid", "discrepancy": "surplus"}),
        (22_000, 49_999, {"discrepancy": "short"}),
        (0, 71_999, {"discrepancy": "short"}),
        (22_000, 72_001, {"uses_parts": True, "settles_bill": True, "payment_to": "paid", "discrepancy": "surplus"}),
        (0, 72_001, {"uses_parts": True, "settles_bill": True, "payment_to": "paid", "discrepancy": "surplus"}),
        (0, 720_000, {"uses_parts": True, "settles_bill": True, "payment_to": "paid", "discrepancy": "surplus"}),
        (22_000, 698_001, {"discrepancy": "over"}),
        (22_000, 72_000, {"settles_bill": True, "payment_to": "paid"}),
    ],
)
def test_parts_settle_when_the_sum_is_there(parts: int, amount: int, expected: dict[str, Any]) -> None:
    decided = ask(replace(PAID, amount=amount), replace(SENT, parts_amount=parts))
    together = "settled_in_parts" if parts else "settled_with_surplus"
    result = together if "uses_parts" in expected else "settled" if "settles_bill" in expected else "wrong_amount"
    assert decided == line(result, books_money=True, **expected)


def test_a_page_may_bring_the_last_part() -> None:
    settled = line("settled_in_parts", payment_to="paid", books_money=True, settles_bill=True, uses_parts=True)
    assert ask(replace(REDIRECT, amount=50_000), replace(SENT, parts_amount=22_000)) == settled


def test_a_page_that_charged_more_than_it_was_asked_to_is_looked_at_by_a_person() -> None:
    assert ask(replace(REDIRECT, amount=72_001), SENT)["discrepancy"] == "over"
    assert ask(replace(REDIRECT, amount=72_001), replace(SENT, parts_amount=22_000))["discrepancy"] == "over"


def test_a_success_told_again_changes_nothing_and_a_second_transfer_is_surplus() -> None:
    again = line("already_paid", "ignored")
    twice = line("paid_again", books_money=True, discrepancy="surplus")
    assert ask(replace(REDIRECT, gateway_ref="FT0"), SETTLED) == again
    assert ask(replace(REDIRECT, gateway_ref=""), SETTLED) == again
    assert ask(REDIRECT, replace(SETTLED, gateway_ref="")) == again
    assert ask(REDIRECT, SETTLED) == twice
    for reference in ("FT0", "FT1", ""):
        assert ask(replace(PAID, gateway_ref=reference), SETTLED) == twice
    assert ask(replace(PAID, amount=None), SETTLED) == line("paid_again", discrepancy="conflict")


@pytest.mark.parametrize("state", list(PaymentState))
def test_a_success_without_a_sum_is_asked_about(state: str) -> None:
    decided = ask(replace(REDIRECT, amount=None), replace(SENT, state=state))
    if state == PaymentState.PAID:
        assert decided == line("already_paid", "ignored")
    elif state == PaymentState.REVERSED:
        assert decided == line("already_reversed", "ignored")
    else:
        doubt = {"payment_to": "unknown"} if state in ("created", "sent") else {}
        assert decided == line("to_be_asked", asks_gateway=True, **doubt)


def test_what_comes_before_every_rule_about_the_payment() -> None:
    for payment in (SENT, SETTLED, None):
        assert ask(PAID, payment, is_booked=True) == line("already_booked", "ignored")
        assert ask(replace(PAID, currency="USD"), payment) == line("wrong_currency", discrepancy="wrong_currency")
        assert ask(replace(PAID, account="999"), payment, ACCOUNTS) == line(
            "wrong_account", discrepancy="wrong_account"
        )
        assert ask(replace(PAID, is_conflict=True), payment) == line("conflict", discrepancy="conflict")
        assert ask(PAID, payment, is_likely_booked=True) == line("likely_booked", discrepancy="likely_booked")
    booked_in_dollars = ask(replace(PAID, currency="USD", account="999"), SENT, ACCOUNTS, is_booked=True)
    assert booked_in_dollars["result"] == "already_booked"


@pytest.mark.parametrize("state", [None, *PaymentState])
def test_money_that_stands_for_another_order_is_for_a_person_and_nobody_calls_this_one_failed(
    state: str | None,
) -> None:
    doubt = {"payment_to": "unknown"} if state in ("created", "sent") else {}
    decided = ask(PAID, replace(SENT, state=state) if state else None, is_booked=True, is_booked_elsewhere=True)
    assert decided == line("booked_for_another", discrepancy="conflict", **doubt)


def test_an_account_is_asked_about_where_both_sides_name_one() -> None:
    assert ask(replace(PAID, account="113"), SENT, ACCOUNTS) == SETTLES
    assert ask(replace(PAID, account=""), SENT, ACCOUNTS) == SETTLES
    assert ask(replace(PAID, account="999"), SENT) == SETTLES


def test_money_for_nobody_is_booked_if_we_know_how_much() -> None:
    assert ask(PAID, None) == UNKNOWN_MONEY
    without_sum = {name: value for name, value in UNKNOWN_MONEY.items() if name != "books_money"}
    assert ask(replace(PAID, amount=None), None) == without_sum


MOVES = {"failed": "failed", "cancelled": "cancelled", "pending": "unknown", "unknown": "unknown", "reversed": "failed"}


@pytest.mark.parametrize("outcome", [outcome for outcome in OutcomeState if outcome != OutcomeState.PAID])
def test_opinions_move_only_what_is_open_and_not_there_already(outcome: str) -> None:
    event = replace(PAID, outcome=outcome)
    assert ask(event, None) == line("unknown_reference", "ignored")
    assert ask(event, None, is_booked=True) == line("unknown_reference", "ignored")
    for state in OPEN_PAYMENT_STATES:
        move = MOVES.get(str(outcome))
        late = move is None or move == state
        expected = line(f"late_{outcome}", "ignored") if late else line(str(outcome), payment_to=move)
        assert ask(event, replace(SENT, state=state)) == expected
    for state in CLOSED_STATES:
        if (outcome, state) != ("reversed", "paid"):
            assert ask(event, replace(SENT, state=state)) == line(f"late_{outcome}", "ignored")


REVERSAL = replace(REDIRECT, outcome="reversed")


@pytest.mark.parametrize("amount", [72_000, None])
def test_a_whole_reversal_of_what_settled_a_bill_takes_it_back(amount: int | None) -> None:
    taken = line("reversed", payment_to="reversed", takes_money_back=True, discrepancy="reversed")
    assert ask(replace(REVERSAL, amount=amount), SETTLED) == taken


@pytest.mark.parametrize(
    ("amount", "changed"),
    [
        (71_000, {}),
        (72_000, {"is_applied": False}),
        (72_000, {"bill_state": BillState.PARTLY_REFUNDED}),
        (72_000, {"reserved_amount": 1}),
    ],
)
def test_any_other_reversal_is_for_a_person(amount: int, changed: dict[str, Any]) -> None:
    decided = ask(replace(REVERSAL, amount=amount), replace(SETTLED, **changed))
    assert decided == line("reversed", discrepancy="contradiction")


def test_what_nobody_says_is_not() -> None:
    assert (GatewayEvent("paid", 1, "", "", "", is_transfer=True).is_conflict, SENT.is_applied) == (False, False)
    assert (SENT.reserved_amount, SENT.parts_amount) == (0, 0)
