"""The clerk with twenty dossiers: opened by PIN, paid in a row or by one file; one payment stays one bill's."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from agencies.models import Agency
from dossiers.models import Dossier
from payments.callbacks import inbox
from payments.models import Payment, Receipt
from payments.settlement import ledger_check
from tests.support import factories
from tests.support.notifications import notify_bill
from tests.support.payments.callbacks import post

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = reverse("pay-together")


@pytest.fixture
def office() -> Agency:
    agency = factories.agency()
    factories.merchant(agency, "vietinbank")
    return agency


def dossier(office: Agency, **values: Any) -> Dossier:
    made = factories.dossier(office, **values)
    Dossier.objects.filter(pk=made.pk).update(pin_hash=make_password("4711"))
    return made


def opened(office: Agency, count: int) -> tuple[Client, list[Dossier]]:
    """A browser that has opened so many dossiers of 10.000 đ."""
    clerk, dossiers = Client(), [dossier(office) for _ in range(count)]
    for one in dossiers:
        clerk.get(reverse("slip", args=[one.slip_token]))
    return clerk, dossiers


def test_code_and_pin_add_a_dossier_and_the_sum_grows(office: Agency) -> None:
    clerk = Client()
    for one in (dossier(office), dossier(office, amount=25_000)):
        wrong = clerk.post(PAGE, {"code": one.code, "pin": "0000"})
        assert wrong.status_code == 422
        assert clerk.post(PAGE, {"code": one.code.lower(), "pin": "4711"}).status_code == 302
    page = clerk.get(PAGE).content.decode()
    assert "35.000" in page
    assert "Thị Bình" not in page
    assert "35.000" not in Client().get(PAGE).content.decode()


def test_one_bill_after_the_other_and_each_has_its_receipt(office: Agency) -> None:
    clerk, _found = opened(office, 3)
    at = clerk.post(reverse("pay-in-a-row")).headers["Location"]
    for number in range(1, 4):
        page = clerk.get(at).content.decode()
        assert f"Khoản {number}/3" in page
        assert "Nộp tiếp" not in page
        assert clerk.post(f"{at}vietinbank/").status_code == 302
        post(notify_bill(Payment.objects.latest("id")), "vietinbank")
        inbox.drain_all()
        answer = clerk.get(at)
        if number < 3:
            assert f"Nộp tiếp ({number + 1}/3)" in answer.content.decode()
            at = reverse("bill", args=[answer.context["place"].following.token])
    assert "Nộp tiếp" not in answer.content.decode()
    assert Receipt.objects.count() == 3
    assert "Không còn khoản nào phải nộp" in clerk.get(PAGE).content.decode()
    assert ledger_check.check() == []


def test_one_file_of_transfers_settles_each_bill_by_its_own_code(office: Agency) -> None:
    clerk, dossiers = opened(office, 3)
    assert clerk.post(reverse("pay-by-transfers")).status_code == 302
    again = clerk.post(reverse("pay-by-transfers"))  # a second click makes no second codes
    assert again.status_code == 302
    payments = list(Payment.objects.order_by("id"))
    assert len(payments) == 3
    sheet = openpyxl.load_workbook(io.BytesIO(clerk.get(reverse("pay-by-transfers-file")).content)).active
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[4] for row in rows] == [10_000] * 3
    assert [row[1] for row in rows] == [payment.qr_details["account"] for payment in payments]
    assert [row[6] for row in rows] == [one.code for one in dossiers]
    assert clerk.get(reverse("pay-by-transfers")).content.decode().count('class="qr"') == 3
    for payment in payments:
        post(notify_bill(payment), "vietinbank")
    inbox.drain_all()
    assert Payment.objects.filter(is_applied=True).count() == 3
    assert ledger_check.check() == []
    assert clerk.get(reverse("pay-by-transfers-file")).status_code == 404


def test_a_bill_somebody_is_paying_already_is_left_out_of_the_file(office: Agency) -> None:
    clerk, dossiers = opened(office, 2)
    factories.payment(of=dossiers[0].bills.get())
    page = clerk.post(reverse("pay-by-transfers"), follow=True).content.decode()
    assert "mở riêng từng hồ sơ" in page
    assert page.count('class="qr"') == 1


def test_twenty_dossiers_ask_the_database_no_more_often_than_two(
    office: Agency, django_assert_max_num_queries: Any
) -> None:
    few, _ = opened(office, 2)
    many, dossiers = opened(office, 20)
    with django_assert_max_num_queries(12) as queries:
        few.get(PAGE)
    with django_assert_max_num_queries(len(queries)):
        page = many.get(PAGE).content.decode()
    assert all(dossier.code in page for dossier in dossiers), "the page shows all twenty"


def test_twenty_codes_are_pasted_at_once_and_wrong_ones_are_named(office: Agency) -> None:
    dossiers = [dossier(office) for _ in range(3)]
    clerk = Client()
    page = clerk.post(PAGE, {"lines": "\n".join(f"{one.code.lower()}\t4711" for one in dossiers[:2])}, follow=True)
    assert "20.000" in page.content.decode()
    named = clerk.post(PAGE, {"lines": f"{dossiers[2].code}, 0000"}, follow=True).content.decode()
    assert f"chưa đúng: {dossiers[2].code}" in named
    half = clerk.post(PAGE, {"lines": f"{dossiers[2].code}"})
    assert half.status_code == 422
    assert "cần một mã hồ sơ và một mã PIN" in half.content.decode()


def test_what_is_paid_and_what_is_not_is_seen_at_a_glance_and_taken_away_as_a_spreadsheet(office: Agency) -> None:
    clerk, dossiers = opened(office, 3)
    paid = factories.payment(of=dossiers[0].bills.get(), gateway="vietinbank")
    post(notify_bill(paid), "vietinbank")
    inbox.drain_all()
    page = clerk.get(PAGE).content.decode()
    assert page.index(dossiers[1].code) < page.index(dossiers[0].code), "what is owed comes first"
    glance = strip_tags(page.partition('id="list"')[2].partition("<ul")[0])
    assert [int(number) for number in re.findall(r"\d+", glance)] == [2, 1]
    answer = clerk.get(reverse("own-receipts-file"))
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].iter_rows(min_row=2, values_only=True))
    receipt = Receipt.objects.get()
    assert [(row[0], row[3], row[5] or "") for row in rows] == [
        (dossiers[0].code, 10_000, receipt.full_number),
        (dossiers[1].code, 10_000, ""),
        (dossiers[2].code, 10_000, ""),
    ]
    assert receipt.full_number in rows[0][7]
    assert "Nguyễn" not in str(rows)
    assert Client().get(reverse("own-receipts-file")).status_code == 404
