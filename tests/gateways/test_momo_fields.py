"""MoMo field by field: what is sent, what is read, and what is believed of an answer only when it fits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateways.base import (
    Capability,
    GatewayRefused,
    GatewayUnavailable,
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
from gateways.conformance.envelopes import as_json
from gateways.momo.adapter import Momo
from gateways.momo.messages import CREATE_ANSWERS
from gateways.momo.specimen import KEYS, SPECIMEN
from tests.support.local_server import LocalServer, serve

SENT = SentOrder(SPECIMEN.merchant_ref, 150_000, {}, gateway_ref="4088878653")
REFUND = RefundOrder("RF1", 50_000, "Hoàn lại | " + "x" * 300, datetime(2026, 7, 16, 1, 0, tzinfo=UTC), "ketoan01")
PAID = {"resultCode": 0, "amount": 150_000, "transId": 4_088_878_653, "message": "Thành công."}


@contextmanager
def momo(answer: dict[str, Any], **settings: Any) -> Iterator[tuple[Momo, LocalServer]]:
    """MoMo that repeats what it is asked and answers so."""

    def respond(request: RawRequest) -> RawResponse:
        sent = json.loads(request.body)
        body = {name: sent[name] for name in ("partnerCode", "orderId", "requestId")} | answer
        access, secret = KEYS["access_key"], KEYS["secret_key"]
        body.setdefault("signature", CREATE_ANSWERS[0].sign({**body, "accessKey": access}, secret))
        return RawResponse(json.dumps({name: value for name, value in body.items() if value is not ...}).encode())

    with serve(respond) as server:
        config = MerchantConfig({**SPECIMEN.config.settings, "api_url": server.url + "/", **settings}, KEYS)
        yield Momo(config), server


def asked(act: Callable[[Momo], Any], answer: dict[str, Any], **settings: Any) -> Any:
    """What one request came to."""
    with momo(answer, **settings) as (gateway, _):
        return act(gateway)


def query(gateway: Momo) -> Outcome:
    return gateway.query(SENT)


def refund(gateway: Momo) -> Outcome:
    return gateway.refund(SENT, REFUND)


def query_refund(gateway: Momo) -> Outcome:
    return gateway.query_refund(SENT, REFUND)


def test_what_momo_can_and_for_how_much() -> None:
    assert Momo.capabilities == {Capability.REDIRECT, Capability.QUERY, Capability.REFUND}
    assert Momo.page_settings == ("api_url",)
    assert (Momo.limits.least, Momo.limits.most) == (1_000, 50_000_000)
    answer = SPECIMEN.adapter.inquire(as_json({}), lambda _: None)
    assert (answer.status, answer.body) == (404, b"{}")


@pytest.mark.parametrize(
    ("settings", "locale", "more"),
    [
        ({}, "vi", {"requestType": "captureWallet", "lang": "vi"}),
        (
            {"request_type": "payWithMethod", "store_name": "Tỉnh " * 40},
            "en",
            {"requestType": "payWithMethod", "lang": "en", "partnerName": ("Tinh " * 40)[:100].strip()},
        ),
    ],
)
def test_create_says_all_of_an_order(settings: dict[str, str], locale: str, more: dict[str, str]) -> None:
    order = replace(SPECIMEN.order, description="Nộp phí " * 40, locale=locale)
    with momo({"resultCode": 0, "payUrl": "https://momo.example/p", "responseTime": 1, "amount": 1}, **settings) as (
        gateway,
        server,
    ):
        redirect = gateway.start(order)
    sent = json.loads(server.received[0].body)
    assert server.received[0].path == "/create"
    assert sent.pop("signature") and redirect.request == sent
    assert sent == {
        "partnerCode": SPECIMEN.config.settings["partner_code"],
        "requestId": order.merchant_ref,
        "amount": 150_000,
        "orderId": order.merchant_ref,
        "orderInfo": ("Nop phi " * 40)[:200].strip(),
        "redirectUrl": order.return_url,
        "ipnUrl": SPECIMEN.config.settings["notify_url"],
        "extraData": "",
        "autoCapture": True,
        **more,
    }


def test_a_refusal_is_told_in_their_words() -> None:
    with pytest.raises(GatewayRefused) as refused:
        asked(lambda gateway: gateway.start(SPECIMEN.order), {"resultCode": 22, "message": "qua han muc"})
    assert (refused.value.code, refused.value.message) == ("22", "qua han muc")
    with pytest.raises(GatewayRefused) as refused:
        asked(query, {"resultCode": 11, "message": "sai khoa"})
    assert (refused.value.message, refused.value.is_configuration_fault) == ("sai khoa", True)


@pytest.mark.parametrize("name", ["partnerCode", "orderId", "requestId"])
def test_an_answer_about_something_else_says_nothing(name: str) -> None:
    for other in ("ANOTHER", ...):
        with pytest.raises(OutcomeUnknown):
            asked(query, {**PAID, name: other})


@pytest.mark.parametrize("code", ["", "x", "123456"])
def test_an_answer_without_a_code_says_nothing(code: str) -> None:
    with pytest.raises(OutcomeUnknown):
        asked(query, {**PAID, "resultCode": code})


def test_maintenance_is_told_of_whatever_else_is_missing() -> None:
    with pytest.raises(GatewayUnavailable):
        asked(query, {"resultCode": 10, "orderId": "ANOTHER"})


def test_an_unreadable_signature_opens_no_page() -> None:
    answer = {"resultCode": 0, "payUrl": "https://momo.example/p", "responseTime": 1, "amount": 1, "signature": []}
    with pytest.raises(OutcomeUnknown):
        asked(lambda gateway: gateway.start(SPECIMEN.order), answer)


@pytest.mark.parametrize(
    ("changes", "gateway_ref", "occurred_at"),
    [
        ({}, "4088878653", datetime(2026, 7, 15, 2, 31, 45, tzinfo=UTC)),
        ({"resultCode": "1001", "transId": "0"}, "", datetime(2026, 7, 15, 2, 31, 45, tzinfo=UTC)),
        ({"responseTime": "178408270500"}, "4088878653", None),
        ({"resultCode": "1001", "transId": ""}, "", datetime(2026, 7, 15, 2, 31, 45, tzinfo=UTC)),
    ],
)
def test_what_is_read_of_an_ipn(changes: dict[str, Any], gateway_ref: str, occurred_at: datetime | None) -> None:
    message = SPECIMEN.message(**{"transId": "4088878653", "responseTime": "1784082705000", **changes})
    told = SPECIMEN.verify(message)
    assert (told.gateway_ref, told.occurred_at, told.currency) == (gateway_ref, occurred_at, None)
    assert told.event_key == f"{message['orderId']}:{message['transId']}:{message['resultCode']}"
    assert {name: str(value) for name, value in told.facts.items()} == {
        name: str(value) for name, value in message.items()
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": "0"},
        {"amount": "1.5"},
        {"resultCode": "x"},
        {"resultCode": "1001", "transId": "x"},
        {"orderId": ""},
    ],
)
def test_a_signed_field_has_its_shape(changes: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        SPECIMEN.verify(SPECIMEN.message(**changes))


def test_what_an_answer_to_a_query_tells() -> None:
    outcome = asked(query, PAID)
    assert (outcome.state, outcome.amount, outcome.gateway_ref) == (OutcomeState.PAID, 150_000, "4088878653")
    assert (outcome.code, outcome.message) == ("0", "Thành công.")
    assert outcome.facts["orderId"] == SENT.merchant_ref
    with momo(PAID) as (gateway, server):
        query(gateway)
    sent = json.loads(server.received[0].body)
    assert server.received[0].path == "/query" and len(sent.pop("requestId")) == 32 and sent.pop("signature")
    assert sent == {"partnerCode": SPECIMEN.merchant_id, "orderId": SENT.merchant_ref, "lang": "vi"}


@pytest.mark.parametrize("missing", [{"amount": "x"}, {"transId": "x"}, {"amount": 0}, {"transId": 0}])
def test_paid_means_with_a_sum_and_a_transaction(missing: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        asked(query, {**PAID, **missing})
    outcome = asked(query, {**PAID, **missing, "resultCode": 1001})
    assert outcome.state == OutcomeState.FAILED
    assert outcome.amount == (None if "amount" in missing else 150_000)
    assert outcome.gateway_ref == ("" if "transId" in missing else "4088878653")


@pytest.mark.parametrize("code", [21, 22, 45, 47, 40, 41, 43, 99])
def test_what_is_said_of_the_question_is_not_said_of_the_money(code: int) -> None:
    with pytest.raises(OutcomeUnknown):
        asked(query, {"resultCode": code})


def test_an_order_nobody_knows() -> None:
    outcome = asked(query, {"resultCode": 42})
    assert (outcome.state, outcome.code) == (OutcomeState.NOT_FOUND, "42")
    assert outcome.facts["orderId"] == SENT.merchant_ref


GIVEN = {"resultCode": 0, "amount": 50_000, "transId": 5, "message": "m"}


def test_a_refund_says_what_goes_back_and_why() -> None:
    with momo(GIVEN) as (gateway, server):
        outcome = refund(gateway)
    sent = json.loads(server.received[0].body)
    assert server.received[0].path == "/refund" and sent.pop("signature")
    assert sent == {
        "partnerCode": SPECIMEN.merchant_id,
        "orderId": "RF1",
        "requestId": "RF1",
        "amount": 50_000,
        "transId": 4_088_878_653,
        "lang": "vi",
        "description": sent["description"],
    }
    assert sent["description"].startswith("Hoan lai") and len(sent["description"]) <= 200
    assert (outcome.state, outcome.amount, outcome.gateway_ref) == (OutcomeState.PAID, 50_000, "5")


@pytest.mark.parametrize(
    ("code", "raised"), [(1080, GatewayUnavailable), (40, OutcomeUnknown), (41, OutcomeUnknown), (99, OutcomeUnknown)]
)
def test_a_refund_that_is_not_decided(code: int, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        asked(refund, {**GIVEN, "resultCode": code})


def test_another_sum_was_not_given_back() -> None:
    with pytest.raises(OutcomeUnknown):
        asked(refund, {**GIVEN, "amount": 50_001})
    assert asked(refund, {**GIVEN, "amount": 1, "resultCode": 1081}).state == OutcomeState.FAILED


def listed(*codes: tuple[str, int], **changes: Any) -> dict[str, Any]:
    """What refund/query answers with these refunds, by order and code."""
    rows = [{**GIVEN, "orderId": order, "resultCode": code} for order, code in codes]
    return {"resultCode": 0, "refundTrans": rows, **changes}


@pytest.mark.parametrize(
    ("codes", "state"),
    [
        ((("RF1", 0),), "paid"),
        ((("RF1", 1081), ("RF1", 0)), "paid"),
        ((("RF1", 0), ("RF1", 7000)), "paid"),
        ((("RF1", 1081), ("RF1", 7000)), "pending"),
        ((("RF1", 1081),), "failed"),
        ((("RF2", 0), ("RF1", 7000)), "pending"),
        ((("RF2", 0),), "not_found"),
        ((), "not_found"),
    ],
)
def test_of_several_tries_one_that_succeeded_counts(codes: tuple[tuple[str, int], ...], state: str) -> None:
    outcome = asked(query_refund, listed(*codes))
    assert outcome.state == state
    assert outcome.facts["orderId"] == "RF1"


def test_a_refund_is_asked_about_by_its_own_name() -> None:
    with momo(listed(("RF1", 0))) as (gateway, server):
        query_refund(gateway)
    assert server.received[0].path == "/refund/query"
    assert json.loads(server.received[0].body)["orderId"] == "RF1"
    outcome = asked(query_refund, listed(resultCode=42))
    assert (outcome.state, outcome.code) == (OutcomeState.NOT_FOUND, "42")
    assert asked(query_refund, {"resultCode": 0}).state == OutcomeState.NOT_FOUND


@pytest.mark.parametrize(
    "changes",
    [
        {"resultCode": 7000},
        {"resultCode": 1001},
        {"refundTrans": {"0": {}}},
        {"refundTrans": [{}, "x"]},
        {"refundTrans": True},
    ],
)
def test_what_is_no_list_of_refunds_says_nothing(changes: dict[str, Any]) -> None:
    with pytest.raises(OutcomeUnknown):
        asked(query_refund, listed(("RF1", 0), **changes))
