"""MoMo as a specimen: numbers in JSON, times in milliseconds, an answer that is only a status."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gateways.base import (
    Answer,
    GatewayError,
    GatewayRefused,
    GatewayUnavailable,
    MerchantConfig,
    OutcomeState,
    OutcomeUnknown,
    RawRequest,
    RawResponse,
)
from gateways.conformance.envelopes import SECRET, as_escaped_json, as_json, as_post
from gateways.conformance.specimens import Fields, Reply, Specimen

from .adapter import Momo
from .messages import CREATE_ANSWERS, IPN

REFERENCE = "HS20260715000123"
KEYS = {"access_key": "DEMOACCESS", "secret_key": SECRET}
Replies = dict[str, tuple[Reply, OutcomeState | type[GatewayError]]]


def specimen() -> Specimen:
    """A partner with the worked example of docs/reference/momo.md as its notification."""
    settings = {
        "api_url": "https://momo.example/v2/gateway/api",
        "partner_code": "MOMODEMO",
        "notify_url": "https://dvc.example.gov.vn/pay/momo/ipn",
    }

    def sign(message: Mapping[str, Any]) -> Fields:
        return {**message, "signature": IPN.sign({**message, "accessKey": "DEMOACCESS"}, SECRET)}

    def opened(request: Fields) -> Fields:
        reply_fields = {
            **_echo(request),
            "resultCode": 0,
            "amount": request["amount"],
            "payUrl": "https://momo.example/p/1",
        }
        signature = CREATE_ANSWERS[0].sign({**reply_fields, "accessKey": "DEMOACCESS"}, SECRET)
        return {**reply_fields, "signature": signature}

    def read_response(answer: RawResponse) -> str:
        assert answer.body == b""
        return str(answer.status)

    return Specimen(
        gateway=Momo,
        config=MerchantConfig(settings, KEYS),
        rotated=MerchantConfig(settings, {"access_key": "NEWACCESS", "secret_key": "NEW_SECRET"}, (KEYS,)),
        merchant_id="MOMODEMO",
        merchant_ref=REFERENCE,
        amount=150000,
        paid={
            "amount": "150000",
            "extraData": "eyJ4IjoxfQ==",
            "message": "Successful.",
            "orderId": REFERENCE,
            "orderInfo": "Nop phi ho so",
            "orderType": "momo_wallet",
            "partnerCode": "MOMODEMO",
            "payType": "qr",
            "requestId": "RQ0001",
            "responseTime": "1784082705000",
            "resultCode": "0",
            "transId": "4088878653",
        },
        signed=IPN.fields[1:],
        signature_field="signature",
        amount_field="amount",
        time_field="responseTime",
        text_field="message",
        sign=sign,
        envelopes={"json": as_json, "escaped json": as_escaped_json, "numbers": _as_numbers},
        codes={
            **dict.fromkeys((Answer.ACCEPTED, Answer.REPLAY, Answer.NOT_FOUND, Answer.WRONG_AMOUNT), "204"),
            Answer.BAD_SIGNATURE: "400",
            Answer.MALFORMED: "400",
            Answer.CONFLICT: "409",
            Answer.ERROR: "500",
            Answer.BUSY: "503",
        },
        read_answer=lambda body: "",
        failed={"resultCode": "1001", "transId": "0"},
        contract_at=lambda url: MerchantConfig({**settings, "api_url": url}, KEYS),
        replies=_replies(),
        opened=opened,
        write_time=lambda moment: str(_milliseconds(moment)),
        sends_time=False,
        read_response=read_response,
        refund_replies=_refund_replies(),
        refund_query_replies=_refund_query_replies(),
        refund_fields=("orderId", "amount", "transId"),
    )


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _as_numbers(message: Mapping[str, Any]) -> RawRequest:
    numbers = {name: int(message[name]) for name in ("amount", "responseTime", "resultCode", "transId")}
    return as_post(json.dumps({**message, **numbers}).encode())


def _echo(request: Fields) -> Fields:
    return {
        **{name: request[name] for name in ("partnerCode", "orderId", "requestId")},
        "responseTime": 1784082705000,
        "message": "Successful.",
    }


def _code(value: int, **answer: Any) -> Reply:
    return lambda request: {**_echo(request), "resultCode": value, **answer}


def _replies() -> Replies:
    def code(value: int, **changes: Any) -> Reply:
        return _code(value, **{"amount": 150000, "transId": 4088878653, **changes})

    return {
        "paid": (code(0), OutcomeState.PAID),
        "debited but not final": (code(7002), OutcomeState.PENDING),
        "processing": (code(7000), OutcomeState.PENDING),
        "authorised only": (code(9000), OutcomeState.PENDING),
        "waiting for the payer": (code(1000), OutcomeState.PENDING),
        "failed": (code(1001, transId=0), OutcomeState.FAILED),
        "expired": (code(1005, transId=0), OutcomeState.FAILED),
        "cancelled": (code(1006, transId=0), OutcomeState.CANCELLED),
        "a status never heard of": (code(8888), OutcomeState.PENDING),
        "not found": (_code(42), OutcomeState.NOT_FOUND),
        "paid, an answer to another question": (code(0, requestId="ANOTHER"), OutcomeUnknown),
        "paid, of another order": (code(0, orderId="ANOTHER"), OutcomeUnknown),
        "paid, without an amount": (code(0, amount=0), OutcomeUnknown),
        "paid, without a transaction": (code(0, transId=0), OutcomeUnknown),
        "a duplicate question": (_code(40), OutcomeUnknown),
        "unknown error": (_code(99), OutcomeUnknown),
        "maintenance": (_code(10), GatewayUnavailable),
        "our key is wrong": (_code(13), GatewayRefused),
        "our signature is wrong": (_code(20), GatewayRefused),
    }


def _refund_replies() -> Replies:
    def code(value: int, **changes: Any) -> Reply:
        return _code(value, **{"amount": 50000, "transId": 4088878700, **changes})

    return {
        "given back": (code(0), OutcomeState.PAID),
        "under way": (code(7002), OutcomeState.PENDING),
        "refused": (code(1088), OutcomeState.FAILED),
        "refused, too much": (code(1081), OutcomeState.FAILED),
        "refused, amount": (code(22), OutcomeState.FAILED),
        "try again in an hour": (code(1080), GatewayUnavailable),
        "given back already, or twice asked": (code(41), OutcomeUnknown),
        "another amount": (code(0, amount=150000), OutcomeUnknown),
        "another order": (code(0, orderId="ANOTHER"), OutcomeUnknown),
        "unknown error": (code(99), OutcomeUnknown),
        "our key is wrong": (code(13), GatewayRefused),
    }


def _refund_query_replies() -> Replies:
    def rows(*codes: int, ref: str = "") -> Reply:
        def reply(request: Fields) -> Fields:
            made = [
                {
                    "orderId": ref or request["orderId"],
                    "amount": 50000,
                    "resultCode": code,
                    "transId": 4088878700 if code == 0 else 0,
                    "createdTime": 1784082705000,
                }
                for code in codes
            ]
            return {**_echo(request), "resultCode": 0, "refundTrans": made}

        return reply

    return {
        "given back": (rows(0), OutcomeState.PAID),
        "given back at the second try": (rows(1080, 0), OutcomeState.PAID),
        "under way": (rows(7002), OutcomeState.PENDING),
        "under way again": (rows(7000, 1080), OutcomeState.PENDING),
        "refused": (rows(1080), OutcomeState.FAILED),
        "not found": (_code(42), OutcomeState.NOT_FOUND),
        "nothing done": (rows(), OutcomeState.NOT_FOUND),
        "another refund": (rows(0, ref="ANOTHER"), OutcomeState.NOT_FOUND),
        "no list": (_code(0, refundTrans="x"), OutcomeUnknown),
        "system error": (_code(99), OutcomeUnknown),
    }


SPECIMEN = specimen()
