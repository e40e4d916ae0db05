"""VietinBank's collection protocol for the conformance kit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gateways.base import Answer, MerchantConfig, OutcomeState
from gateways.codecs.field_signatures import RsaConcatenation, private_key, public_key
from gateways.conformance.envelopes import as_escaped_json, as_json
from gateways.conformance.specimens import Fields, Specimen

from . import sandbox
from .adapter import VietinBank
from .messages import NOTIFICATION_ANSWER_FIELDS, NOTIFICATION_FIELDS


def specimen() -> Specimen:
    """Return a contract with fresh keys, and a transfer of the full amount."""
    contract, renewed = (sandbox.contract("http://portal", "http://bank") for _ in range(2))
    bank_key = private_key(contract["bank"]["bank_private_key"])
    portal_key = public_key(contract["bank"]["portal_public_key"])

    def sign(message: Mapping[str, Any]) -> dict[str, Any]:
        return {**message, "signature": RsaConcatenation(NOTIFICATION_FIELDS).sign(message, bank_key)}

    def read_answer(body: bytes) -> str:
        answer = json.loads(body)
        assert RsaConcatenation(NOTIFICATION_ANSWER_FIELDS).is_signed(answer, answer["signature"], [portal_key])
        return str(answer["errorCode"])

    settings, secrets = contract["settings"], contract["secrets"]
    transfer = {
        "trxId": "164T24200GKAJ7BY",
        "transactionDate": "15/07/2026 09:31:45",
        "credit": "150000",
        "debit": "0",
        "curency": "VND",
        "virtualAccount": settings["code_prefix"] + "26071500012345",
    }

    def statement(rows: list[dict[str, str]]) -> Fields:
        return {"status": {"code": "1"}, "accountNumber": settings["account"], "transactions": rows}

    return Specimen(
        gateway=VietinBank,
        config=MerchantConfig(settings, secrets),
        rotated=MerchantConfig(settings, renewed["secrets"], (secrets,)),
        merchant_id=contract["merchant_id"],
        merchant_ref="26071500012345",
        amount=150000,
        paid={
            "msgId": "MSG1",
            "providerId": settings["provider_id"],
            "transId": "501690869",
            "transTime": "20260715093145",
            "transType": "C",
            "custCode": "26071500012345",
            "recvAcctId": settings["account"],
            "recvVirtualAcctId": settings["code_prefix"] + "26071500012345",
            "amount": "150000",
            "bankTransId": "164T24200GKAJ7BY",
            "remark": "CT DEN:164T24200GKAJ7BY CK",
            "currencyCode": "VND",
        },
        signed=NOTIFICATION_FIELDS,
        signature_field="signature",
        amount_field="amount",
        time_field="transTime",
        text_field="remark",
        sign=sign,
        envelopes={"json": as_json, "escaped json": as_escaped_json},
        codes={
            Answer.ACCEPTED: "00",
            Answer.REPLAY: "00",
            Answer.BAD_SIGNATURE: "01",
            Answer.NOT_FOUND: "02",
            Answer.WRONG_AMOUNT: "03",
            Answer.CONFLICT: "99",
            Answer.MALFORMED: "99",
            Answer.BUSY: "99",
            Answer.ERROR: "99",
        },
        read_answer=read_answer,
        contract_at=lambda url: MerchantConfig({**settings, "statement_url": url}, secrets),
        replies={
            "paid": (lambda request: statement([transfer]), OutcomeState.PAID),
            "not found": (lambda request: statement([]), OutcomeState.NOT_FOUND),
        },
    )


SPECIMEN = specimen()
