"""PayPlatform as a specimen, and what a bank of its family (gateways/vnpt_family/adapter.py) may say when asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gateways.base import Answer, GatewayRefused, MerchantConfig, OutcomeState, OutcomeUnknown, RawRequest
from gateways.codecs.concatenation import PipeSha256, received_order
from gateways.payplatform.adapter import PayPlatform
from gateways.payplatform.messages import ANSWER, CONFIRM
from gateways.vnpt_family.adapter import Dialect

from .envelopes import SECRET, as_escaped_json, as_form, as_form_of_array, as_json, raw
from .kit import Fields, Reply, Specimen

REFERENCE = "H01-260715-0001-01"


def pipe_opened(names: Dialect) -> Reply:
    """The answer to a good INIT."""
    told = {names.code: "00", names.text: "Thanh cong", names.url: "https://bank.example/p/1"}
    return lambda asked: _signed(names, {**told, names.order: asked[names.order]})


def pipe_replies(names: Dialect) -> dict[str, tuple[Reply, Any]]:
    """Every state a QUERY may tell of, and what we must make of it."""

    def status(value: str, **changes: Any) -> Reply:
        told = {
            names.code: "00",
            names.text: "Thanh cong",
            names.amount: 150000,
            names.currency: "VND",
            names.transaction: "BANK0099887766",
            names.paid_at: "20260715093145",
            names.status: value,
        }
        return lambda asked: _signed(names, {**told, names.order: asked[names.order], **changes})

    def refusal(code: str) -> Reply:
        return lambda asked: _signed(names, {names.code: code, names.text: "", names.order: asked[names.order]})

    return {
        "paid": (status("1"), OutcomeState.PAID),
        "debited but not final": (status("3"), OutcomeState.PENDING),
        "failed": (status("4"), OutcomeState.FAILED),
        "a status never heard of": (status("7"), OutcomeState.PENDING),
        "not found": (refusal("05"), OutcomeState.NOT_FOUND),
        "paid, of another order": (status("1", **{names.order: "ANOTHER"}), OutcomeUnknown),
        "paid, without an amount": (status("1", **{names.amount: ""}), OutcomeUnknown),
        "time-out at the bank": (refusal("04"), OutcomeUnknown),
        "our key is wrong": (refusal("07"), GatewayRefused),
    }


def _signed(names: Dialect, told: Fields) -> Fields:
    rule = PipeSha256(received_order(told, names.signature))
    return {**told, names.signature: rule.sign(told, SECRET)}


def payplatform() -> Specimen:
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
        told = json.loads(body)
        assert ANSWER.is_signed(told, told["MaXacThuc"], [SECRET])
        return str(told["MaLoi"])

    def as_number(message: Mapping[str, Any]) -> RawRequest:
        return raw(json.dumps({**message, "SoTien": int(message["SoTien"])}).encode())

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
        replies=pipe_replies(PayPlatform.dialect),
        opened=pipe_opened(PayPlatform.dialect),
        answer_signature="MaXacThuc",
    )
