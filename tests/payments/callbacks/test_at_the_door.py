"""The addresses gateways call, and the browser's way back: what of a request is read, and what is answered."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpRequest, UnreadablePostError
from django.test import Client, RequestFactory
from django.utils import timezone

from core import live
from core.background import wakeup
from payments.callbacks import requests, views
from payments.models import Payment, RejectedNotification
from tests.support import factories
from tests.support.notifications import momo_ipn

pytestmark = pytest.mark.django_db


def asked(**environ: Any) -> HttpRequest:
    return RequestFactory().post("/x", b"abc", content_type="text/plain", **environ)


@pytest.mark.parametrize(
    ("environ", "is_too_large"),
    [
        ({}, False),
        ({"CONTENT_LENGTH": "65536"}, False),
        ({"CONTENT_LENGTH": "65537"}, True),
        ({"CONTENT_LENGTH": ""}, False),
        ({"CONTENT_LENGTH": "many"}, True),
        ({"QUERY_STRING": "x" * 65_536}, False),
        ({"QUERY_STRING": "x" * 65_537}, True),
    ],
)
def test_what_is_too_much_is_known_before_it_is_read(environ: dict[str, str], is_too_large: bool) -> None:
    assert requests.is_too_large(asked(**environ)) is is_too_large


def test_a_request_without_a_length_or_a_query_is_small() -> None:
    request = HttpRequest()
    assert not requests.is_too_large(request)
    request.method = None
    raw = requests.raw_request(request, with_body=False)
    assert (raw.method, raw.query, raw.headers, raw.body) == ("", "", {}, b"")


def test_of_a_request_its_bytes_are_taken_and_few_of_its_headers() -> None:
    request = asked(
        QUERY_STRING="q" * 70_000,
        headers={"User-Agent": "bank", "X-Request-Id": "7", "Cookie": "a=b", "Authorization": "Bearer x"},
    )
    raw = requests.raw_request(request)
    assert (raw.method, raw.path, raw.query, raw.body) == ("POST", "/x", "q" * 65_536, b"abc")
    assert raw.headers == {"Content-Type": "text/plain", "User-Agent": "bank", "X-Request-Id": "7"}
    assert raw.remote_addr == "127.0.0.1"
    assert requests.raw_request(asked(), with_body=False).body == b""


@pytest.mark.parametrize(("method", "status"), [("get", 200), ("post", 200), ("put", 405), ("delete", 405)])
def test_a_notification_comes_by_get_or_post(method: str, status: int) -> None:
    factories.merchant(factories.agency(), "vnptpay")
    browser = Client(enforce_csrf_checks=True)
    assert getattr(browser, method)("/gateways/vnptpay/notify").status_code == status


@pytest.mark.parametrize(("method", "status"), [("post", 200), ("get", 405)])
def test_an_inquiry_comes_by_post(method: str, status: int) -> None:
    factories.merchant(factories.agency(), "vietinbank")
    browser = Client(enforce_csrf_checks=True)
    assert getattr(browser, method)("/gateways/vietinbank/inq-bill").status_code == status


def test_a_giant_inquiry_is_answered_unread() -> None:
    factories.merchant(factories.agency(), "vietinbank")
    answer = Client().post("/gateways/vietinbank/inq-bill", b"x" * 70_000, content_type="application/json")
    assert answer.status_code == 200 and answer["Content-Length"] == str(len(answer.content))


def test_what_is_too_much_is_refused_as_malformed_and_not_read() -> None:
    account = factories.merchant(factories.agency(), "vnptpay")
    factories.merchant(account.agency, "vnpay")
    answer = Client().post("/gateways/vnptpay/notify", b"x" * 70_000, content_type="application/json")
    assert answer["Content-Type"].startswith("application/json")
    terminal = factories.CONTRACTS["vnpay"]["merchant_id"]
    Client().get("/gateways/vnpay/notify", {"vnp_TmnCode": terminal, "x": "y" * 70_000})
    kept = RejectedNotification.objects.order_by("pk")
    assert [each.reason for each in kept] == ["malformed", "malformed"]
    assert kept[0].body_sha256 == hashlib.sha256(b"").hexdigest()


def test_an_inquiry_of_common_size_is_read() -> None:
    factories.merchant(factories.agency(), "vietinbank")
    answer = Client().post("/gateways/vietinbank/inq-bill", {"data": {}}, content_type="application/json")
    assert answer.json()["data"]["errors"]["errorCode"] == "01", "its signature was looked at"


def test_a_message_that_broke_off_is_to_be_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise UnreadablePostError

    monkeypatch.setattr(views, "raw_request", broken)
    assert Client().post("/gateways/vnptpay/notify").status_code == 408


def test_a_gateway_nobody_has_is_not_found() -> None:
    assert Client().post("/gateways/vnptpay/notify").status_code == 404
    assert not RejectedNotification.objects.filter(reason="bad_signature").exists()


def test_an_answer_of_nothing_has_no_length() -> None:
    """MoMo wants a 204, which has neither content nor length."""
    message = momo_ipn(factories.payment(gateway="momo"))
    answer = Client().post("/gateways/momo/notify", message, content_type="application/json")
    assert (answer.status_code, "Content-Length" in answer.headers) == (204, False)


@pytest.mark.parametrize(
    ("name", "value", "tells"),
    [
        ("n" * 64, "v" * 8, True),
        ("n" * 65, "v" * 8, False),
        ("n", "v" * 7, False),
        ("n", "v" * 64, True),
        ("n", "v" * 65, False),
    ],
)
def test_what_may_be_a_reference_is_sent_on(name: str, value: str, tells: bool) -> None:
    answer = Client(enforce_csrf_checks=True).post("/gateways/vnptpay/return", {name: value})
    address = urlsplit(answer["Location"])
    assert (answer.status_code, address.path) == (303, "/gateways/vnptpay/return")
    assert parse_qs(address.query) == ({name: [value]} if tells else {})


def test_a_form_without_end_leads_on_with_twenty_fields() -> None:
    answer = Client().post("/gateways/vnptpay/return", {f"n{n}": "v" * 8 for n in range(25)})
    assert len(parse_qs(urlsplit(answer["Location"]).query)) == 20


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What watchers and workers were told."""
    heard: list[Any] = []
    monkeypatch.setattr(live, "publish", lambda tokens: heard.append(tuple(tokens)))
    monkeypatch.setattr(wakeup, "enqueue", lambda task, **values: heard.append((task, values)))
    return heard


