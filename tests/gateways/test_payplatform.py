"""PayPlatform: what differs from VNPT-Pay, whose protocol it speaks in Vietnamese (docs/reference/payplatform.md)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateways.base import (
    Answer,
    BadSignature,
    GatewayRefused,
    MerchantConfig,
    OrderLine,
    OutcomeState,
    OutcomeUnknown,
    RawRequest,
    RawResponse,
    SentOrder,
)
from gateways.codecs.field_signatures import PipeSha256, received_order
from gateways.conformance.envelopes import SECRET, as_json, as_post
from gateways.payplatform.adapter import PayPlatform
from gateways.payplatform.messages import CONFIRM, INIT, QUERY
from gateways.payplatform.specimen import REFERENCE, SPECIMEN
from tests.support.local_server import LocalServer, serve

ORDER = SPECIMEN.order
SENT = SentOrder(REFERENCE, 150000, {"ThoiGianGD": "20260715093000", "PhienBan": "1.0.6"})
CREATED = {"MaLoi": "00", "MoTaLoi": "", "UrlThanhToan": "https://platform.example/p/1"}
STATUS = {"MaLoi": "00", "MaThamChieu": REFERENCE, "SoTien": 150000, "MaGiaoDich": "PP1", "TrangThaiGD": "1"}


def sign(message: dict[str, Any]) -> dict[str, Any]:
    rule = PipeSha256(received_order(message, "MaXacThuc"))
    return {**message, "MaXacThuc": rule.sign(message, SECRET)}


def lgsp(message: dict[str, Any], code: str = "0") -> dict[str, Any]:
    return {"error_code": code, "message": json.dumps(message)}


@contextmanager
def platform(answer: dict[str, Any], token: str = "", **settings: Any) -> Iterator[tuple[PayPlatform, LocalServer]]:
    def respond(request: RawRequest) -> RawResponse:
        return RawResponse(json.dumps(answer).encode())

    with serve(respond) as server:
        contract = {"partner_code": "DT001", "init_url": f"{server.url}/init", "query_url": f"{server.url}/query"}
        yield (
            PayPlatform(MerchantConfig({**contract, **settings}, {"secret_key": SECRET, "access_token": token})),
            server,
        )


def test_init_is_signed_without_the_receipt_block_and_keeps_no_name() -> None:
    with platform(sign(CREATED), receipt={"MaDonVi": "H44", "TKThuHuong": "101"}) as (gateway, server):
        redirect = gateway.start(ORDER)
    sent = json.loads(server.received[0].body)
    assert INIT.is_signed(sent, sent["MaXacThuc"], [SECRET])
    assert (sent["SoTien"], sent["ThoiGianGD"], sent["Ip"]) == ("150000", "20260715093000", "203.0.113.10")
    block = sent["ThongTinBienLai"]
    assert (block["MaDonVi"], block["MaHoSo"], block["HoTenNguoiNop"]) == (
        "H44",
        ORDER.bill_reference,
        "Nguyễn Thị Bình",
    )
    assert [fee["SoTien"] for fee in block["PhiLePhi"]] == ["150000"]
    assert "Authorization" not in server.received[0].headers
    assert tuple(redirect.request) == INIT.fields
    assert "Nguyễn" not in json.dumps(dict(redirect.request), ensure_ascii=False)


def test_an_afternoon_is_written_on_a_clock_of_24_hours() -> None:
    with platform(sign(CREATED)) as (gateway, server):
        gateway.start(replace(ORDER, created_at=datetime(2026, 7, 15, 14, 5, 9, tzinfo=UTC)))
    assert json.loads(server.received[0].body)["ThoiGianGD"] == "20260715210509"


def test_fees_and_charges_are_told_apart_and_must_add_up() -> None:
    lines = (
        OrderLine("P1", "phi", "Phí thẩm định", 100000),
        OrderLine("L1", "le_phi", "Lệ phí", 50000),
        OrderLine("L2", "le_phi", "Miễn", 0),
    )
    with platform(sign(CREATED)) as (gateway, server):
        gateway.start(replace(ORDER, lines=lines))
        with pytest.raises(GatewayRefused):
            gateway.start(replace(ORDER, lines=lines[:1]))
    assert len(server.received) == 1
    fees = json.loads(server.received[0].body)["ThongTinBienLai"]["PhiLePhi"]
    assert [(fee["LoaiPhiLePhi"], fee["MaPhiLePhi"], fee["SoTien"]) for fee in fees] == [
        ("1", "P1", "100000"),
        ("2", "L1", "50000"),
    ]


def test_through_the_service_bus_the_answer_is_json_inside_json() -> None:
    with platform(lgsp(sign(CREATED)), token="t0k3n", via="lgsp") as (gateway, server):
        assert gateway.start(ORDER).url == CREATED["UrlThanhToan"]
    assert server.received[0].headers["Authorization"] == "Bearer t0k3n"
    with platform(lgsp(sign(STATUS)), via="lgsp") as (gateway, _):
        assert gateway.query(SENT).state == OutcomeState.PAID


@pytest.mark.parametrize(
    "answer",
    [
        lgsp(sign(CREATED), "1"),
        lgsp(sign(CREATED), "-1"),
        {"error_code": "0", "message": "not JSON"},
        {"error_code": "0", "message": {"MaLoi": "00"}},
        {"error_code": "0"},
        sign(CREATED),
        lgsp(CREATED),
    ],
)
def test_a_service_bus_in_trouble_leaves_the_outcome_unknown(answer: dict[str, Any]) -> None:
    with platform(answer, via="lgsp") as (gateway, _), pytest.raises(OutcomeUnknown):
        gateway.start(ORDER)


def test_an_unsigned_answer_to_init_is_taken_only_where_the_contract_has_it_so() -> None:
    with platform(CREATED) as (gateway, _), pytest.raises(OutcomeUnknown):
        gateway.start(ORDER)
    with platform(CREATED, init_answer_signed=False) as (gateway, _):
        assert gateway.start(ORDER).url == CREATED["UrlThanhToan"]
    with platform(STATUS, init_answer_signed=False) as (gateway, _), pytest.raises(OutcomeUnknown):
        gateway.query(SENT)


def test_what_of_the_answer_to_a_query_is_signed_may_be_a_list() -> None:
    fields = ["MaLoi", "MaThamChieu", "SoTien", "TrangThaiGD"]
    answer = {**STATUS, "MaXacThuc": PipeSha256(tuple(fields)).sign(STATUS, SECRET)}
    with platform(answer, query_answer_fields=fields) as (gateway, server):
        assert (gateway.query(SENT).state, gateway.query(SENT).amount) == (OutcomeState.PAID, 150000)
    sent = json.loads(server.received[0].body)
    assert QUERY.is_signed(sent, sent["MaXacThuc"], [SECRET])
    with platform(answer) as (gateway, _), pytest.raises(OutcomeUnknown):
        gateway.query(SENT)


def test_the_amount_is_hashed_as_the_very_text_it_came_in() -> None:
    message = SPECIMEN.message(SoTien="150000.0")
    body = json.dumps(message).replace('"150000.0"', "150000.0").encode()
    assert SPECIMEN.adapter.verify(as_post(body)).amount == 150000
    with pytest.raises(BadSignature):
        SPECIMEN.adapter.verify(as_post(body.replace(b"150000.0", b"150000")))


def test_a_call_that_says_it_failed_pays_nothing() -> None:
    """One known implementer looks neither at MaLoi nor at the hash (docs/reference/payplatform.md#confirm)."""
    assert SPECIMEN.verify(SPECIMEN.message(MaLoi="99")).state == OutcomeState.PENDING
    assert SPECIMEN.verify(SPECIMEN.message(MaLoi="01")).state == OutcomeState.FAILED


def test_fields_of_a_payment_begun_on_the_national_portal_are_accepted_and_decide_nothing() -> None:
    notification = SPECIMEN.verify({**SPECIMEN.message(), "MaHoSo": "H99-1", "Token": "t", "SoThe": "9704…"})
    assert notification == replace(SPECIMEN.verify(SPECIMEN.message()), facts=notification.facts)


def test_by_default_the_answer_echoes_their_hash_and_only_a_hash() -> None:
    gateway = PayPlatform(MerchantConfig({"partner_code": "DT001"}, {"secret_key": SECRET}))
    message = SPECIMEN.message()
    answer = json.loads(gateway.answer(as_json(message), gateway.verify(as_json(message)), Answer.ACCEPTED).body)
    assert (answer["MaLoi"], answer["MaThamChieu"]) == ("00", REFERENCE)
    assert answer["MaXacThuc"] == CONFIRM.sign(message, SECRET)
    for body in (as_json({**message, "MaXacThuc": "<script>"}), as_post(b"nonsense")):
        assert json.loads(gateway.answer(body, None, Answer.BAD_SIGNATURE).body)["MaXacThuc"] == ""
