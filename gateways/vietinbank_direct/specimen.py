"""VietinBank's direct payment as a specimen: notifications without an amount, RSA in both directions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gateways.base import Answer, GatewayError, GatewayRefused, MerchantConfig, OutcomeState, OutcomeUnknown, RawRequest
from gateways.codecs.field_signatures import RsaConcatenation, private_key, public_key, received_order
from gateways.conformance.envelopes import as_post
from gateways.conformance.specimens import Fields, Reply, Specimen

from . import sandbox
from .adapter import VietinBankDirect
from .messages import ANSWER_FIELDS, CONFIRM_FIELDS

REFERENCE = "HS20260715000123"


def specimen() -> Specimen:
    """A contract with hashes that differ by direction, as the one implementer has them."""
    contract, renewed = (sandbox.contract("http://portal", "http://bank") for _ in range(2))
    settings, secrets, merchant = contract["settings"], contract["secrets"], contract["merchant_id"]
    bank_key = private_key(contract["bank"]["bank_private_key"])
    portal_key = public_key(contract["bank"]["portal_public_key"])

    def sign(message: Mapping[str, Any]) -> Fields:
        return {**message, "signature": RsaConcatenation(CONFIRM_FIELDS).sign(message, bank_key)}

    def sign_reply(answer: Fields) -> Fields:
        return {**answer, "signature": RsaConcatenation(received_order(answer, "signature")).sign(answer, bank_key)}

    def read_answer(body: bytes) -> str:
        answer = json.loads(body)
        assert RsaConcatenation(ANSWER_FIELDS, "sha1").is_signed(answer, answer["signature"], [portal_key])
        assert answer["urlResult"].startswith(settings["result_url"])
        return str(answer["responseCode"])

    def to_our_address(message: Mapping[str, Any]) -> RawRequest:
        return as_post(json.dumps(message, ensure_ascii=False).encode(), query=f"merchant={merchant}")

    def naming_the_merchant(message: Mapping[str, Any]) -> RawRequest:
        answer = {**message, "providerId": settings["provider_id"], "merchantId": merchant}
        return as_post(json.dumps(answer, indent=1).encode())

    def contract_at(url: str) -> MerchantConfig:
        return MerchantConfig({**settings, "base_url": url}, secrets)

    def opened(request: Fields) -> Fields:
        return sign_reply(
            {
                "requestId": request["requestId"],
                "responseCode": "00",
                "responseDesc": "Thanh cong",
                "redirectUrl": "https://bank.example/p/1",
                "sessionId": "5E55",
            }
        )

    return Specimen(
        gateway=VietinBankDirect,
        config=MerchantConfig(settings, secrets),
        rotated=MerchantConfig(settings, renewed["secrets"], (secrets,)),
        merchant_id=merchant,
        merchant_ref=REFERENCE,
        amount=150000,
        paid={
            "requestId": "CF501690869",
            "confirmTransactionId": REFERENCE,
            "responseCode": "00",
            "responseDesc": "Thanh cong",
            "bankTransactionId": "BT778899",
            "transTime": "20260715093145",
            "sessionId": "5E55",
        },
        signed=CONFIRM_FIELDS,
        signature_field="signature",
        amount_field="",
        time_field="transTime",
        text_field="responseDesc",
        sign=sign,
        envelopes={"to the merchant's own address": to_our_address, "with the merchant inside": naming_the_merchant},
        codes={
            Answer.ACCEPTED: "00",
            Answer.REPLAY: "00",
            Answer.NOT_FOUND: "90",
            Answer.MALFORMED: "90",
            Answer.BAD_SIGNATURE: "93",
            Answer.BUSY: "96",
            Answer.WRONG_AMOUNT: "99",
            Answer.CONFLICT: "99",
            Answer.ERROR: "99",
        },
        read_answer=read_answer,
        failed={"responseCode": "05"},
        contract_at=contract_at,
        replies=_replies(sign_reply),
        opened=opened,
        answer_signature="signature",
    )


def _replies(sign: Reply) -> dict[str, tuple[Reply, OutcomeState | type[GatewayError]]]:
    def code(value: str, **changes: str) -> Reply:
        answer = {"responseCode": value, "responseDesc": "", "bankTransactionId": "BT778899", "sessionId": "5E55"}
        return lambda request: sign({"requestId": request["requestId"], **answer, **changes})

    return {
        "paid": (code("40"), OutcomeState.PAID),
        "paid, in the other word for it": (code("00"), OutcomeState.PAID),
        "debited but not final": (code("41"), OutcomeState.PENDING),
        "waiting for the payer": (code("42"), OutcomeState.PENDING),
        "failed": (code("05"), OutcomeState.FAILED),
        "cancelled": (code("55"), OutcomeState.CANCELLED),
        "a status never heard of": (code("77"), OutcomeState.PENDING),
        "not found": (code("43"), OutcomeState.NOT_FOUND),
        "paid, an answer to another question": (code("40", requestId="ANOTHER"), OutcomeUnknown),
        "paid, of another session": (code("40", sessionId="0DD"), OutcomeUnknown),
        "paid, without a transaction": (code("40", bankTransactionId=""), OutcomeUnknown),
        "system error": (code("99"), OutcomeUnknown),
        "our key is wrong": (code("93"), GatewayRefused),
    }


SPECIMEN = specimen()
