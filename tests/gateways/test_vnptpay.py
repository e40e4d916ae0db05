"""VNPT-Pay: what we send, and what each of its answers means for the money."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    Malformed,
    OutcomeState,
    OutcomeUnknown,
    SentOrder,
)
from gateways.conformance.envelopes import SECRET
from gateways.vnptpay.messages import FLAVOURS, QUERY
from gateways.vnptpay.specimen import SPECIMEN
from tests.support.vnptpay_bank import CREATED, ORDER, REF, SENT, STATUS, bank, query, sign, start


@pytest.mark.parametrize(
    ("settings", "path", "flavour"),
    [({}, "/init", "single"), ({"flavour": "agency", "agency_id": "AG01"}, "/init_m_merch", "agency")],
)
def test_init_of_both_versions_is_signed_and_kept(settings: dict[str, str], path: str, flavour: str) -> None:
    with bank(sign(CREATED), **settings) as (gateway, server):
        redirect = gateway.start(ORDER)
    sent = json.loads(server.received[0].body)
    assert server.received[0].path == path
    assert server.received[0].headers["Authorization"] == "Bearer " + "k" * 32
    codec = FLAVOURS[flavour].init
    assert list(sent) == [*codec.fields, "SECURE_CODE"]
    assert codec.is_signed(sent, sent["SECURE_CODE"], [SECRET])
    assert sent["DESCRIPTION"] == "Nop phi ho so 000.00.01.H01-260715-0001"
    assert (sent["CREATE_DATE"], sent["CLIENT_IP"]) == ("20260715093000", "203.0.113.10")
    assert (redirect.url, redirect.request["CREATE_DATE"]) == ("https://bank.example/p/1", "20260715093000")


@pytest.mark.parametrize(
    "answer",
    [
        CREATED,
        sign(CREATED, "another secret"),
        {**sign(CREATED), "REDIRECT_URL": "https://thief.example/"},
        sign({**CREATED, "REDIRECT_URL": "javascript:alert(1)"}),
        sign({"RESPONSE_CODE": "00", "MERCHANT_ORDER_ID": REF}),
        sign({**CREATED, "MERCHANT_ORDER_ID": "ANOTHER"}),
        *(sign({"RESPONSE_CODE": code}) for code in ("03", "04", "06", "99")),
        {"RESPONSE_CODE": "01"},
        {},
    ],
)
def test_init_whose_answer_is_unsigned_or_unclear_is_unknown(answer: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        start(answer)


def test_the_signature_of_an_answer_is_over_the_raw_number() -> None:
    signature = sign({**CREATED, "AMOUNT": "150000.0"})["SECURE_CODE"]
    body = json.dumps({**CREATED, "AMOUNT": 150000.0, "SECURE_CODE": signature}).encode()
    assert b"150000.0" in body
    assert start(body).url == CREATED["REDIRECT_URL"]


def test_maintenance_offers_another_gateway() -> None:
    with pytest.raises(GatewayUnavailable):
        start(sign({"RESPONSE_CODE": "96"}))


@pytest.mark.parametrize("code", ["01", "02", "05", "42"])
def test_a_refusal_is_final(code: str) -> None:
    with pytest.raises(GatewayRefused) as refused:
        start(sign({"RESPONSE_CODE": code, "DESCRIPTION": "Loi"}))
    assert refused.value.code == code
    assert not refused.value.is_configuration_fault


@pytest.mark.parametrize("code", ["07", "08", "09"])
def test_a_wrong_key_or_contract_raises_the_alarm_even_unsigned(code: str) -> None:
    with pytest.raises(GatewayRefused) as refused:
        start({"RESPONSE_CODE": code})
    assert refused.value.is_configuration_fault


def test_query_sends_the_create_date_of_the_init() -> None:
    with bank(sign(STATUS), query_path="/query") as (gateway, server):
        outcome = gateway.query(SENT)
    sent = json.loads(server.received[0].body)
    assert server.received[0].path == "/query"
    assert sent["CREATE_DATE"] == "20260715093000"
    assert QUERY.is_signed(sent, sent["SECURE_CODE"], [SECRET])
    assert (outcome.state, outcome.amount, outcome.gateway_ref) == (OutcomeState.PAID, 150000, "VNPT1")
    assert outcome.occurred_at == datetime(2026, 7, 15, 2, 31, 45, tzinfo=UTC)


def test_query_after_a_start_that_never_came_back_knows_the_date_from_the_order() -> None:
    with bank(sign(STATUS)) as (gateway, server):
        gateway.query(SentOrder(REF, 150000, {}, created_at=ORDER.created_at))
        with pytest.raises(OutcomeUnknown):
            gateway.query(SentOrder(REF, 150000, {}))
    assert json.loads(server.received[0].body)["CREATE_DATE"] == "20260715093000"


@pytest.mark.parametrize(
    ("status", "state"),
    [("1", "paid"), (1, "paid"), ("3", "pending"), ("4", "failed"), ("7", "pending"), ("", "pending")],
)
def test_transaction_status(status: Any, state: str) -> None:
    assert query(sign({**STATUS, "TRANSACTION_STATUS": status})).state == state


def test_the_meaning_of_a_status_is_a_setting() -> None:
    assert query(sign({**STATUS, "TRANSACTION_STATUS": "S"}), status_map={"S": "paid"}).state == "paid"


def test_no_data_is_not_found_and_not_failed() -> None:
    assert query(sign({"RESPONSE_CODE": "05"})).state == OutcomeState.NOT_FOUND


@pytest.mark.parametrize(
    "answer",
    [
        STATUS,
        {**sign(STATUS), "AMOUNT": 1},
        sign({**STATUS, "MERCHANT_ORDER_ID": "ANOTHER"}),
        sign({**STATUS, "AMOUNT": ""}),
        *(sign({"RESPONSE_CODE": code}) for code in ("01", "02", "03", "04", "06", "99")),
    ],
)
def test_a_query_that_fails_says_nothing_of_the_money(answer: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        query(answer)


@pytest.mark.parametrize(("code", "state"), [("01", "failed"), ("04", "pending"), ("06", "pending"), ("99", "pending")])
def test_a_confirm_that_is_no_success(code: str, state: str) -> None:
    assert SPECIMEN.verify(SPECIMEN.message(RESPONSE_CODE=code)).state == state


def test_a_failed_confirm_may_have_no_transaction_but_a_paid_one_must() -> None:
    failed = SPECIMEN.message(RESPONSE_CODE="01", VNPTPAY_TRANSACTION_ID="")
    assert SPECIMEN.verify(failed).state == OutcomeState.FAILED
    with pytest.raises(Malformed):
        SPECIMEN.verify(SPECIMEN.message(VNPTPAY_TRANSACTION_ID=""))


def test_a_confirm_for_another_merchant_or_of_another_kind_is_refused() -> None:
    for changes in ({"MERCHANT_SERVICE_ID": "1002"}, {"ACTION": "INIT"}):
        with pytest.raises(Malformed):
            SPECIMEN.verify(SPECIMEN.message(**changes))


def test_a_separator_may_not_move_the_borders_of_a_confirm() -> None:
    moved = SPECIMEN.message(PAYMENT_METHOD="VNPTPAY", PAY_DATE="20260715093145", ADDITIONAL_INFO="A|B")
    assert SPECIMEN.verify(moved)
    with pytest.raises(Malformed):
        SPECIMEN.verify({**moved, "PAYMENT_METHOD": "VNPTPAY|20260715093145", "PAY_DATE": "A", "ADDITIONAL_INFO": "B"})
