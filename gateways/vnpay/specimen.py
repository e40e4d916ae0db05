"""VNPAY as a specimen: notifications in the query of a GET, amounts x 100, refunds with signed answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from gateways.base import Answer, GatewayError, GatewayRefused, MerchantConfig, OutcomeState, OutcomeUnknown, RawRequest
from gateways.conformance.envelopes import SECRET, in_query
from gateways.conformance.specimens import Fields, Reply, Specimen
from gateways.parsing import text_of

from .adapter import Vnpay
from .messages import SIGNATURE, Rules

REFERENCE = "HS20260715000123"
RULES = Rules.of()
Replies = dict[str, tuple[Reply, OutcomeState | type[GatewayError]]]


def specimen() -> Specimen:
    """A terminal with the worked example of docs/reference/vnpay.md as its notification."""
    settings = {
        "pay_url": "https://vnpay.example/vpcpay.html",
        "api_url": "https://vnpay.example/api",
        "tmn_code": "DEMOTMN1",
    }
    secrets = {"secret_key": SECRET}

    def sign(message: Mapping[str, Any]) -> Fields:
        return {**message, SIGNATURE: RULES.query_string.sign(message, SECRET)}

    def read_answer(body: bytes) -> str:
        answer = json.loads(body)
        assert set(answer) == {"RspCode", "Message"} and answer["Message"].isascii()
        return str(answer["RspCode"])

    return Specimen(
        gateway=Vnpay,
        config=MerchantConfig(settings, secrets),
        rotated=MerchantConfig(settings, {"secret_key": "NEW_SECRET_987654321"}, (secrets,)),
        merchant_id="DEMOTMN1",
        merchant_ref=REFERENCE,
        amount=150000,
        paid={
            "vnp_Amount": "15000000",
            "vnp_BankCode": "NCB",
            "vnp_BankTranNo": "VNP14226112",
            "vnp_CardType": "ATM",
            "vnp_OrderInfo": "Nop phi ho so H01 260715 0001",
            "vnp_PayDate": "20260715093145",
            "vnp_ResponseCode": "00",
            "vnp_TmnCode": "DEMOTMN1",
            "vnp_TransactionNo": "14226112",
            "vnp_TransactionStatus": "00",
            "vnp_TxnRef": REFERENCE,
        },
        signed=(
            *("vnp_Amount", "vnp_BankCode", "vnp_BankTranNo", "vnp_CardType", "vnp_OrderInfo", "vnp_PayDate"),
            *("vnp_ResponseCode", "vnp_TmnCode", "vnp_TransactionNo", "vnp_TransactionStatus", "vnp_TxnRef"),
        ),
        signature_field=SIGNATURE,
        amount_field="vnp_Amount",
        time_field="vnp_PayDate",
        text_field="vnp_OrderInfo",
        sign=sign,
        envelopes={
            "query": _as_query,
            "with its legacy mark": lambda message: _as_query({**message, "vnp_SecureHashType": "HMACSHA512"}),
            "in another order": lambda message: _as_query(dict(sorted(message.items(), reverse=True))),
            "to an address with a query of its own": lambda message: in_query(f"from=1&{_as_query(message).query}"),
        },
        codes={
            Answer.ACCEPTED: "00",
            Answer.NOT_FOUND: "01",
            Answer.REPLAY: "02",
            Answer.WRONG_AMOUNT: "04",
            Answer.BAD_SIGNATURE: "97",
            Answer.CONFLICT: "99",
            Answer.MALFORMED: "99",
            Answer.BUSY: "99",
            Answer.ERROR: "99",
        },
        read_answer=read_answer,
        failed={"vnp_ResponseCode": "51", "vnp_TransactionStatus": "02"},
        contract_at=lambda url: MerchantConfig({**settings, "api_url": url}, secrets),
        replies=_replies(),
        answer_signature=SIGNATURE,
        amount_unit=100,
        is_in_query=True,
        refund_replies=_refund_replies(),
        refund_query_replies=_refund_query_replies(),
        refund_fields=("vnp_RequestId", "vnp_Amount", "vnp_TransactionNo"),
        signs_refunds=True,
    )


def _as_query(message: Mapping[str, Any]) -> RawRequest:
    def text(value: Any) -> str:
        return json.dumps(value) if isinstance(value, (dict, list)) else text_of(value)

    return in_query(urlencode({name: text(value) for name, value in message.items()}))


def _reply(rule_name: str, **answer: Any) -> Reply:
    """Return a signed answer that repeats the request's reference."""

    def reply(request: Fields) -> Fields:
        rule = getattr(RULES, rule_name)
        message = {
            "vnp_ResponseId": "5E55",
            "vnp_Command": request["vnp_Command"],
            "vnp_ResponseCode": "00",
            "vnp_Message": "Success",
            "vnp_TmnCode": request["vnp_TmnCode"],
            "vnp_TxnRef": request["vnp_TxnRef"],
            **{name: value(request) if callable(value) else value for name, value in answer.items()},
        }
        return {**message, SIGNATURE: rule.sign(message, SECRET)}

    return reply


