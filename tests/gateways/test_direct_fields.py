"""VietinBank's direct payment field by field (vietinbank_direct): what is sent, what is read, what is answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateways.base import (
    Answer,
    Capability,
    GatewayRefused,
    MerchantConfig,
    Outcome,
    OutcomeState,
    OutcomeUnknown,
    RawRequest,
    RawResponse,
    SentOrder,
)
from gateways.codecs.field_signatures import RsaConcatenation, private_key, public_key
from gateways.conformance.envelopes import as_json, as_post
from gateways.vietinbank_direct import sandbox
from gateways.vietinbank_direct.adapter import VietinBankDirect
from gateways.vietinbank_direct.messages import ANSWER_FIELDS
from gateways.vietinbank_direct.specimen import REFERENCE, SPECIMEN
from tests.support.local_server import LocalServer, serve

CONTRACT = sandbox.contract("http://portal", "http://bank/vietinbank_direct")
SETTINGS = CONTRACT["settings"]
BANK_KEY = private_key(CONTRACT["bank"]["bank_private_key"])
PORTAL_KEY = public_key(CONTRACT["bank"]["portal_public_key"])
SENT = SentOrder(REFERENCE, 150_000, {"sessionId": "S1"})
PAID = {"responseCode": "00", "responseDesc": "Thanh cong", "bankTransactionId": "B1"}
OPENED = {"responseCode": "00", "redirectUrl": "https://bank.example/p", "sessionId": "S1"}


@contextmanager
def bank(answer: dict[str, Any], **settings: Any) -> Iterator[tuple[VietinBankDirect, LocalServer]]:
    """A bank that answers so, signed; a value that is a function is given the request."""

    def respond(request: RawRequest) -> RawResponse:
        sent = json.loads(request.body)
        body = {name: value(sent) if callable(value) else value for name, value in answer.items()}
        if "signature" not in body:
            body["signature"] = RsaConcatenation(tuple(body), "sha256").sign(body, BANK_KEY)
        return RawResponse(json.dumps(body).encode())

    with serve(respond) as server:
        config = {**SETTINGS, "base_url": server.url + "/", **settings}
        yield VietinBankDirect(MerchantConfig(config, CONTRACT["secrets"])), server


def query(answer: dict[str, Any], order: SentOrder = SENT) -> Outcome:
    with bank(answer) as (gateway, _):
        return gateway.query(order)


def test_what_the_bank_can() -> None:
    assert VietinBankDirect.capabilities == {Capability.REDIRECT, Capability.QUERY}
    assert VietinBankDirect.page_settings == ("base_url",)
    answer = SPECIMEN.adapter.inquire(as_json({}), lambda _: None)
    assert (answer.status, answer.body) == (404, b"{}")


@pytest.mark.parametrize(
    ("settings", "locale", "more"),
    [
        ({}, "vi", {"payMethod": "IPAY", "goodsType": "", "channel": "WEB", "language": "vi"}),
        (
            {"pay_method": "CARD", "goods_type": "7", "channel": "APP", "init_path": "/x"},
            "en",
            {"payMethod": "CARD", "goodsType": "7", "channel": "APP", "language": "en"},
        ),
    ],
)
def test_an_init_says_all_of_an_order(settings: dict[str, str], locale: str, more: dict[str, str]) -> None:
    order = replace(
        SPECIMEN.order, locale=locale, description="Nộp phí", client_ip="203.0.113.10", bill_reference="HỒ " + "S" * 60
    )
    with bank(OPENED, **settings) as (gateway, server):
        redirect = gateway.start(order)
        gateway.start(replace(order, bill_reference=""))
    sent, without = (json.loads(request.body) for request in server.received)
    assert server.received[0].path == settings.get("init_path", "/init-session/v1")
    assert sent.pop("signature") and without["billNo"] == order.merchant_ref
    assert redirect.request == {**sent, "sessionId": "S1"}
    assert sent == {
        "requestId": order.merchant_ref,
        "serviceCode": SETTINGS["service_code"],
        "providerId": SETTINGS["provider_id"],
        "merchantId": SETTINGS["merchant_id"],
        "amount": "150000",
        "currencyCode": "VND",
        "providerCustId": order.merchant_ref,
        "billNo": ("HO " + "S" * 60)[:50],
        "remark": "Nop phi",
        "transTime": "20260715093000",
        "clientIP": "203.0.113.10",
        "version": "1.0",
        "addInfo": "",
        **dict.fromkeys(("mac", "preseve1", "preseve2", "preseve3"), ""),
        **more,
    }


def test_a_refusal_is_told_in_their_words() -> None:
    for code, is_configuration_fault in (("02", False), ("93", True)):
        with bank({"responseCode": code, "responseDesc": "loi"}) as (gateway, _), pytest.raises(GatewayRefused) as told:
            gateway.start(SPECIMEN.order)
        assert (told.value.message, told.value.is_configuration_fault) == ("loi", is_configuration_fault)


def test_what_a_confirm_tells() -> None:
    message = SPECIMEN.message()
    told = SPECIMEN.verify(message)
    reference, transaction = message["confirmTransactionId"], message["bankTransactionId"]
    assert told.event_key == f"{reference}:{transaction}:{message['responseCode']}"
    assert (told.merchant_ref, told.gateway_ref, told.amount, told.currency) == (reference, transaction, None, None)
    assert told.occurred_at and told.facts == message
    settings = SPECIMEN.config.settings
    for name, ours in (("providerId", settings["provider_id"]), ("merchantId", settings["merchant_id"])):
        assert SPECIMEN.verify({**message, name: ours}).state == OutcomeState.PAID
        assert SPECIMEN.verify({**message, name: ""}).state == OutcomeState.PAID


def test_a_failure_needs_no_transaction() -> None:
    assert SPECIMEN.verify(SPECIMEN.message(responseCode="05", bankTransactionId="")).state == OutcomeState.FAILED


@pytest.mark.parametrize("is_read", [True, False])
@pytest.mark.parametrize("page", ["https://portal/return", ""])
def test_an_answer_is_signed_and_says_all_of_the_confirm(is_read: bool, page: str) -> None:
    gateway = VietinBankDirect(MerchantConfig({**SETTINGS, "result_url": page}, CONTRACT["secrets"]))
    message = SPECIMEN.message(sessionId="S7", requestId="R7")
    notification = SPECIMEN.verify(SPECIMEN.message(bankTransactionId="B7")) if is_read else None
    answer = json.loads(gateway.answer(as_json(message), notification, Answer.ACCEPTED).body)
    assert RsaConcatenation(ANSWER_FIELDS, "sha1").is_signed(answer, answer.pop("signature"), [PORTAL_KEY])
    told_at = datetime.strptime(answer.pop("transTime"), "%Y%m%d%H%M%S").replace(tzinfo=UTC) - timedelta(hours=7)
    assert abs(datetime.now(UTC) - told_at) < timedelta(minutes=1)
    assert answer == {
        "requestId": "R7",
        "providerId": SETTINGS["provider_id"],
        "merchantId": SETTINGS["merchant_id"],
        "confirmTransactionId": REFERENCE,
        "bankTransactionId": "B7" if is_read else "",
        "responseCode": "00",
        "responseDesc": "Thanh cong",
        "sessionId": "S7",
        "urlResult": f"{page}?requestId={REFERENCE}" if page else "",
        "addInfo": "",
    }


def test_of_what_was_read_our_own_reference_is_told_and_of_rubbish_nothing() -> None:
    notification = SPECIMEN.verify(SPECIMEN.message())
    answer = json.loads(SPECIMEN.adapter.answer(as_post(b"{"), notification, Answer.ACCEPTED).body)
    assert (answer["confirmTransactionId"], answer["requestId"], answer["sessionId"]) == (REFERENCE, "", "")


def test_a_query_asks_by_our_own_reference_and_its_answer_is_kept_whole() -> None:
    with bank(PAID, query_path="/q") as (gateway, server):
        outcome = gateway.query(SENT)
    sent = json.loads(server.received[0].body)
    assert server.received[0].path == "/q" and len(sent.pop("requestId")) == 32 and sent.pop("signature")
    asked_at = datetime.strptime(sent.pop("transTime"), "%Y%m%d%H%M%S").replace(tzinfo=UTC) - timedelta(hours=7)
    assert abs(datetime.now(UTC) - asked_at) < timedelta(minutes=1)
    assert sent == {
        "serviceCode": SETTINGS["service_code"],
        "providerId": SETTINGS["provider_id"],
        "merchantId": SETTINGS["merchant_id"],
        "queryTransactionId": REFERENCE,
        "queryType": "01",
        "channel": "WEB",
        "version": "1.0",
        "language": "vi",
        "addInfo": "",
    }
    assert (outcome.state, outcome.amount, outcome.gateway_ref) == (OutcomeState.PAID, 150_000, "B1")
    assert (outcome.code, outcome.message) == ("00", "Thanh cong")
    assert outcome.facts["responseDesc"] == "Thanh cong"


@pytest.mark.parametrize("name", ["requestId", "queryTransactionId", "sessionId"])
def test_an_answer_about_something_else_says_nothing(name: str) -> None:
    with pytest.raises(OutcomeUnknown):
        query({**PAID, name: "ANOTHER"})
    echo: Callable[[dict[str, Any]], str] = lambda sent: sent.get(name, "S1")  # noqa: E731
    assert query({**PAID, name: echo}).state == OutcomeState.PAID
    assert query({**PAID, name: ""}).state == OutcomeState.PAID


def test_a_session_that_we_never_heard_of_is_no_other() -> None:
    assert query({**PAID, "sessionId": "S9"}, replace(SENT, request={})).state == OutcomeState.PAID


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"responseCode": "05"}, "failed"),
        ({"responseCode": "05", "bankTransactionId": ""}, "failed"),
        ({"responseCode": "41"}, "pending"),
        ({"responseCode": "43", "bankTransactionId": ""}, "not_found"),
    ],
)
def test_what_is_not_paid_has_no_amount(changes: dict[str, str], state: str) -> None:
    outcome = query({**PAID, **changes})
    assert (outcome.state, outcome.amount) == (state, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"responseCode": ""},
        {"responseCode": "44"},
        {"bankTransactionId": ""},
        {"signature": "x"},
        {"signature": []},
        {"responseCode": [], "signature": "x"},
    ],
)
def test_an_answer_that_says_nothing_of_the_money(changes: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        query({**PAID, **changes})


def test_a_hash_of_each_direction_has_its_default() -> None:
    settings = {name: value for name, value in SETTINGS.items() if name not in ("hash_in", "hash_out")}
    with bank(PAID) as (_, server):
        config = MerchantConfig({**settings, "base_url": server.url}, CONTRACT["secrets"])
        assert VietinBankDirect(config).query(SENT).state == OutcomeState.PAID
