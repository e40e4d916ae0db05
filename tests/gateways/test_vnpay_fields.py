"""VNPAY field by field: what is sent, what is read, and what is believed of an answer only when it fits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateways.base import (
    Capability,
    GatewayRefused,
    Malformed,
    MerchantConfig,
    Outcome,
    OutcomeState,
    OutcomeUnknown,
    RawRequest,
    RawResponse,
    RefundOrder,
    SentOrder,
)
from gateways.conformance.envelopes import SECRET, as_json
from gateways.vnpay.adapter import Vnpay
from gateways.vnpay.messages import SIGNATURE, Rules
from gateways.vnpay.specimen import SPECIMEN
from tests.support.local_server import LocalServer, serve

REF = SPECIMEN.merchant_ref
SENT = SentOrder(REF, 150_000, {"vnp_CreateDate": "20260715093000"}, gateway_ref="14226112")
PART = RefundOrder("RF1", 50_000, "Hoàn | " + "x" * 300, datetime(2026, 7, 16, 1, 0, tzinfo=UTC), "Kế toán")
PAID = {
    "vnp_ResponseCode": "00",
    "vnp_Message": "Thanh cong",
    "vnp_Amount": "15000000",
    "vnp_PayDate": "20260715093145",
    "vnp_TransactionNo": "14226112",
    "vnp_TransactionType": "01",
    "vnp_TransactionStatus": "00",
}
GIVEN = {**PAID, "vnp_Amount": "5000000", "vnp_TransactionType": "03", "vnp_OrderInfo": "Hoan tien RF1"}


@contextmanager
def vnpay(answer: dict[str, Any], rule: str = "query_answer", **settings: Any) -> Iterator[tuple[Vnpay, LocalServer]]:
    """VNPAY that repeats what it is asked and answers so, signed by the rule."""

    def respond(request: RawRequest) -> RawResponse:
        sent = json.loads(request.body)
        body = {name: sent[name] for name in ("vnp_Command", "vnp_TmnCode", "vnp_TxnRef")} | answer
        body.setdefault(SIGNATURE, getattr(Rules.of(), rule).sign(body, SECRET))
        return RawResponse(json.dumps(body).encode())

    with serve(respond) as server:
        config = {**SPECIMEN.config.settings, "api_url": server.url, **settings}
        yield Vnpay(MerchantConfig(config, SPECIMEN.config.secrets)), server


def query(gateway: Vnpay) -> Outcome:
    return gateway.query(SENT)


def refund(gateway: Vnpay) -> Outcome:
    return gateway.refund(SENT, PART)


def query_refund(gateway: Vnpay) -> Outcome:
    return gateway.query_refund(SENT, PART)


def asked(act: Callable[[Vnpay], Outcome], answer: dict[str, Any]) -> Outcome:
    """What one request came to."""
    with vnpay(answer, "refund_answer" if act is refund else "query_answer") as (gateway, _):
        return act(gateway)


def test_what_vnpay_can() -> None:
    assert Vnpay.capabilities == {Capability.REDIRECT, Capability.QUERY, Capability.REFUND}
    assert Vnpay.page_settings == ("pay_url",)
    answer = SPECIMEN.adapter.inquire(as_json({}), lambda _: None)
    assert (answer.status, answer.body) == (404, b"{}")
    assert Vnpay.merchant_of(as_json({})) == ""


@pytest.mark.parametrize(
    ("settings", "locale", "more"),
    [
        ({}, "vi", {"vnp_Version": "2.1.0", "vnp_Locale": "vn", "vnp_OrderType": "other"}),
        ({"version": "2.2", "order_type": "25", "bank_code": "NCB"}, "en", {
            "vnp_Version": "2.2", "vnp_Locale": "en", "vnp_OrderType": "25", "vnp_BankCode": "NCB",
        }),
    ],
)  # fmt: skip
def test_the_address_says_all_of_an_order(settings: dict[str, str], locale: str, more: dict[str, str]) -> None:
    order = replace(SPECIMEN.order, locale=locale, description="Nộp phí", client_ip="203.0.113.10")
    gateway = Vnpay(MerchantConfig({**SPECIMEN.config.settings, **settings}, SPECIMEN.config.secrets))
    assert gateway.start(order).request == {
        "vnp_Command": "pay",
        "vnp_TmnCode": SPECIMEN.merchant_id,
        "vnp_Amount": "15000000",
        "vnp_CreateDate": f"{order.created_at + timedelta(hours=7):%Y%m%d%H%M%S}",
        "vnp_CurrCode": "VND",
        "vnp_IpAddr": "203.0.113.10",
        "vnp_OrderInfo": "Nop phi",
        "vnp_ReturnUrl": order.return_url,
        "vnp_ExpireDate": f"{order.created_at + timedelta(hours=7, minutes=30):%Y%m%d%H%M%S}",
        "vnp_TxnRef": order.merchant_ref,
        **more,
    }


def test_what_is_read_of_an_ipn() -> None:
    message = SPECIMEN.message()
    told = SPECIMEN.verify(message)
    assert told.event_key == f"{REF}:14226112:00:00" and told.currency is None
    assert told.occurred_at == datetime(2026, 7, 15, 2, 31, 45, tzinfo=UTC)
    assert told.facts == message


@pytest.mark.parametrize(
    "changes",
    [
        {"vnp_TxnRef": "a b"},
        {"vnp_ResponseCode": "0"},
        {"vnp_TransactionStatus": "0"},
        {"vnp_ResponseCode": "51", "vnp_TransactionStatus": "02", "vnp_TransactionNo": "a b"},
    ],
)
def test_a_signed_field_has_its_shape(changes: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        SPECIMEN.verify(SPECIMEN.message(**changes))


@pytest.mark.parametrize(
    "name",
    ["vnp_TmnCode", "vnp_TxnRef", "vnp_ResponseCode", "vnp_TransactionStatus", "vnp_TransactionNo", "vnp_Amount"],
)
def test_a_field_that_is_missing_is_refused(name: str) -> None:
    genuine = SPECIMEN.message()
    message = {key: genuine[key] for key in genuine if key not in (name, SIGNATURE)}
    with pytest.raises(Malformed):
        SPECIMEN.verify(SPECIMEN.sign(message))


def test_a_query_asks_about_the_payment() -> None:
    with vnpay(PAID, server_ip="198.51.100.1") as (gateway, server):
        outcome = query(gateway)
    sent = json.loads(server.received[0].body)
    assert len(sent.pop("vnp_RequestId")) == 32 and sent.pop(SIGNATURE)
    assert abs(int(sent.pop("vnp_CreateDate")) - int(f"{datetime.now(UTC) + timedelta(hours=7):%Y%m%d%H%M%S}")) < 100
    assert sent == {
        "vnp_Version": "2.1.0",
        "vnp_Command": "querydr",
        "vnp_TmnCode": SPECIMEN.merchant_id,
        "vnp_TxnRef": REF,
        "vnp_TransactionDate": "20260715093000",
        "vnp_IpAddr": "198.51.100.1",
        "vnp_OrderInfo": f"Truy van GD {REF}",
    }
    assert (outcome.state, outcome.amount, outcome.gateway_ref) == (OutcomeState.PAID, 150_000, "14226112")
    assert (outcome.code, outcome.message) == ("00", "Thanh cong")
    assert outcome.occurred_at == datetime(2026, 7, 15, 2, 31, 45, tzinfo=UTC)
    assert outcome.facts["vnp_TransactionType"] == "01"


@pytest.mark.parametrize("name", ["vnp_Command", "vnp_TmnCode", "vnp_TxnRef"])
def test_an_answer_about_something_else_says_nothing(name: str) -> None:
    with pytest.raises(OutcomeUnknown):
        asked(query, {**PAID, name: "ANOTHER"})


@pytest.mark.parametrize("changes", [{SIGNATURE: "x"}, {SIGNATURE: []}, {"vnp_ResponseCode": []}])
def test_an_answer_that_is_not_signed_or_cannot_be_read_says_nothing(changes: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        asked(query, {**PAID, **changes})


def test_a_wrong_key_is_told_in_their_words() -> None:
    with pytest.raises(GatewayRefused) as refused:
        asked(query, {"vnp_ResponseCode": "97", "vnp_Message": "sai khoa", SIGNATURE: "x"})
    assert (refused.value.code, refused.value.message) == ("97", "sai khoa")
    assert refused.value.is_configuration_fault


def test_what_is_not_paid_needs_no_sum_and_no_transaction() -> None:
    outcome = asked(query, {**PAID, "vnp_TransactionStatus": "01", "vnp_Amount": "", "vnp_TransactionNo": ""})
    assert (outcome.state, outcome.amount, outcome.gateway_ref) == (OutcomeState.PENDING, None, "")


@pytest.mark.parametrize("kind", ["", "01"])
def test_a_payment_is_told_of_by_its_kind_or_none(kind: str) -> None:
    assert asked(query, {**PAID, "vnp_TransactionType": kind}).state == OutcomeState.PAID


@pytest.mark.parametrize("act", [query, query_refund])
def test_a_payment_nobody_knows(act: Callable[[Vnpay], Outcome]) -> None:
    outcome = asked(act, {"vnp_ResponseCode": "91"})
    assert (outcome.state, outcome.code, outcome.facts["vnp_TxnRef"]) == (OutcomeState.NOT_FOUND, "91", REF)


def test_a_refund_says_what_goes_back_and_why() -> None:
    with vnpay(GIVEN, "refund_answer") as (gateway, server):
        outcome = refund(gateway)
        gateway.refund(SENT, replace(PART, requested_by=""))
    sent, without = (json.loads(request.body) for request in server.received)
    assert sent.pop(SIGNATURE) and without["vnp_CreateBy"] == "portal"
    info = sent.pop("vnp_OrderInfo")
    assert info.startswith("Hoan tien RF1 Hoan") and len(info) <= 255
    assert sent == {
        "vnp_RequestId": "RF1",
        "vnp_Version": "2.1.0",
        "vnp_Command": "refund",
        "vnp_TmnCode": SPECIMEN.merchant_id,
        "vnp_TransactionType": "03",
        "vnp_TxnRef": REF,
        "vnp_Amount": "5000000",
        "vnp_TransactionNo": "14226112",
        "vnp_TransactionDate": "20260715093000",
        "vnp_CreateBy": "Ke toan",
        "vnp_CreateDate": "20260716080000",
        "vnp_IpAddr": "127.0.0.1",
    }
    assert (outcome.state, outcome.amount, outcome.code) == (OutcomeState.PAID, 50_000, "00")


@pytest.mark.parametrize("code", ["03", "91", "95"])
def test_a_refund_that_vnpay_will_not_make(code: str) -> None:
    outcome = asked(refund, {"vnp_ResponseCode": code, "vnp_Message": "khong hoan"})
    assert (outcome.state, outcome.code, outcome.message) == (OutcomeState.FAILED, code, "khong hoan")
    assert outcome.facts["vnp_TxnRef"] == REF


@pytest.mark.parametrize("act", [refund, query_refund])
def test_another_sum_was_not_given_back(act: Callable[[Vnpay], Outcome]) -> None:
    with pytest.raises(OutcomeUnknown):
        asked(act, {**GIVEN, "vnp_Amount": "5000100"})
    assert asked(act, {**GIVEN, "vnp_Amount": "100", "vnp_TransactionStatus": "09"}).state == OutcomeState.FAILED


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "paid"),
        ({"vnp_OrderInfo": "Hoan tien RF11"}, "not_found"),
        ({"vnp_TransactionType": "02"}, "not_found"),
        ({"vnp_TransactionType": "01"}, "not_found"),
        ({"vnp_TransactionStatus": "05"}, "pending"),
    ],
)
def test_a_part_is_known_by_our_name_of_it(changes: dict[str, str], state: str) -> None:
    outcome = asked(query_refund, {**GIVEN, **changes})
    assert outcome.state == state
    assert outcome.facts["vnp_TxnRef"] == REF and outcome.code == ("05" if state == "pending" else "00")


@pytest.mark.parametrize("code", ["94", "99", ""])
def test_what_is_not_answered_says_nothing_of_a_refund(code: str) -> None:
    for act in (query, refund, query_refund):
        with pytest.raises(OutcomeUnknown):
            asked(act, {**GIVEN, "vnp_ResponseCode": code})
