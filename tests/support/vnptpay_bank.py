"""A server that answers as VNPT-Pay does, and what is asked of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from gateways.base import (
    MerchantConfig,
    Outcome,
    PaymentOrder,
    RawRequest,
    RawResponse,
    Redirect,
    SentOrder,
)
from gateways.codecs.field_signatures import PipeSha256, received_order
from gateways.conformance.envelopes import SECRET
from gateways.vnptpay.adapter import VnptPay
from tests.support.local_server import LocalServer, serve

REF = "HS20260715000123"
ORDER = PaymentOrder(
    merchant_ref=REF,
    amount=150000,
    description="Nộp phí | hồ sơ 000.00.01.H01-260715-0001",
    created_at=datetime(2026, 7, 15, 2, 30, tzinfo=UTC),
    client_ip="203.0.113.10",
    return_url="https://portal.example/return",
)
SENT = SentOrder(REF, 150000, {"CREATE_DATE": "20260715093000", "VERSION": "1.0.5"})
CREATED = {"RESPONSE_CODE": "00", "MERCHANT_ORDER_ID": REF, "REDIRECT_URL": "https://bank.example/p/1"}
STATUS = {
    "RESPONSE_CODE": "00",
    "MERCHANT_ORDER_ID": REF,
    "VNPTPAY_TRANSACTION_ID": "VNPT1",
    "AMOUNT": 150000,
    "CURRENCY_CODE": "VND",
    "PAY_DATE": "20260715093145",
    "TRANSACTION_STATUS": "1",
}


def sign(message: dict[str, Any], secret: str = SECRET) -> dict[str, Any]:
    rule = PipeSha256(received_order(message, "SECURE_CODE"))
    return {**message, "SECURE_CODE": rule.sign(message, secret)}


@contextmanager
def bank(answer: dict[str, Any] | bytes, **settings: Any) -> Iterator[tuple[VnptPay, LocalServer]]:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    def respond(request: RawRequest) -> RawResponse:
        return RawResponse(body)

    with serve(respond) as server:
        contract = {"base_url": server.url, "merchant_service_id": "1001", **settings}
        yield VnptPay(MerchantConfig(contract, {"secret_key": SECRET, "api_key": "k" * 32})), server


def start(answer: dict[str, Any] | bytes) -> Redirect:
    with bank(answer) as (gateway, _):
        return gateway.start(ORDER)


def query(answer: dict[str, Any], **settings: Any) -> Outcome:
    with bank(answer, **settings) as (gateway, _):
        return gateway.query(SENT)
