"""Read-only mode: everybody looks, nobody acts, banks are heard, and staff come in to end it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from agencies.models import Agency, AuditEntry, Role
from dossiers.models import Draft
from payments.api.clients import create_client
from payments.callbacks import inbox
from payments.merchants import page_origins
from payments.models import Bill, Payment
from payments.settlement import ledger_check
from payments.states import BillState
from portal.administration.read_only import spans
from portal.administration.read_only.middleware import OPEN
from portal.models import ReadOnlySpan
from tests.support import factories
from tests.support.gateway_care import moment, province
from tests.support.matrix import addresses
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/admin/chi-xem/"


def switch_on(hours: float = 1, begins: float = -0.1) -> ReadOnlySpan:
    now = timezone.now()
    admin = factories.officer(factories.agency(), Role.PROVINCE_ADMIN)
    return spans.announce(
        now + timedelta(hours=begins), now + timedelta(hours=hours), reason="Chuyển máy chủ", actor=admin
    )


def test_citizens_and_officers_look_but_do_not_act_and_what_was_typed_is_kept() -> None:
    dossier = factories.dossier()
    bill = dossier.bills.get()
    factories.merchant(bill.agency, "vnptpay")
    span = switch_on()
    browser = Client()
    for page in (f"/thanh-toan/{bill.token}/", "/", "/tra-cuu/", "/thu-tuc/"):
        answer = browser.get(page)
        assert answer.status_code == 200
        assert "Đang chỉ xem được" in answer.content.decode()
    refused = browser.post(f"/thanh-toan/{bill.token}/vnptpay/")
    assert refused.status_code == 503
    assert 3000 < int(refused["Retry-After"]) <= 3600
    assert not Payment.objects.exists()
    typed = {"name": "Hà <b>Văn</b>", "pin": "123456"}
    page = browser.post(f"/nop-ho-so/{dossier.case.slug}/?so-luong=2", typed).content.decode()
    assert "Hà &lt;b&gt;Văn&lt;/b&gt;" in page
    assert f'action="/nop-ho-so/{dossier.case.slug}/?so-luong=2"' in page
    assert "123456" not in page
    assert "Chuyển máy chủ" in page
    assert not Draft.objects.exists()
    officer = browser_of(factories.officer(bill.agency))
    assert officer.get(f"/quay/{dossier.code}/").status_code == 200
    assert officer.post(f"/quay/{dossier.code}/tra-ket-qua/").status_code == 503
    assert officer.post(f"/quay/{dossier.code}/hoi-ngan-hang/").status_code != 503
    english = Client(headers={"cookie": "django_language=en"}).post(f"/thanh-toan/{bill.token}/vnptpay/")
    assert "Nothing has changed" in english.content.decode()
    with time_machine.travel(span.ended_at + timedelta(seconds=1)):
        assert browser.post(f"/thanh-toan/{bill.token}/vnptpay/").status_code != 503


def test_what_a_bank_tells_is_taken_in_and_settled() -> None:
    payment = factories.payment()
    switch_on()
    assert post(confirm(payment))["RESPONSE_CODE"] == "00"
    inbox.drain_all()
    assert Bill.objects.get().state == BillState.PAID
    assert ledger_check.check() == []


def test_systems_are_told_by_a_problem_document_and_may_still_read_and_ask() -> None:
    bill = factories.bill()
    client, key = create_client("Hệ thống", [bill.agency])
    Bill.objects.update(client=client)
    switch_on()
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": "1"}
    answer = Client().post("/api/v1/bills", {}, content_type="application/json", headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert json.loads(answer.content)["type"] == "/api/problems/read-only"
    assert int(answer["Retry-After"]) > 3000
    assert Client().get(f"/api/v1/bills/{bill.pk}", headers=headers).status_code == 200
    assert (
        Client().post("/api/v1/payments/0/check", content_type="application/json", headers=headers).status_code == 404
    )


def test_the_province_plans_prolongs_and_ends_it_with_a_reason_in_the_audit() -> None:
    browser = province()
    form = {"viec": "bat", "began_at": moment(2), "ended_at": moment(1), "reason": "Nâng cấp"}
    assert browser.post(PAGE, form).status_code == 422
    assert browser.post(PAGE, {**form, "ended_at": moment(24 * 9)}).status_code == 422
    assert province(Role.AUDITOR).post(PAGE, {**form, "ended_at": moment(3)}).status_code == 403
    assert not ReadOnlySpan.objects.exists()
    assert browser.post(PAGE, {**form, "ended_at": moment(3)}).status_code == 302
    home = Client().get("/").content.decode()
    assert "Sắp bảo trì" in home
    assert "Nâng cấp" in Client().get("/tinh-trang/").content.decode()
    bill = factories.bill()
    assert Client().post(f"/thanh-toan/{bill.token}/vnptpay/").status_code == 404  # not yet: no contract, no refusal
    span = ReadOnlySpan.objects.get()
    with time_machine.travel(span.began_at + timedelta(minutes=5)):
        # Whoever is asked again who they are gets that far.
        late = browser_of(factories.officer(Agency.objects.earliest("pk"), Role.PROVINCE_ADMIN), minutes_ago=20)
        assert "/reauthenticate/" in late.post(PAGE, {"viec": "ket-thuc", "so": span.pk})["Location"]
        assert Client().post("/tai-khoan/login/", {"login": "x", "password": "y"}).status_code == 200
        fresh = browser_of(factories.officer(Agency.objects.earliest("pk"), Role.PROVINCE_ADMIN))
        assert "Đang chỉ xem được" in fresh.get("/admin/").content.decode()
        fresh.post(PAGE, {"viec": "keo-dai", "so": span.pk, "ended_at": moment(5)})
        span.refresh_from_db()
        assert span.ended_at > timezone.now() + timedelta(hours=4)
        assert Client().post(f"/thanh-toan/{bill.token}/vnptpay/").status_code == 503
        fresh.post(PAGE, {"viec": "ket-thuc", "so": span.pk})
        assert Client().post(f"/thanh-toan/{bill.token}/vnptpay/").status_code == 404
    entries = AuditEntry.objects.filter(action__startswith="read_only").order_by("pk")
    assert [entry.action for entry in entries] == ["read_only_announced"] + ["read_only_end_moved"] * 2
    assert entries[0].detail["reason"] == "Nâng cấp"


def test_a_page_asks_once_in_some_seconds_and_not_while_the_database_is_away(django_assert_num_queries: Any) -> None:
    spans.coming.forget()
    page_origins.of_contracts.forget()
    with django_assert_num_queries(2):  # what is announced, and where forms may lead
        Client().get("/thiet-ke/")
        Client().get("/thiet-ke/")
        Client().post("/thiet-ke/")


def test_every_exception_is_an_address() -> None:
    assert {name for name, _pattern in addresses()} >= OPEN


def test_a_database_that_takes_no_writes_is_told_as_kindly_and_banks_are_told_to_come_again() -> None:
    payment = factories.payment()
    message = confirm(payment)
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        assert Client().get(f"/thanh-toan/{payment.bill.token}/").status_code == 200
        answer = begin_payment()
        assert answer.status_code == 503
        assert "hệ thống đang chỉ cho xem" in answer.content.decode()
        assert post(message)["RESPONSE_CODE"] == "08"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")
    assert post(message)["RESPONSE_CODE"] == "00"


def begin_payment() -> Any:
    """A payment begun at a bill: the first write of its view is refused by PostgreSQL."""
    return Client().post(f"/thanh-toan/{Bill.objects.get().token}/vnptpay/")
