"""MoMo: what we send, and what each of its answers means for the money."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateways.base import (
    BadSignature,
    GatewayError,
    GatewayRefused,
    GatewayUnavailable,
    Malformed,
    MerchantConfig,
    OutcomeState,
    OutcomeUnknown,
    RawRequest,
    RawResponse,
    Redirect,
    RefundOrder,
    SentOrder,
)
from gateways.conformance.envelopes import SECRET
from gateways.http import Link
from gateways.momo.adapter import Momo
from gateways.momo.messages import CREATE, CREATE_ANSWERS
from gateways.momo.specimen import KEYS, SPECIMEN
from tests.conformance.outgoing import asking
from tests.support.local_server import serve

ACCESS = "DEMOACCESS"
SENT = SentOrder(SPECIMEN.merchant_ref, 150000, {}, gateway_ref="4088878653")
REFUND = RefundOrder("RF1", 50000, "", datetime(2026, 7, 16, 1, 0, tzinfo=UTC), "ketoan01")


def start(answer: dict[str, Any], rule: int | None = 0, status: int = 200, **settings: Any) -> Redirect:
    """Start at a MoMo that answers so, signed by one of the lists, or not at all."""

    def respond(request: RawRequest) -> RawResponse:
        sent = json.loads(request.body)
        echo = {name: sent[name] for name in ("partnerCode", "orderId", "requestId", "amount")}
        body = {
            **echo,
            "responseTime": 1,
            "message": "m",
            "resultCode": 0,
            "payUrl": "https://momo.example/p",
            **answer,
        }
        if rule is not None:
            body["signature"] = CREATE_ANSWERS[rule].sign({**body, "accessKey": ACCESS}, SECRET)
        return RawResponse(json.dumps(body).encode(), status=status)

    with serve(respond) as server:
        config = MerchantConfig({**SPECIMEN.config.settings, "api_url": server.url, **settings}, KEYS)
        return Momo(config).start(SPECIMEN.order)


def test_create_is_signed_and_tells_where_the_ipn_goes() -> None:
    assert SPECIMEN.opened
    with asking(SPECIMEN, SPECIMEN.opened) as (adapter, server):
        adapter.start(SPECIMEN.order)
    sent = json.loads(server.received[0].body)
    assert server.received[0].path == "/create"
    assert CREATE.is_signed({**sent, "accessKey": ACCESS}, sent["signature"], [SECRET])
    assert "accessKey" not in sent and (sent["amount"], sent["requestType"]) == (150000, "captureWallet")
    assert (sent["ipnUrl"], sent["redirectUrl"]) == (SPECIMEN.config.settings["notify_url"], SPECIMEN.order.return_url)


@pytest.mark.parametrize("rule", [0, 1])
def test_both_lists_the_documents_name_sign_the_answer(rule: int) -> None:
    assert start({}, rule).url == "https://momo.example/p"


def test_one_list_may_be_settled_and_a_contract_may_have_no_signature() -> None:
    fields = list(CREATE_ANSWERS[1].fields)
    assert start({}, 1, create_answer_fields=fields)
    with pytest.raises(OutcomeUnknown):
        start({}, 0, create_answer_fields=fields)
    assert start({}, None, create_answer_signed=False)


@pytest.mark.parametrize(
    ("answer", "rule", "status", "raised"),
    [
        ({}, None, 200, OutcomeUnknown),
        ({"payUrl": "javascript:alert(1)"}, 0, 200, OutcomeUnknown),
        ({"payUrl": ""}, 0, 200, OutcomeUnknown),
        ({"orderId": "ANOTHER"}, 0, 200, OutcomeUnknown),
        *(({"resultCode": code}, 0, 200, OutcomeUnknown) for code in (40, 41, 43, 99, 1000, 7000, 7002, 9000, 777)),
        *(({"resultCode": code}, None, 200, GatewayRefused) for code in (21, 22, 42, 45, 47, 98, 1001, 1007, 1017)),
        ({"resultCode": 22}, None, 400, GatewayRefused),
        ({"resultCode": 10}, None, 200, GatewayUnavailable),
        ({"resultCode": 0}, 0, 500, OutcomeUnknown),
        ({"resultCode": []}, None, 200, OutcomeUnknown),
    ],
)
def test_create_that_does_not_open_a_page(
    answer: dict[str, Any], rule: int | None, status: int, raised: type[GatewayError]
) -> None:
    with pytest.raises(raised) as error:
        start(answer, rule, status)
    assert not getattr(error.value, "is_configuration_fault", False)


@pytest.mark.parametrize("code", [11, 12, 13, 20])
@pytest.mark.parametrize("status", [200, 400])
def test_a_wrong_key_or_contract_raises_the_alarm(code: int, status: int) -> None:
    with pytest.raises(GatewayRefused) as refused:
        start({"resultCode": code}, None, status)
    assert refused.value.is_configuration_fault


def test_momo_is_given_the_time_it_asks_for() -> None:
    assert SPECIMEN.adapter._link == Link(read_seconds=30)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("code", "state"),
    [
        *((code, "pending") for code in ("9000", "1000", "7000", "7002", "99", "8888", "40")),
        *((code, "failed") for code in ("1001", "1002", "1004", "1005", "4100", "98")),
        *((code, "cancelled") for code in ("1003", "1006", "1017")),
    ],
)
def test_result_codes_of_an_ipn(code: str, state: str) -> None:
    assert SPECIMEN.verify(SPECIMEN.message(resultCode=code, transId="0")).state == state


def test_an_access_key_in_the_message_is_not_believed() -> None:
    with pytest.raises(BadSignature):
        SPECIMEN.verify({**SPECIMEN.message(resultCode="1001"), "resultCode": "0", "accessKey": "x"})
    assert SPECIMEN.verify({**SPECIMEN.message(), "accessKey": "x"}).amount == 150000


def test_a_payment_has_a_transaction_and_is_for_us() -> None:
    for changes in ({"transId": "0"}, {"transId": ""}, {"transId": "x"}, {"partnerCode": "OTHER"}, {"orderId": "a b"}):
        with pytest.raises(Malformed):
            SPECIMEN.verify(SPECIMEN.message(**changes))


def test_borders_cannot_be_moved_although_nothing_is_escaped() -> None:
    answer = SPECIMEN.message()
    moved = {**answer, "message": f"Successful.&orderId={answer['orderId']}", "orderId": "ANOTHER"}
    with pytest.raises(Malformed):
        SPECIMEN.verify(moved)


def test_a_question_is_new_each_time() -> None:
    with asking(SPECIMEN, SPECIMEN.replies["paid"][0]) as (adapter, server):
        assert adapter.query(SENT).state == adapter.query(SENT).state == OutcomeState.PAID
    first, second = (json.loads(request.body) for request in server.received)
    assert first["requestId"] != second["requestId"] and first["orderId"] == second["orderId"]


def test_a_refund_needs_the_transaction_of_the_payment() -> None:
    adapter = SPECIMEN.adapter
    assert isinstance(adapter, Momo)
    for unknown in ("", "0", "x"):
        with pytest.raises(GatewayRefused):
            adapter.refund(replace(SENT, gateway_ref=unknown), REFUND)