def _replies() -> Replies:
    paid = {
        "vnp_Amount": "15000000",
        "vnp_BankCode": "NCB",
        "vnp_PayDate": "20260715093145",
        "vnp_TransactionNo": "14226112",
        "vnp_TransactionType": "01",
        "vnp_TransactionStatus": "00",
    }

    def status(value: str, **changes: Any) -> Reply:
        return _reply("query_answer", **{**paid, "vnp_TransactionStatus": value, **changes})

    def refusal(code: str) -> Reply:
        return _reply("query_answer", vnp_ResponseCode=code)

    return {
        "paid": (status("00"), OutcomeState.PAID),
        "debited but not final": (status("04"), OutcomeState.PENDING),
        "suspected fraud": (status("07"), OutcomeState.PENDING),
        "waiting for the payer": (status("01"), OutcomeState.PENDING),
        "failed": (status("02"), OutcomeState.FAILED),
        "a status never heard of": (status("42"), OutcomeState.PENDING),
        "not found": (refusal("91"), OutcomeState.NOT_FOUND),
        "of a refund since": (status("00", vnp_TransactionType="03"), OutcomeUnknown),
        "paid, of another order": (status("00", vnp_TxnRef="ANOTHER"), OutcomeUnknown),
        "paid, without an amount": (status("00", vnp_Amount=""), OutcomeUnknown),
        "paid, without a transaction": (status("00", vnp_TransactionNo="0"), OutcomeUnknown),
        "asked too often": (refusal("94"), OutcomeUnknown),
        "system error": (refusal("99"), OutcomeUnknown),
        "our key is wrong": (refusal("97"), GatewayRefused),
    }


def _refunded(rule_name: str, **changes: Any) -> Reply:
    answer = {
        "vnp_Amount": "5000000",
        "vnp_PayDate": "20260716080001",
        "vnp_TransactionNo": "14226199",
        "vnp_TransactionType": "03",
        "vnp_TransactionStatus": "00",
        "vnp_OrderInfo": "Hoan tien RF20260716000001",
    }
    return _reply(rule_name, **{**answer, **changes})


def _refund_replies() -> Replies:
    def refusal(code: str) -> Reply:
        return _reply("refund_answer", vnp_ResponseCode=code)

    return {
        "given back": (_refunded("refund_answer"), OutcomeState.PAID),
        "under way": (_refunded("refund_answer", vnp_TransactionStatus="05"), OutcomeState.PENDING),
        "sent to the bank": (_refunded("refund_answer", vnp_TransactionStatus="06"), OutcomeState.PENDING),
        "refused": (_refunded("refund_answer", vnp_TransactionStatus="09"), OutcomeState.FAILED),
        "refused, never paid": (refusal("95"), OutcomeState.FAILED),
        "refused, not known": (refusal("91"), OutcomeState.FAILED),
        "given back already, or twice asked": (refusal("94"), OutcomeUnknown),
        "another amount": (_refunded("refund_answer", vnp_Amount="15000000"), OutcomeUnknown),
        "another order": (_refunded("refund_answer", vnp_TxnRef="ANOTHER"), OutcomeUnknown),
        "system error": (refusal("99"), OutcomeUnknown),
        "our key is wrong": (refusal("97"), GatewayRefused),
    }


def _refund_query_replies() -> Replies:
    return {
        "given back": (_refunded("query_answer"), OutcomeState.PAID),
        "under way": (_refunded("query_answer", vnp_TransactionStatus="05"), OutcomeState.PENDING),
        "refused": (_refunded("query_answer", vnp_TransactionStatus="09"), OutcomeState.FAILED),
        "not found": (_replies()["paid"][0], OutcomeState.NOT_FOUND),
        "another refund": (_refunded("query_answer", vnp_OrderInfo="Hoan tien RF1"), OutcomeState.NOT_FOUND),
        "the whole, which is not this part": (
            _refunded("query_answer", vnp_TransactionType="02"),
            OutcomeState.NOT_FOUND,
        ),
        "system error": (_reply("query_answer", vnp_ResponseCode="99"), OutcomeUnknown),
    }


SPECIMEN = specimen()
