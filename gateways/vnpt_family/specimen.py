"""What a bank of the VNPT family answers, for the specimens of its gateways."""

from __future__ import annotations

from typing import Any

from gateways.base import GatewayRefused, OutcomeState, OutcomeUnknown
from gateways.codecs.field_signatures import PipeSha256, received_order
from gateways.conformance.envelopes import SECRET
from gateways.conformance.specimens import Fields, Reply

from .adapter import Dialect


def opened(names: Dialect) -> Reply:
    """Return the answer to a good INIT."""
    answer = {names.code: "00", names.text: "Thanh cong", names.url: "https://bank.example/p/1"}
    return lambda request: signed_answer(names, {**answer, names.order: request[names.order]})


def replies(names: Dialect) -> dict[str, tuple[Reply, Any]]:
    """Return every answer to a QUERY, and what the adapter must make of it."""

    def status(value: str, **changes: Any) -> Reply:
        answer = {
            names.code: "00",
            names.text: "Thanh cong",
            names.amount: 150000,
            names.currency: "VND",
            names.transaction: "BANK0099887766",
            names.paid_at: "20260715093145",
            names.status: value,
        }
        return lambda request: signed_answer(names, {**answer, names.order: request[names.order], **changes})

    def refusal(code: str) -> Reply:
        return lambda request: signed_answer(
            names, {names.code: code, names.text: "", names.order: request[names.order]}
        )

    return {
        "paid": (status("1"), OutcomeState.PAID),
        "debited but not final": (status("3"), OutcomeState.PENDING),
        "failed": (status("4"), OutcomeState.FAILED),
        "a status never heard of": (status("7"), OutcomeState.PENDING),
        "not found": (refusal("05"), OutcomeState.NOT_FOUND),
        "paid, of another order": (status("1", **{names.order: "ANOTHER"}), OutcomeUnknown),
        "paid, without an amount": (status("1", **{names.amount: ""}), OutcomeUnknown),
        "time-out at the bank": (refusal("04"), OutcomeUnknown),
        "our key is wrong": (refusal("07"), GatewayRefused),
    }


def signed_answer(names: Dialect, answer: Fields) -> Fields:
    """Return an answer signed over its values in the order sent."""
    rule = PipeSha256(received_order(answer, names.signature))
    return {**answer, names.signature: rule.sign(answer, SECRET)}
