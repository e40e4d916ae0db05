"""VietinBank's direct payment: messages without an amount, and a signature without borders.

See docs/reference/vietinbank-direct.md.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from devtools.processes import free_port
from gateways.base import (
    Answer,
    BadSignature,
    GatewayRefused,
    GatewayUnavailable,
    Malformed,
    MerchantConfig,
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
from gateways.vietinbank_direct.messages import CONFIRM_FIELDS, INIT_FIELDS, QUERY_FIELDS
from gateways.vietinbank_direct.specimen import REFERENCE, SPECIMEN
from tests.support.local_server import LocalServer, serve

CONTRACT = sandbox.contract("http://portal", "http://bank/vietinbank_direct")
BANK_KEY = private_key(CONTRACT["bank"]["bank_private_key"])
PORTAL_KEY = public_key(CONTRACT["bank"]["portal_public_key"])


def adapter(**settings: Any) -> VietinBankDirect:
    return VietinBankDirect(MerchantConfig({**CONTRACT["settings"], **settings}, CONTRACT["secrets"]))


@contextmanager
def bank(answer: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[LocalServer]:
    def respond(request: RawRequest) -> RawResponse:
        return RawResponse(json.dumps(answer(json.loads(request.body))).encode())

    with serve(respond) as server:
        yield server


def signed(message: dict[str, str], hash_name: str = "sha256") -> dict[str, str]:
    codec = RsaConcatenation(tuple(message), hash_name)
    return {**message, "signature": codec.sign(message, BANK_KEY)}


def start(code: str, **changes: str) -> None:
    """Start at a bank that answers so, and raise what it raises."""
    answer = {"responseCode": code, "redirectUrl": "https://bank.example/p", "sessionId": "S1", **changes}
    with bank(lambda request: signed(answer)) as server:
        adapter(base_url=server.url).start(SPECIMEN.order)


def test_every_value_of_init_and_query_is_signed_in_message_order_by_sha1() -> None:
    answer = {
        "responseCode": "00",
        "redirectUrl": "https://bank.example/p",
        "sessionId": "S1",
        "bankTransactionId": "B1",
    }
    with bank(lambda sent: signed(answer)) as server:
        gateway = adapter(base_url=server.url, pay_method="CARD")
        redirect = gateway.start(SPECIMEN.order)
        gateway.query(SentOrder(REFERENCE, 150000, redirect.request))
    init, query = (json.loads(request.body) for request in server.received)
    assert [request.path for request in server.received] == ["/init-session/v1", "/inq-trx/v1"]
    for message, fields in ((init, INIT_FIELDS), (query, QUERY_FIELDS)):
        assert tuple(message) == (*fields, "signature")
        assert RsaConcatenation(fields, "sha1").is_signed(message, message["signature"], [PORTAL_KEY])
    assert (init["amount"], init["payMethod"], init["transTime"]) == ("150000", "CARD", "20260715093000")
    assert "nh" not in init["providerCustId"] and SPECIMEN.order.payer_name not in json.dumps(init, ensure_ascii=False)
    assert (redirect.request["sessionId"], query["queryTransactionId"]) == ("S1", REFERENCE)
    assert query["requestId"] not in (REFERENCE, init["requestId"])


@pytest.mark.parametrize("code", ["07", "20", "40", "41", "42", "96", "99"])
def test_a_start_after_which_a_session_may_exist_is_unknown(code: str) -> None:
    with pytest.raises(OutcomeUnknown):
        start(code)


@pytest.mark.parametrize("code", ["01", "24", "25", "27", "90", "91", "92", "93", "94", "95"])
def test_a_wrong_contract_or_key_raises_the_alarm(code: str) -> None:
    with pytest.raises(GatewayRefused) as refused:
        start(code)
    assert refused.value.is_configuration_fault


@pytest.mark.parametrize("code", ["02", "05", "21", "26", "37"])
def test_a_refusal_is_final(code: str) -> None:
    with pytest.raises(GatewayRefused) as refused:
        start(code)
    assert (refused.value.code, refused.value.is_configuration_fault) == (code, False)


@pytest.mark.parametrize("changes", [{"redirectUrl": "javascript:1"}, {"redirectUrl": ""}, {"requestId": "ANOTHER"}])
def test_an_answer_without_a_page_of_ours_is_unknown(changes: dict[str, str]) -> None:
    with pytest.raises(OutcomeUnknown):
        start("00", **changes)


def test_a_bank_nobody_listens_at_did_not_take_the_order() -> None:
    with pytest.raises(GatewayUnavailable):
        adapter(base_url=f"http://127.0.0.1:{free_port()}").start(SPECIMEN.order)


def test_debited_but_not_yet_successful_is_pending_in_a_confirm_too() -> None:
    for code in ("41", "42", "20", "99", "77"):
        assert SPECIMEN.verify(SPECIMEN.message(responseCode=code)).state == OutcomeState.PENDING
    assert SPECIMEN.verify(SPECIMEN.message(responseCode="55")).state == OutcomeState.CANCELLED


def test_a_failure_cannot_be_read_as_success_by_moving_borders() -> None:
    failed = SPECIMEN.message(responseCode="05", responseDesc="Tu choi", bankTransactionId="00BT1")
    base = RsaConcatenation(CONFIRM_FIELDS).base(failed)
    moved: list[dict[str, str]] = [
        {"confirmTransactionId": REFERENCE + "0", "responseCode": "5T", "responseDesc": "u choi"},
        {"confirmTransactionId": REFERENCE[:-1], "responseCode": REFERENCE[-1] + "0", "responseDesc": "5Tu choi"},
        {"confirmTransactionId": REFERENCE[:-2], "responseCode": REFERENCE[-2:], "responseDesc": "05Tu choi"},
        {
            "confirmTransactionId": REFERENCE + "05Tu choi",
            "responseCode": "00",
            "responseDesc": "",
            "bankTransactionId": "BT1",
        },
        {"confirmTransactionId": "", "responseCode": "", "responseDesc": REFERENCE + "05Tu choi"},
    ]
    for changes in moved:
        message = {**failed, **changes}
        assert RsaConcatenation(CONFIRM_FIELDS).base(message) == base
        with pytest.raises(Malformed):
            SPECIMEN.verify(message)


def test_names_cannot_be_swapped_although_only_values_are_signed() -> None:
    genuine = SPECIMEN.message(responseCode="05")
    swapped = {**genuine, "responseCode": "00", "transTime": "05260715093145"}
    with pytest.raises(BadSignature):
        SPECIMEN.verify(swapped)


@pytest.mark.parametrize(
    "changes",
    [
        {"bankTransactionId": ""},
        {"responseCode": "43"},
        {"transTime": "20261315093145"},
        {"requestId": ""},
        {"requestId": "a b"},
    ],
)
def test_a_confirm_that_confirms_nothing_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        SPECIMEN.verify(SPECIMEN.message(**changes))


def test_a_confirm_that_names_another_merchant_is_refused() -> None:
    for name in ("providerId", "merchantId"):
        with pytest.raises(Malformed):
            SPECIMEN.verify({**SPECIMEN.message(), name: "ANOTHER"})


def test_the_hash_of_each_direction_and_the_signed_fields_are_settings() -> None:
    fields = (*CONFIRM_FIELDS, "addInfo")
    message = {**{name: SPECIMEN.message()[name] for name in CONFIRM_FIELDS}, "addInfo": "x"}
    codec = RsaConcatenation(fields, "sha1")
    answer = as_json({**message, "signature": codec.sign(message, BANK_KEY)})
    assert adapter(confirm_fields=list(fields), hash_in="sha1").verify(answer).state == OutcomeState.PAID
    with pytest.raises(BadSignature):
        adapter(confirm_fields=list(fields)).verify(answer)


def test_the_answer_says_where_the_browser_goes_and_echoes_nothing_odd() -> None:
    answer = json.loads(SPECIMEN.adapter.answer(as_json(SPECIMEN.message()), None, Answer.ACCEPTED).body)
    assert answer["urlResult"] == f"http://portal/gateways/vietinbank_direct/return?requestId={REFERENCE}"
    odd = {"requestId": "<b>", "confirmTransactionId": "x&y=z", "sessionId": ["s"]}
    answer = json.loads(SPECIMEN.adapter.answer(as_json(odd), None, Answer.MALFORMED).body)
    assert [answer[name] for name in odd] == ["", "", ""]


def test_the_merchant_is_in_the_message_or_in_our_address_or_nowhere() -> None:
    named = json.dumps({"merchantId": "M1"}).encode()
    assert VietinBankDirect.merchant_of(as_post(named, query="merchant=M2")) == "M1"
    assert VietinBankDirect.merchant_of(as_post(b"{}", query="merchant=M2")) == "M2"
    assert VietinBankDirect.merchant_of(as_post(b"{}")) == ""
    for odd in (as_post(b"{}", query="&".join(["a=1"] * 30)), as_post(b"[1, 2]"), as_post(b'{"merchantId": []}')):
        with pytest.raises(Malformed):
            VietinBankDirect.merchant_of(odd)
