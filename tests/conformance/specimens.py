"""The gateways of this repository as specimens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from devtools.sandbox.keys import make_contracts
from gateways.base import Answer, MerchantConfig, OutcomeState
from gateways.codecs.concatenation import RsaConcatenation, private_key, public_key
from gateways.vietinbank.adapter import VietinBank
from gateways.vietinbank.messages import NOTIFICATION_ANSWER_FIELDS, NOTIFICATION_FIELDS
from gateways.vnptpay.adapter import VnptPay
from gateways.vnptpay.messages import ANSWER, CONFIRM

from .direct_specimen import vietinbank_direct
from .envelopes import SECRET as SECRET
from .envelopes import as_escaped_json, as_form, as_form_of_array
from .envelopes import as_json as as_json
from .envelopes import raw as raw
from .kit import Fields, Specimen
from .momo_specimen import momo
from .pipe_specimen import payplatform, pipe_opened, pipe_replies
from .vnpay_specimen import vnpay


def _vnptpay() -> Specimen:
    settings = {"base_url": "https://bank.example/v1.0.5", "merchant_service_id": "1001"}

    def sign(message: Mapping[str, Any]) -> dict[str, Any]:
        return {**message, "SECURE_CODE": CONFIRM.sign(message, SECRET)}

    def read_answer(body: bytes) -> str:
        told = json.loads(body)
        assert ANSWER.is_signed(told, told["SECURE_CODE"], [SECRET])
        return str(told["RESPONSE_CODE"])

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
        replies=pipe_replies(VnptPay.dialect),
        opened=pipe_opened(VnptPay.dialect),
        answer_signature="SECURE_CODE",
    )


def _vietinbank() -> Specimen:
    contract, renewed = (make_contracts("http://portal", "http://bank")["vietinbank"] for _ in range(2))
    bank_key = private_key(contract["bank"]["bank_private_key"])
    portal_key = public_key(contract["bank"]["portal_public_key"])

    def sign(message: Mapping[str, Any]) -> dict[str, Any]:
        return {**message, "signature": RsaConcatenation(NOTIFICATION_FIELDS).sign(message, bank_key)}

    def read_answer(body: bytes) -> str:
        told = json.loads(body)
        assert RsaConcatenation(NOTIFICATION_ANSWER_FIELDS).is_signed(told, told["signature"], [portal_key])
        return str(told["errorCode"])

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
            "paid": (lambda asked: statement([transfer]), OutcomeState.PAID),
            "not found": (lambda asked: statement([]), OutcomeState.NOT_FOUND),
        },
    )


SPECIMENS = (
    _vnptpay(),
    _vietinbank(),
    payplatform(),
    vietinbank_direct(),
    vnpay(),
    momo(),
)
