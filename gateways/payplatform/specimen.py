"""PayPlatform for the conformance kit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gateways.base import Answer, MerchantConfig, RawRequest
from gateways.conformance.envelopes import SECRET, as_escaped_json, as_form, as_form_of_array, as_json, as_post
from gateways.conformance.specimens import Fields, Specimen
from gateways.vnpt_family.specimen import opened, replies

from .adapter import PayPlatform
from .messages import ANSWER, CONFIRM

REFERENCE = "H01-260715-0001-01"


def specimen() -> Specimen:
    """PayPlatform with answers signed by the list; the echo is tested by itself."""
    settings = {
        "init_url": "https://platform.example/init",
        "query_url": "https://platform.example/query",
        "partner_code": "DT001",
        "answer_signature": "signed",
    }
    secrets = {"secret_key": SECRET}

    def sign(message: Mapping[str, Any]) -> Fields:
        return {**message, "MaXacThuc": CONFIRM.sign(message, SECRET)}

    def read_answer(body: bytes) -> str:
        answer = json.loads(body)
        assert ANSWER.is_signed(answer, answer["MaXacThuc"], [SECRET])
        return str(answer["MaLoi"])

    def as_number(message: Mapping[str, Any]) -> RawRequest:
        return as_post(json.dumps({**message, "SoTien": int(message["SoTien"])}).encode())

    def contract_at(url: str) -> MerchantConfig:
        return MerchantConfig({**settings, "init_url": f"{url}/init", "query_url": f"{url}/query"}, secrets)

    return Specimen(
        gateway=PayPlatform,
        config=MerchantConfig(settings, secrets),
        rotated=MerchantConfig(settings, {"secret_key": "NEW_SECRET_987654321"}, (secrets,)),
        merchant_id="DT001",
        merchant_ref=REFERENCE,
        amount=150000,
        paid={
            "LoaiBanTin": "CONFIRM",
            "MaLoi": "00",
            "MaDoiTac": "DT001",
            "MaThamChieu": REFERENCE,
            "SoTien": "150000",
            "MaTienTe": "VND",
            "MaGiaoDich": "PP0011223344",
            "MaNganHang": "VIETINBANK",
            "ThoiGianGD": "20260715093145",
            "ThongTinGiaoDich": "Nop phi ho so H01-260715-0001",
        },
        signed=CONFIRM.fields,
        signature_field="MaXacThuc",
        amount_field="SoTien",
        time_field="ThoiGianGD",
        text_field="ThongTinGiaoDich",
        sign=sign,
        envelopes={
            "json": as_json,
            "escaped json": as_escaped_json,
            "amount as a number": as_number,
            "form": as_form,
            "form of an array": as_form_of_array,
        },
        codes={result: "00" if result in (Answer.ACCEPTED, Answer.REPLAY) else "99" for result in Answer},
        read_answer=read_answer,
        failed={"MaLoi": "01"},
        contract_at=contract_at,
        replies=replies(PayPlatform.dialect),
        opened=opened(PayPlatform.dialect),
        answer_signature="MaXacThuc",
    )


SPECIMEN = specimen()
