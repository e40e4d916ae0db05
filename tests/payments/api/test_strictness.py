"""What a client sends is read whole or refused: nothing is ignored, cut or turned into something else."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from agencies.models import Agency
from gateways.base import GatewayRefused
from payments.models import Bill, Payment, Refund
from tests.support import factories
from tests.support.payments.api import new_bill, send
from tests.support.payments.refunds import paid

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/bills?state=paid",
        "/api/v1/bills?Reference=X1",
        "/api/v1/bills?format=json",
        "/api/v1/bills?reference=X1&reference=X2",
        "/api/v1/bills?reference=",
        "/api/v1/refunds?state=done",
        "/api/v1/webhooks?active=1",
    ],
)
def test_an_unknown_parameter_is_refused_by_name(key: str, path: str) -> None:
    status, problem = send(key, path)
    name = path.split("?")[1].split("=")[0]
    assert (status, list(problem["errors"])) == (422, [name])


def test_an_unknown_field_is_refused_by_name_wherever_it_stands(key: str, agency: Agency) -> None:
    line = {"code": "A", "kind": "phi", "description": "Phí", "amount": 1, "vat": 8}
    status, problem = send(key, "/api/v1/bills", new_bill(agency, due="2026-12-01", lines=[line]), "k1")
    assert (status, sorted(problem["errors"])) == (422, ["due", "lines"])
    assert list(problem["errors"]["lines"]["0"]) == ["vat"]
    assert send(key, "/api/v1/webhooks", {"url": "https://a.example/", "events": []}, "k2")[0] == 422
    bill = send(key, "/api/v1/bills", new_bill(agency), "k3")[1]
    status, problem = send(key, f"/api/v1/bills/{bill['id']}/cancel", {"reason": "x"}, "k4")
    assert (status, list(problem["errors"])) == (422, ["reason"])
    assert send(key, f"/api/v1/bills/{bill['id']}/cancel", {}, "k5")[0] == 200


@pytest.mark.parametrize("amount", ["50000", "５００００", "٥٠٠٠٠", "50.000", 1.5, True, None, 10**30, float(10**12)])
def test_an_amount_is_a_whole_json_number(key: str, agency: Agency, amount: Any) -> None:
    line = {"code": "A", "kind": "phi", "description": "Phí", "amount": amount}
    assert send(key, "/api/v1/bills", new_bill(agency, lines=[line]), "k1")[0] == 422
    assert not Bill.objects.exists()


def test_what_cannot_be_seen_is_taken_out_of_words_and_refused_in_codes(key: str, agency: Agency) -> None:
    line = {"code": "A", "kind": "phi", "description": "Phí\u202e thử", "amount": 50_000}
    unseen = new_bill(agency, payer_name="Nguyễn\u200b Thị \u2066Bình", description="d\u202dx", lines=[line])
    bill = send(key, "/api/v1/bills", unseen, "k1")[1]
    said = (bill["payer_name"], bill["description"], bill["lines"][0]["description"])
    assert said == ("Nguyễn Thị Bình", "dx", "Phí thử")
    for changes in (
        {"reference": "X\u202e1"},
        {"agency": f"{agency.code}\u200b"},
        {"lines": [{**line, "code": "A\u2069"}]},
        {"reference": "X1\r\nX2"},
    ):
        assert send(key, "/api/v1/bills", new_bill(agency, **changes), "k2")[0] == 422
    for name, value in (("payer_name", "???"), ("description", "\u202e"), ("reference", 5), ("payer_name", 5)):
        assert send(key, "/api/v1/bills", new_bill(agency, **{name: value}), "k2")[0] == 422


def test_two_long_keys_that_begin_alike_make_two_refunds(key: str, agency: Agency) -> None:
    client = Bill.objects.get(pk=send(key, "/api/v1/bills", new_bill(agency), "k1")[1]["id"]).client
    payment = paid(client=client, of=agency)
    path = f"/api/v1/payments/{payment.pk}/refunds"
    wanted = {"amount": 10_000, "remaining_amount": 150_000, "reason": "collected_in_error"}
    first = send(key, path, wanted, "k" * 249 + "first")
    second = send(key, path, {**wanted, "remaining_amount": 140_000}, "k" * 249 + "second")
    assert (first[0], second[0]) == (201, 201)
    assert first[1]["id"] != second[1]["id"]
    assert Refund.objects.count() == 2


@pytest.mark.parametrize("idempotency", ["k" * 256, "é", " k", "\t"])
def test_a_key_is_kept_whole_or_refused(key: str, agency: Agency, idempotency: str) -> None:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": idempotency}
    answer: Any = Client(headers=headers).post("/api/v1/bills", new_bill(agency), content_type="application/json")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["Idempotency-Key"])


def test_what_a_gateway_refuses_is_said_with_its_reason(
    key: str, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = factories.merchant(agency, "momo")
    bill = send(key, "/api/v1/bills", new_bill(agency), "k1")[1]
    path = f"/api/v1/bills/{bill['id']}/payments"
    monkeypatch.setattr("gateways.momo.adapter.Momo.start", _refuse)
    status, problem = send(key, path, {"gateway": "momo"}, "k2")
    assert (status, problem["type"]) == (422, "/api/problems/gateway-refused")
    assert (problem["gateway_code"], problem["reason"]) == ("22", "Số tiền không hợp lệ")
    assert Payment.objects.get().failure_code == "22"
    account.settings["smallest_amount"] = 60_000
    account.save()
    status, problem = send(key, path, {"gateway": "momo"}, "k3")
    assert (status, problem["type"]) == (422, "/api/problems/amount-outside-limits")
    assert (problem["least"], problem["most"]) == (60_000, 50_000_000)
    assert Payment.objects.count() == 1


def _refuse(*_: Any) -> None:
    raise GatewayRefused("22", "Số tiền không hợp lệ")
