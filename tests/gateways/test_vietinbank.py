"""VietinBank: the traps of a signature over unseparated text, inq-bill, QR, settlement file."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateways.base import Answer, FindBill, InquiredBill, Malformed, MerchantConfig, OutcomeState, PaymentOrder
from gateways.codecs import vietqr
from gateways.codecs.field_signatures import RsaConcatenation, private_key, public_key
from gateways.conformance.envelopes import as_json
from gateways.vietinbank import sandbox
from gateways.vietinbank.adapter import VietinBank
from gateways.vietinbank.messages import INQUIRY_ANSWER_FIELDS, INQUIRY_FIELDS, NOTIFICATION_FIELDS
from gateways.vietinbank.specimen import SPECIMEN
from gateways.vietinbank.statement import write_file

CONTRACT = sandbox.contract("http://portal", "http://bank/vietinbank")
SETTINGS, SECRETS = CONTRACT["settings"], CONTRACT["secrets"]
BANK_KEY = private_key(CONTRACT["bank"]["bank_private_key"])
PORTAL_KEY = public_key(CONTRACT["bank"]["portal_public_key"])
CODE = "26071500012345"
BILL = InquiredBill(CODE, 150000, "N… V… Bình", "H44.14-261123-0001", True)


def adapter(**settings: Any) -> VietinBank:
    return VietinBank(MerchantConfig({**SETTINGS, **settings}, SECRETS))


def of_specimen(**settings: Any) -> VietinBank:
    """The adapter that the messages of the specimen are signed for."""
    return VietinBank(MerchantConfig({**SPECIMEN.config.settings, **settings}, SPECIMEN.config.secrets))


def signed(message: dict[str, str]) -> dict[str, str]:
    return {**message, "signature": RsaConcatenation(NOTIFICATION_FIELDS).sign(message, BANK_KEY)}


def test_of_three_messages_with_one_signature_only_the_true_one_is_read() -> None:
    gateway = adapter(code_prefix="2NDVNDV", code_length=11, cust_code_has_prefix=True)
    true = signed(
        {
            "providerId": SETTINGS["provider_id"],
            "transId": "501690869",
            "transTime": "20240201140634",
            "custCode": "2NDVNDV24012358711",
            "amount": "875800",
            "bankTransId": "164T24200GKAJ7BY",
            "remark": "CT DEN:164T24200GKAJ7BY CK",
        }
    )
    notification = gateway.verify(as_json(true))
    assert (notification.merchant_ref, notification.amount) == ("24012358711", 875800)
    for moved in (
        {"amount": "8758001", "bankTransId": "64T24200GKAJ7BY"},
        {"custCode": "2NDVNDV240123587", "amount": "11875800"},
        {"amount": "87580", "bankTransId": "0164T24200GKAJ7BY"},
        {"bankTransId": "", "remark": "164T24200GKAJ7BYCT DEN:164T24200GKAJ7BY CK"},
        {"amount": "8758001", "bankTransId": "", "remark": "64T24200GKAJ7BYCT DEN:164T24200GKAJ7BY CK"},
        {"custCode": "", "amount": "2NDVNDV24012358711875800"},
    ):
        same_signature = {**true, **moved}
        assert RsaConcatenation(NOTIFICATION_FIELDS).base(same_signature) == RsaConcatenation(NOTIFICATION_FIELDS).base(
            true
        )
        with pytest.raises(Malformed):
            gateway.verify(as_json(same_signature))


@pytest.mark.parametrize("code", ["2607150001234", "260715000123456", "2607150001234a", " 26071500012345", "9PT1"])
def test_a_code_that_has_not_the_length_of_the_contract_is_refused(code: str) -> None:
    with pytest.raises(Malformed):
        SPECIMEN.verify(SPECIMEN.message(custCode=code))


def test_a_transfer_without_a_code_is_money_all_the_same() -> None:
    notification = SPECIMEN.verify(SPECIMEN.message(custCode="", recvVirtualAcctId=""))
    assert (notification.state, notification.merchant_ref, notification.amount) == (OutcomeState.PAID, "", 150000)


@pytest.mark.parametrize("reference", ["FT26123456", "164T24200GKAJ7BY", ""])
def test_bank_references_that_show_where_the_amount_ends(reference: str) -> None:
    notification = SPECIMEN.verify(SPECIMEN.message(bankTransId=reference))
    assert notification.gateway_ref == (reference or "501690869")


def test_a_reference_of_digits_is_taken_unless_the_contract_is_strict() -> None:
    request = as_json(SPECIMEN.message(bankTransId="9912345678", remark="CK 19912345678"))
    assert of_specimen().verify(request).gateway_ref == "9912345678"
    strict = of_specimen(strict_bank_reference=True)
    with pytest.raises(Malformed):
        strict.verify(request)
    assert strict.verify(as_json(SPECIMEN.message(bankTransId="9912345678", remark="CK 9912345678 phi")))


@pytest.mark.parametrize(
    ("remark", "code"),
    [
        ("NOP PHI 20261129000123", "20261129000123"),
        ("NOPPHI20261129000123CAMON", "20261129000123"),
        ("20261129000123 20261129000124", ""),
        ("GD 120261129000123", ""),
    ],
)
def test_a_code_in_the_remark_counts_where_the_contract_says_so(remark: str, code: str) -> None:
    request = as_json(SPECIMEN.message(custCode="", recvVirtualAcctId="", bankTransId="FT1234", remark=remark))
    assert of_specimen(code_in_remark="settle").verify(request).merchant_ref == code
    assert of_specimen().verify(request).merchant_ref == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260730153300", datetime(2026, 7, 30, 8, 33, tzinfo=UTC)),
        ("07302026153300", datetime(2026, 7, 30, 8, 33, tzinfo=UTC)),
        ("99999999999999", None),
    ],
)
def test_both_formats_of_time_are_read_and_a_third_loses_no_money(text: str, expected: datetime | None) -> None:
    notification = SPECIMEN.verify(SPECIMEN.message(transTime=text))
    assert (notification.occurred_at, notification.amount) == (expected, 150000)


def test_a_debit_says_nothing_of_any_payment_and_is_not_sent_again() -> None:
    request = as_json(SPECIMEN.message(transType="D"))
    notification = SPECIMEN.adapter.verify(request)
    assert notification.state == OutcomeState.NOT_FOUND
    assert notification.event_key != SPECIMEN.verify(SPECIMEN.message()).event_key
    answer = SPECIMEN.adapter.answer(request, notification, Answer.NOT_FOUND)
    assert SPECIMEN.read_answer(answer.body) == "00"


def test_unsigned_account_and_currency_are_told_for_checking() -> None:
    account = SPECIMEN.config.settings["account"]
    assert SPECIMEN.verify(SPECIMEN.message()).account == account
    assert SPECIMEN.verify(SPECIMEN.message(recvAcctId="")).account == account
    assert SPECIMEN.verify(SPECIMEN.message(recvAcctId="111")).account == "111"
    assert SPECIMEN.verify(SPECIMEN.message(recvVirtualAcctId="9PT2")).account == "9PT2"
    assert SPECIMEN.verify(SPECIMEN.message(currencyCode="USD")).currency == "USD"


def test_a_notification_for_another_provider_is_refused() -> None:
    with pytest.raises(Malformed):
        SPECIMEN.verify(SPECIMEN.message(providerId="OTHER"))


def test_busy_is_said_by_http_and_a_replay_by_the_code_of_the_contract() -> None:
    request = as_json(signed({"transId": "T1"}))
    assert adapter().answer(request, None, Answer.BUSY).status == 503
    answer = json.loads(adapter(replay_code="05").answer(request, None, Answer.REPLAY).body)
    assert (answer["errorCode"], answer["transId"]) == ("05", "T1")


def test_the_qr_names_the_virtual_account_the_amount_and_the_code() -> None:
    order = PaymentOrder(CODE, 150000, "Nộp phí", datetime(2026, 7, 15, tzinfo=UTC), "", "")
    shown = adapter().start(order)
    assert shown.cust_code == shown.purpose == CODE
    assert vietqr.parse(shown.text) == vietqr.Transfer("970415", "9PT" + CODE, 150000, CODE)


def ask(gateway: VietinBank, find_bill: FindBill, **changes: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
    request = {
        "transId": "TX1",
        "channelId": "211601",
        "transTime": "07302026153300",
        "custCode": CODE,
        **changes,
    }
    signature = RsaConcatenation(INQUIRY_FIELDS).sign(request, BANK_KEY)
    header = {
        "msgId": "M1",
        "providerId": SETTINGS["provider_id"],
        "gatewayId": "new",
        "signature": signature,
    }
    answer = gateway.inquire(as_json({"header": header, "data": {**request, "x": {"y": 1}}}), find_bill)
    assert answer.status == 200
    message = json.loads(answer.body)
    return message["data"]["errors"]["errorCode"], message["data"]["details"], message["header"]


def is_signed(code: str, details: dict[str, Any], header: dict[str, Any], fields: tuple[str, ...]) -> bool:
    values = {**details, "errorCode": code}
    return RsaConcatenation(fields).is_signed(values, header["signature"], [PORTAL_KEY])


def test_inq_bill_echoes_exactly_and_tells_what_is_owed() -> None:
    code, details, header = ask(adapter(), lambda request: BILL if request == CODE else None)
    assert code == "00" and is_signed(code, details, header, INQUIRY_ANSWER_FIELDS)
    assert (details["transTime"], details["custCode"], details["transId"]) == ("07302026153300", CODE, "TX1")
    assert (details["custName"], details["amount"]) == ("N V BINH", "150000")
    assert details["amountMin"] is None
    assert (header["msgType"], header["gatewayId"]) == ("1110", "new")


def test_inq_bill_can_sign_the_channel_too() -> None:
    fields = ("transId", "channelId", *INQUIRY_ANSWER_FIELDS[1:])
    answered = ask(adapter(inquiry_answer_fields=list(fields)), lambda code: BILL)
    assert is_signed(*answered, fields)


def _broken(code: str) -> InquiredBill | None:
    raise RuntimeError("the database is away")


@pytest.mark.parametrize(
    ("find_bill", "changes", "expected"),
    [
        (lambda code: None, {}, "02"),
        (lambda code: replace(BILL, is_payable=False), {}, "02"),
        (lambda code: BILL, {"custCode": "1"}, "02"),
        (lambda code: BILL, {"transId": ""}, "99"),
        (_broken, {}, "99"),
    ],
    ids=["unknown", "paid or expired", "no code of ours", "no transId", "we are in trouble"],
)
def test_inq_bill_says_no_with_a_signature(
    find_bill: Callable[[str], InquiredBill | None], changes: dict[str, str], expected: str
) -> None:
    code, details, header = ask(adapter(), find_bill, **changes)
    assert code == expected and is_signed(code, details, header, INQUIRY_ANSWER_FIELDS)
    assert not details["amount"] and not details["custName"]


def test_inq_bill_with_a_forged_signature_learns_nothing() -> None:
    message = {"header": {"signature": "AAAA"}, "data": {"transId": "1", "custCode": CODE}}
    answer = json.loads(adapter().inquire(as_json(message), lambda code: BILL).body)
    assert answer["data"]["errors"]["errorCode"] == "01"
    assert not answer["data"]["details"]["amount"]


def test_a_settlement_file_is_read_whole_or_not_at_all() -> None:
    row = {"recordType": "002", "transId": "T1", "custCode": CODE, "amount": "150000", "currencyCode": "VND"}
    row |= {"bankTransId": "B1", "transTime": "20260715093145", "merchantAcctNo": SETTINGS["account"]}
    file = write_file([row, {**row, "bankTransId": "B2", "custCode": ""}], "PT044", "x", SECRETS["file_key"])
    first, second = adapter().statement(io.BytesIO(file))
    assert (first.gateway_ref, first.merchant_ref, first.amount) == ("B1", CODE, 150000)
    assert (second.gateway_ref, second.merchant_ref) == ("B2", "")
    lines = file.splitlines(keepends=True)
    for damaged in (
        file.replace(b"150000", b"150001", 1),
        b"".join([lines[0], *lines[2:]]),
        lines[0],
        b"",
        b"\xff",
    ):
        with pytest.raises(Malformed):
            list(adapter().statement(io.BytesIO(damaged)))
