"""What VNPT-Pay and PayPlatform share, field by field, with the names of VNPT-Pay."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from gateways.base import Answer, Capability, Malformed, Outcome, OutcomeState
from gateways.conformance.envelopes import as_json
from gateways.vnptpay.specimen import SPECIMEN
from tests.support.vnptpay_bank import REF, SENT, STATUS, bank, query, sign

ANSWERED = {**STATUS, "DESCRIPTION": "Thanh cong"}


def test_it_opens_a_page_and_can_be_asked() -> None:
    assert SPECIMEN.gateway.capabilities == {Capability.REDIRECT, Capability.QUERY}
    answer = SPECIMEN.adapter.inquire(as_json({}), lambda _: None)
    assert (answer.status, answer.body) == (404, b"{}")


@pytest.mark.parametrize(
    "changes",
    [
        {"MERCHANT_ORDER_ID": "HS 1"},
        {"MERCHANT_ORDER_ID": ""},
        {"RESPONSE_CODE": "0-0"},
        {"RESPONSE_CODE": ""},
        {"AMOUNT": "0"},
        {"RESPONSE_CODE": "01", "VNPTPAY_TRANSACTION_ID": "a b"},
    ],
)
def test_what_is_signed_and_has_not_its_shape_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        SPECIMEN.verify(SPECIMEN.message(**changes))


@pytest.mark.parametrize(("told", "currency"), [("VND", "VND"), ("USD", "USD"), ("", None)])
def test_the_whole_message_is_kept_and_its_currency_read(told: str, currency: str | None) -> None:
    message = SPECIMEN.message(CURRENCY_CODE=told)
    notification = SPECIMEN.verify(message)
    assert notification.currency == currency
    assert {name: str(value) for name, value in notification.facts.items()} == {
        name: str(value) for name, value in message.items()
    }


@pytest.mark.parametrize(("kept", "sent"), [({"VERSION": "9.9"}, "9.9"), ({}, "1.0.5")])
def test_a_query_is_of_the_version_of_its_init(kept: dict[str, str], sent: str) -> None:
    order = replace(SENT, request={"CREATE_DATE": "20260715093000", **kept})
    with bank(sign(STATUS)) as (gateway, server):
        gateway.query(order)
    assert json.loads(server.received[0].body)["VERSION"] == sent


def test_an_answer_to_a_query_is_kept_whole() -> None:
    outcome = query(sign(ANSWERED))
    assert (outcome.code, outcome.message, outcome.currency) == ("1", "Thanh cong", "VND")
    assert outcome.facts["DESCRIPTION"] == "Thanh cong" and outcome.facts["MERCHANT_ORDER_ID"] == REF
    assert query(sign({**ANSWERED, "CURRENCY_CODE": ""})).currency is None


def test_no_data_is_told_with_its_code() -> None:
    answer = sign({"RESPONSE_CODE": "05", "DESCRIPTION": "khong co"})
    assert query(answer) == Outcome(OutcomeState.NOT_FOUND, code="05", facts=answer)


def test_what_is_not_paid_needs_no_amount() -> None:
    outcome = query(sign({**STATUS, "TRANSACTION_STATUS": "4", "AMOUNT": ""}))
    assert (outcome.state, outcome.amount) == (OutcomeState.FAILED, None)


@pytest.mark.parametrize(("named", "echoed"), [("HS1", "HS1"), ("<script>", ""), ("", "")])
def test_of_a_message_nobody_believes_only_what_looks_like_a_code_is_echoed(named: str, echoed: str) -> None:
    message = as_json({"MERCHANT_ORDER_ID": named})
    answer = json.loads(SPECIMEN.adapter.answer(message, None, Answer.BAD_SIGNATURE).body)
    assert answer["MERCHANT_ORDER_ID"] == echoed
    notification = SPECIMEN.verify(SPECIMEN.message())
    answer = json.loads(SPECIMEN.adapter.answer(message, notification, Answer.ACCEPTED).body)
    assert answer["MERCHANT_ORDER_ID"] == notification.merchant_ref
