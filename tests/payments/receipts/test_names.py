"""Whose name a receipt tells: the whole one to who proved to be its payer or serves them, else a masked one."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest
from django.test import Client

from agencies.models import Role
from dossiers.models import Dossier
from payments.api.clients import create_client
from payments.callbacks import inbox
from payments.models import Bill, Receipt
from tests.support import citizens, factories
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.signing_in import browser_of
from tests.support.tracking import opened

pytestmark = pytest.mark.django_db(transaction=True)

WHOLE, MASKED = "Nguyễn Thị Bình", "N… T… Bình"


def paid(bill: Bill) -> Receipt:
    post(confirm(factories.payment(of=bill)))
    inbox.drain_all()
    return Receipt.objects.select_related("series", "bill").get(bill=bill)


@pytest.fixture
def dossier() -> Dossier:
    made = factories.dossier()
    made.owner_identity_number = citizens.BINH
    made.save()
    return made


def names_in(browser: Client, receipt: Receipt) -> tuple[bool, bool, bool, bool]:
    """Return whether the page and the file have the whole name, and whether they have the masked one."""
    page = browser.get(f"/bien-lai/{receipt.token}/").content.decode()
    text = text_of(browser.get(f"/bien-lai/{receipt.token}.pdf"))
    return WHOLE in page, WHOLE in text, MASKED in page, MASKED in text


def text_of(answer: Any) -> str:
    return str(pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_bounded())


def test_who_holds_only_the_link_learns_no_whole_name_and_how_the_owner_gets_it(dossier: Dossier) -> None:
    receipt, stranger = paid(dossier.bills.get()), Client()
    assert names_in(stranger, receipt) == (False, False, True, True)
    page = stranger.get(f"/bien-lai/{receipt.token}/").content.decode()
    assert "tên viết tắt" in page
    assert f"/tra-cuu/?code={dossier.code}" in page
    text = text_of(stranger.get(f"/bien-lai/{receipt.token}.pdf"))
    assert receipt.full_number in text, "number, sum and what it was for stay"
    assert "tên viết tắt" in text


def test_who_opened_the_dossier_gets_the_whole_name(dossier: Dossier) -> None:
    receipt = paid(dossier.bills.get())
    browser = opened(dossier)
    assert names_in(browser, receipt) == (True, True, False, False)
    assert "ghi đủ họ tên người nộp" in browser.get(f"/bien-lai/{receipt.token}/").content.decode()
    assert names_in(citizens.browser_of(citizens.citizen()), receipt) == (True, True, False, False)
    other = opened(factories.dossier())
    assert names_in(other, receipt) == (False, False, True, True), "another dossier opens nothing"


def test_staff_of_the_agency_print_the_whole_name_and_others_do_not(dossier: Dossier) -> None:
    receipt = paid(dossier.bills.get())
    for role in (Role.CASHIER, Role.RECEPTION_OFFICER, Role.ACCOUNTANT, Role.AUDITOR):
        assert names_in(browser_of(factories.officer(dossier.agency, role)), receipt)[1], role
    assert names_in(browser_of(factories.officer(factories.agency())), receipt) == (False, False, True, True)


def test_a_client_of_the_api_gets_the_file_for_its_own_payer() -> None:
    agency = factories.agency()
    client, key = create_client("test", [agency])
    receipt = paid(factories.bill(of=agency, client=client))
    stranger = Client()
    assert names_in(stranger, receipt) == (False, False, True, True)
    assert "/tra-cuu/" not in stranger.get(f"/bien-lai/{receipt.token}/").content.decode().split("<main")[1], (
        "it is no dossier"
    )
    named = Client(headers={"Authorization": f"Bearer {key}"})
    shown = named.get(f"/api/v1/bills/{receipt.bill_id}").json()["receipts"][0]
    answer = named.get(shown["file_url"].split("8000", 1)[1], headers={"Accept": "application/pdf"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert WHOLE in text_of(answer)
    _other, other_key = create_client("other", [agency])
    refused = Client(headers={"Authorization": f"Bearer {other_key}"}).get(answer.request["PATH_INFO"])
    assert (refused.status_code, refused.json()["status"]) == (404, 404)


def test_the_name_of_the_file_tells_which_one_it_is(dossier: Dossier) -> None:
    receipt = paid(dossier.bills.get())
    path = f"/bien-lai/{receipt.token}.pdf"
    masked, whole = (each.get(path)["Content-Disposition"] for each in (Client(), opened(dossier)))
    assert whole == f'inline; filename="bien-lai-{receipt.full_number}.pdf"'
    assert masked == f'inline; filename="bien-lai-{receipt.full_number}-ten-viet-tat.pdf"'
