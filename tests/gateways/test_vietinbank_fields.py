"""VietinBank field by field: what a transfer tells, what is answered, and what an inquiry hears."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateways.base import (
    Answer,
    Capability,
    InquiredBill,
    MerchantConfig,
    OutcomeState,
    PaymentOrder,
    RawRequest,
    RawResponse,
    SentOrder,
)
from gateways.codecs.field_signatures import RsaConcatenation, private_key, public_key
from gateways.conformance.envelopes import as_json, as_post
from gateways.vietinbank import sandbox, statement
from gateways.vietinbank.adapter import VietinBank
from gateways.vietinbank.messages import INQUIRY_ANSWER_FIELDS, INQUIRY_FIELDS
from gateways.vietinbank.specimen import SPECIMEN
from tests.support.local_server import LocalServer, serve

CONTRACT = sandbox.contract("http://portal", "http://bank/vietinbank")
SETTINGS, SECRETS = CONTRACT["settings"], CONTRACT["secrets"]
BANK_KEY = private_key(CONTRACT["bank"]["bank_private_key"])
PORTAL_KEY = public_key(CONTRACT["bank"]["portal_public_key"])
CODE = "26071500012345"
BILL = InquiredBill(CODE, 150_000, "N… V… Bình", "H44.14-261123-0001", True)
CREATED = datetime(2026, 7, 15, 2, 30, tzinfo=UTC)
ORDER = PaymentOrder(CODE, 150_000, "Nộp phí", CREATED, "", "")


def adapter(**settings: Any) -> VietinBank:
    return VietinBank(MerchantConfig({**SETTINGS, **settings}, SECRETS))


def of_specimen(**settings: Any) -> VietinBank:
    """The adapter that the messages of the specimen are signed for."""
    return VietinBank(MerchantConfig({**SPECIMEN.config.settings, **settings}, SPECIMEN.config.secrets))


def test_what_the_bank_can() -> None:
    assert VietinBank.capabilities == {
        Capability.QR,
        Capability.BILL_INQUIRY,
        Capability.QUERY,
        Capability.STATEMENT,
    }
    assert VietinBank.merchant_of(as_json({"providerId": "A"})) == "A"
    assert VietinBank.merchant_of(as_json({"header": {"providerId": "B"}, "providerId": "A"})) == "B"
    assert VietinBank.merchant_of(as_json({"header": "x", "providerId": "A"})) == "A"


@pytest.mark.parametrize(
    ("settings", "bank_bin", "prefix", "customer_code"),
    [
        ({"code_prefix": ""}, "970415", "", CODE),
        ({"code_prefix": "AB", "bank_bin": "970400"}, "970400", "AB", CODE),
        ({"code_prefix": "AB", "cust_code_has_prefix": True}, "970415", "AB", f"AB{CODE}"),
    ],
)
def test_what_a_payer_is_shown(settings: dict[str, Any], bank_bin: str, prefix: str, customer_code: str) -> None:
    shown = adapter(account_name="UBND", **settings).start(ORDER)
    assert (shown.bank_bin, shown.account, shown.account_name) == (bank_bin, prefix + CODE, "UBND")
    assert (shown.cust_code, shown.purpose) == (customer_code, CODE)
    assert shown.request == {"custCode": customer_code, "amount": "150000", "createdAt": "20260715093000"}


def test_a_contract_that_names_no_bank_and_no_prefix_has_the_banks_own() -> None:
    settings = {name: value for name, value in SETTINGS.items() if name not in ("bank_bin", "code_prefix")}
    shown = VietinBank(MerchantConfig(settings, SECRETS)).start(ORDER)
    assert (shown.bank_bin, shown.account) == ("970415", CODE)


def test_what_a_transfer_tells() -> None:
    message = SPECIMEN.message()
    told = SPECIMEN.verify(message)
    assert (told.event_key, told.gateway_ref, told.merchant_ref) == ("501690869", "164T24200GKAJ7BY", CODE)
    assert (told.state, told.currency, told.is_transfer, told.facts) == (OutcomeState.PAID, "VND", True, message)
    assert SPECIMEN.verify(SPECIMEN.message(currencyCode="")).currency is None


@pytest.mark.parametrize(("kinds", "kind", "is_debit"), [(["X"], "X", True), (["X"], "D", False), (None, "D", True)])
def test_which_kinds_are_debits_is_a_setting(kinds: list[str] | None, kind: str, is_debit: bool) -> None:
    gateway = of_specimen(**({"debit_types": kinds} if kinds else {}))
    told = gateway.verify(as_json(SPECIMEN.message(transType=kind)))
    assert (told.state == OutcomeState.NOT_FOUND) == is_debit
    assert told.event_key == ("501690869:" + kind if is_debit else "501690869")


def test_the_account_that_money_reached() -> None:
    ours = SPECIMEN.config.settings["account"]
    for changes, account in (
        ({"recvVirtualAcctId": "", "recvAcctId": "111"}, "111"),
        ({"recvVirtualAcctId": "", "recvAcctId": ""}, ""),
        ({"recvAcctId": ""}, ours),
    ):
        assert SPECIMEN.verify(SPECIMEN.message(**changes)).account == account


def test_our_own_code_in_the_customer_code_goes_before_the_remark() -> None:
    message = SPECIMEN.message(remark="164T24200GKAJ7BY 20261129000123")
    assert of_specimen(code_in_remark="settle").verify(as_json(message)).merchant_ref == CODE


@pytest.mark.parametrize(
    ("result", "is_debit", "code", "status"),
    [
        (Answer.NOT_FOUND, True, "00", 200),
        (Answer.NOT_FOUND, False, "02", 200),
        (Answer.WRONG_AMOUNT, True, "03", 200),
        (Answer.REPLAY, False, "00", 200),
        (Answer.BUSY, False, "99", 503),
    ],
)
def test_each_answer_is_signed_and_names_the_message(result: Answer, is_debit: bool, code: str, status: int) -> None:
    message = SPECIMEN.message(transType="D" if is_debit else "C")
    answer = SPECIMEN.adapter.answer(as_json(message), SPECIMEN.verify(message), result)
    told = json.loads(answer.body)
    assert (told["errorCode"], answer.status, SPECIMEN.read_answer(answer.body)) == (code, status, code)
    assert (told["transId"], told["providerId"]) == ("501690869", SPECIMEN.config.settings["provider_id"])
    assert told["errorDesc"]


def test_an_unread_message_is_not_echoed() -> None:
    for request, echoed in (
        (as_post(b"{"), ""),
        (as_json({"transId": {}}), ""),
        (as_json({"transId": "1" * 60}), "1" * 50),
    ):
        told = json.loads(adapter().answer(request, None, Answer.BAD_SIGNATURE).body)
        assert (told["transId"], told["errorCode"]) == (echoed, "01")


def inquiry(**changes: Any) -> dict[str, Any]:
    request = {"transId": "TX1", "channelId": "211601", "transTime": "07302026153300", "custCode": CODE, **changes}
    copied = ("msgId", "channelId", "gatewayId", "productId", "recordNum", "version", "language")
    signature = RsaConcatenation(INQUIRY_FIELDS).sign(request, BANK_KEY)
    header = {name: f"<{name}>" for name in copied} | {"providerId": "x", "signature": signature}
    return {"header": header, "data": request}


def test_an_inquiry_hears_all_of_the_bill_and_its_own_words() -> None:
    gateway = adapter(merchant_id="M1")
    answer = gateway.inquire(as_json(inquiry()), lambda code: BILL if code == CODE else None)
    message = json.loads(answer.body)
    header, data = message["header"], message["data"]
    assert data["details"] == {
        "transId": "TX1",
        "channelId": "211601",
        "transTime": "07302026153300",
        "custCode": CODE,
        "custName": "N V BINH",
        "billId": "H44.14-261123-0001",
        "amount": "150000",
        "amountMin": None,
    }
    assert data["errors"] == {"errorCode": "00", "errorDesc": "Thanh cong"}
    values = {**data["details"], "errorCode": "00"}
    assert RsaConcatenation(INQUIRY_ANSWER_FIELDS).is_signed(values, header.pop("signature"), [PORTAL_KEY])
    told_at = datetime.strptime(header.pop("timestamp"), "%Y%m%d%H%M%S").replace(tzinfo=UTC) - timedelta(hours=7)
    assert abs(datetime.now(UTC) - told_at) < timedelta(minutes=1)
    copied = ("msgId", "channelId", "gatewayId", "productId", "recordNum", "version", "language")
    expected = {name: f"<{name}>" for name in copied}
    assert header == {**expected, "msgType": "1110", "providerId": SETTINGS["provider_id"], "merchantId": "M1"}


def test_names_are_as_long_as_the_bank_takes_them() -> None:
    long = replace(BILL, payer_name="ă" * 150, reference="R" * 60)
    details = json.loads(adapter().inquire(as_json(inquiry()), lambda _: long).body)["data"]["details"]
    assert (details["custName"], details["billId"]) == ("A" * 100, "R" * 50)


@pytest.mark.parametrize(
    ("message", "code"), [(b"{", "99"), (b"[]", "99"), (b"{}", "01"), (b'{"header": 1, "data": 2}', "01")]
)
def test_an_inquiry_nobody_can_read_is_answered(message: bytes, code: str) -> None:
    answer = adapter().inquire(as_post(message), lambda _: BILL)
    told = json.loads(answer.body)
    assert (answer.status, told["data"]["errors"]["errorCode"]) == (200, code)
    assert (told["data"]["details"]["billId"], told["data"]["details"]["amount"]) == (None, "")
    assert told["header"]["merchantId"] == str(SETTINGS.get("merchant_id", ""))


@contextmanager
def bank(**settings: Any) -> Iterator[tuple[VietinBank, LocalServer]]:
    """A bank whose statement has no line."""

    def respond(request: RawRequest) -> RawResponse:
        body = {"status": {"code": "1"}, "accountNumber": SETTINGS["account"], "transactions": []}
        return RawResponse(json.dumps(body).encode())

    with serve(respond) as server:
        config = {**SETTINGS, "statement_url": server.url, **settings}
        yield VietinBank(MerchantConfig(config, {**SECRETS, "client_id": "id", "client_secret": "secret"})), server


def test_a_query_reads_the_statement_since_the_code_was_given_out() -> None:
    with bank() as (gateway, server):
        for request, created in (({"createdAt": "20260715093000"}, None), ({}, CREATED), ({"createdAt": "x"}, CREATED)):
            order = SentOrder(CODE, 150_000, request, created_at=created)
            assert gateway.query(order).state == OutcomeState.NOT_FOUND
        gateway.query(SentOrder(CODE, 150_000, {}))
    since = [json.loads(each.body)["fromDate"] for each in server.received]
    ninety = _written(datetime.now(UTC) - timedelta(days=90))
    assert (since[:3], since[3][:10]) == ([_written(CREATED)] * 3, ninety[:10])
    headers = {name.lower(): value for name, value in server.received[0].headers.items()}
    assert (headers["x-ibm-client-id"], headers["x-ibm-client-secret"]) == ("id", "secret")


def _written(day: datetime) -> str:
    return (day + timedelta(hours=7)).strftime(statement._ASKED_DATE)