def back(payment: Payment, *held: str, **query: str) -> str:
    """Come back in a browser that was sent away with these; return where it is led."""
    browser = Client()
    if held:
        session = browser.session
        session[views.SESSION_PAYMENT] = list(held)
        session.save()
    answer = browser.get(f"/gateways/{payment.gateway}/return", query)
    assert answer.status_code == 302
    return str(answer["Location"])


def test_who_comes_back_to_their_own_attempt_has_the_bank_asked(told: list[Any]) -> None:
    payment, began = factories.payment(), timezone.now()
    factories.payment()
    for _ in range(2):
        assert back(payment, payment.token) == f"/thanh-toan/{payment.bill.token}/"
    payment.refresh_from_db()
    assert payment.returned_at and payment.returned_at >= began
    assert payment.next_check_at and payment.next_check_at >= began
    assert told == [(payment.bill.token,), ("payments.query_open_payments", {"gateway": "vnptpay"})]
    assert Payment.objects.exclude(pk=payment.pk).get().returned_at is None


def test_what_has_ended_is_shown_and_nobody_is_asked(told: list[Any]) -> None:
    payment = factories.payment(state="failed")
    assert back(payment, payment.token) == f"/thanh-toan/{payment.bill.token}/"
    payment.refresh_from_db()
    assert (payment.returned_at, told) == (None, [])


def test_by_a_reference_the_page_is_found_and_nothing_else(told: list[Any]) -> None:
    payment, page = factories.payment(), "/thanh-toan/"
    other = factories.payment(of=payment.bill, gateway="vnpay")
    factories.payment()
    assert back(payment, ref=payment.merchant_ref) == f"{page}{payment.bill.token}/"
    assert back(payment, "another", ref=payment.merchant_ref) == f"{page}{payment.bill.token}/"
    assert not back(payment, ref=other.merchant_ref).endswith(f"{payment.bill.token}/"), "of another gateway"
    assert not back(payment, other.token).endswith(f"{payment.bill.token}/")
    assert not back(payment).endswith(f"{payment.bill.token}/")
    payment.refresh_from_db()
    assert (payment.returned_at, told) == (None, [])


@pytest.mark.parametrize(
    ("qr_text", "redirect_url", "is_found"),
    [("00020101", "", False), ("00020101", "https://bank.example/", True), ("", "", True)],
)
def test_by_the_code_of_a_transfer_nothing_is_found(qr_text: str, redirect_url: str, is_found: bool) -> None:
    payment = factories.payment(qr_text=qr_text, redirect_url=redirect_url)
    assert back(payment, ref=payment.merchant_ref).endswith(f"{payment.bill.token}/") == is_found
