"""VNPT-Pay for the conformance kit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gateways.base import Answer, MerchantConfig
from gateways.conformance.envelopes import SECRET, as_escaped_json, as_form, as_form_of_array, as_json
from gateways.conformance.specimens import Specimen
from gateways.vnpt_family.specimen import opened, replies

from .adapter import VnptPay
from .messages import ANSWER, CONFIRM


def specimen() -> Specimen:
    """Return a contract of the flavour `single` with the worked example of docs/reference/vnptpay.md."""
    settings = {"base_url": "https://bank.example/v1.0.5", "merchant_service_id": "1001"}

    def sign(message: Mapping[str, Any]) -> dict[str, Any]:
        return {**message, "SECURE_CODE": CONFIRM.sign(message, SECRET)}

    def read_answer(body: bytes) -> str:
        answer = json.loads(body)
        assert ANSWER.is_signed(answer, answer["SECURE_CODE"], [SECRET])
        return str(answer["RESPONSE_CODE"])

    secrets = {"secret_key": SECRET, "api_key": "0" * 32}
    return Specimen(
        gateway=VnptPay,
        config=MerchantConfig(settings, secrets),
        rotated=MerchantConfig(settings, {**secrets, "secret_key": "NEW_SECRET_987654321"}, (secrets,)),
        merchant_id="1001",
        merchant_ref="HS20260715000123",
        amount=150000,
        paid={
            "ACTION": "CONFIRM",
            "RESPONSE_CODE": "00",
            "MERCHANT_SERVICE_ID": "1001",
            "MERCHANT_ORDER_ID": "HS20260715000123",
            "AMOUNT": "150000",
            "CURRENCY_CODE": "VND",
            "VNPTPAY_TRANSACTION_ID": "VNPT0099887766",
            "PAYMENT_METHOD": "VNPTPAY",
            "PAY_DATE": "20260715093145",
            "ADDITIONAL_INFO": "Nop phi",
        },
        signed=CONFIRM.fields,
        signature_field="SECURE_CODE",
        amount_field="AMOUNT",
        time_field="PAY_DATE",
        text_field="ADDITIONAL_INFO",
        sign=sign,
        envelopes={
            "json": as_json,
            "escaped json": as_escaped_json,
            "form": as_form,
            "form of an array": as_form_of_array,
        },
        codes={
            Answer.ACCEPTED: "00",
            Answer.NOT_FOUND: "01",
            Answer.REPLAY: "02",
            Answer.WRONG_AMOUNT: "04",
            Answer.BUSY: "08",
            Answer.BAD_SIGNATURE: "97",
            Answer.CONFLICT: "99",
            Answer.MALFORMED: "99",
            Answer.ERROR: "99",
        },
        read_answer=read_answer,
        failed={"RESPONSE_CODE": "01"},
        contract_at=lambda url: MerchantConfig({**settings, "base_url": url}, secrets),
        replies=replies(VnptPay.dialect),
        opened=opened(VnptPay.dialect),
        answer_signature="SECURE_CODE",
    )


SPECIMEN = specimen()
