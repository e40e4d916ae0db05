"""The desk over HTTP: scope, state, and a number of queries that does not grow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies.models import AuditEntry
from dossiers.models import Dossier
from procedures.models import ProcedureCase
from tests.support import factories
from tests.support.desk import RECEIVER

pytestmark = pytest.mark.django_db(transaction=True)


def signed_in(of: Any) -> Client:
    client = Client()
    client.force_login(factories.officer(of), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("path", ["", "trang-thai/"])
def test_another_agencys_dossier_is_not_found(path: str) -> None:
    dossier = factories.dossier()
    mine, other = signed_in(dossier.agency), signed_in(factories.agency())
    assert mine.get(f"/quay/{dossier.code}/{path}").status_code == 200
    assert other.get(f"/quay/{dossier.code}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["hoi-ngan-hang/", "chuyen/", "tra-ket-qua/", "hoan-tac/", "thu-tien/", "in/"])
def test_another_agencys_dossier_cannot_be_touched(path: str) -> None:
    dossier = factories.dossier(state=9, amount=0)
    answer = signed_in(factories.agency()).post(f"/quay/{dossier.code}/{path}", {"receiver_name": "A"})
    assert answer.status_code == 404
    assert Dossier.objects.get().state == 9


def test_the_desk_needs_a_sign_in() -> None:
    assert Client().get("/quay/").status_code == 302


def test_an_unpaid_result_is_refused_by_the_server_with_a_reason() -> None:
    dossier = factories.dossier(state=9)
    answer = signed_in(dossier.agency).post(f"/quay/{dossier.code}/tra-ket-qua/", RECEIVER, follow=True)
    assert "Chưa nộp đủ phí" in answer.content.decode()
    assert Dossier.objects.get().state == 9


def test_the_list_costs_the_same_queries_for_one_and_for_twenty(django_assert_num_queries: Any) -> None:
    agency = factories.agency()
    client = signed_in(agency)
    factories.payment(of=factories.dossier(agency).bills.get())
    client.get("/quay/")
    with CaptureQueriesContext(connection) as one:
        client.get("/quay/")
    for _ in range(19):
        factories.payment(of=factories.dossier(agency).bills.get())
    with django_assert_num_queries(len(one)):
        page = client.get("/quay/").content.decode()
    assert all(code in page for code in Dossier.objects.values_list("code", flat=True)), "the list shows all twenty"


def test_a_dossier_is_found_by_code_phone_and_name_without_accents() -> None:
    dossier = factories.dossier()
    client = signed_in(dossier.agency)
    assert client.get("/quay/", {"q": dossier.code.lower()}).status_code == 302
    for text in ("0912 345 678", "nguyen thi binh", "BÌNH"):
        assert dossier.code in client.post("/quay/", {"q": text}, follow=True).content.decode()


@pytest.mark.parametrize("typed", ["261123-{}", "261123 {}", "261123{}", "261123/{}"])
def test_the_day_and_the_number_of_a_code_are_enough_at_its_agency(typed: str) -> None:
    dossier = factories.dossier()
    typed = typed.format(dossier.code[-4:])
    assert signed_in(dossier.agency).post("/quay/", {"q": typed}).headers["Location"] == f"/quay/{dossier.code}/"
    elsewhere = signed_in(factories.agency("Xã khác", code="H44.99"))
    assert dossier.code not in elsewhere.post("/quay/", {"q": typed}, follow=True).content.decode()


@pytest.mark.parametrize("typed", ["84912345678", "+84 912 345 678", "0912345678", "912345678"])
def test_a_phone_is_found_however_it_is_written(typed: str) -> None:
    dossier = factories.dossier()
    assert dossier.code in signed_in(dossier.agency).post("/quay/", {"q": typed}, follow=True).content.decode()


def test_whom_one_looks_for_stands_in_no_address() -> None:
    dossier = factories.dossier()
    client, other = signed_in(dossier.agency), signed_in(dossier.agency)
    page: Any = client.post("/quay/", {"q": "nguyen thi binh"}, follow=True)
    ((address, _status),) = page.redirect_chain
    assert "nguyen" not in address and dossier.code in page.content.decode()
    assert dossier.code in client.get(address).content.decode(), "the list can be loaded again"
    assert other.get(address).context["text"] == "", "a key is worth nothing in another browser"
    assert dossier.code not in client.get("/quay/", {"q": "nguyen thi binh"}).content.decode()


def test_the_pin_is_locked_after_five_wrong_tries() -> None:
    dossier = factories.dossier()
    Dossier.objects.update(pin_hash=make_password("1234"))
    for _ in range(5):
        assert Client().post("/tra-cuu/", {"code": dossier.code, "pin": "9999"}).status_code == 422
    assert Client().post("/tra-cuu/", {"code": dossier.code, "pin": "1234"}).status_code == 422


def test_whom_a_list_showed_is_written_down_in_few_entries_that_name_nobody() -> None:
    dossier = factories.dossier()
    client = signed_in(dossier.agency)
    for _ in range(3):
        client.get("/quay/")
    client.post("/quay/", {"q": "nguyen thi binh"}, follow=True)
    client.post("/quay/", {"q": "tran van khong co"}, follow=True)
    entries = list(AuditEntry.objects.filter(subject__startswith="desk:").order_by("id"))
    assert [(entry.action, entry.detail) for entry in entries] == [
        ("list", {"shown": [dossier.code]}),
        ("search", {"shown": [dossier.code]}),
    ]
    later = timezone.now() + timedelta(minutes=61)
    with time_machine.travel(later, tick=False):
        signed_in(dossier.agency).get("/quay/")
    assert AuditEntry.objects.filter(action="list").count() == 2


def test_a_page_loaded_again_is_no_second_look() -> None:
    dossier = factories.dossier()
    client = signed_in(dossier.agency)
    for _again in range(3):
        client.get(f"/quay/{dossier.code}/")
    signed_in(dossier.agency).get(f"/quay/{dossier.code}/")
    assert AuditEntry.objects.filter(action="view", subject=f"dossier:{dossier.code}").count() == 2


def test_what_waits_for_the_citizens_money_is_not_the_desks_next_thing() -> None:
    agency = factories.agency()
    unpaid, free = factories.dossier(agency), factories.dossier(agency, amount=0)
    ProcedureCase.objects.update(collect_when="on_submit")
    Dossier.objects.filter(pk=unpaid.pk).update(due_at=timezone.now() - timedelta(days=300))
    Dossier.objects.filter(pk=free.pk).update(due_at=timezone.now())
    rows = signed_in(agency).get("/quay/").context["rows"]
    assert [row.dossier.pk for row in rows] == [free.pk, unpaid.pk]
