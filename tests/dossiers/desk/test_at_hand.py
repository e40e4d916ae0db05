"""Which dossier a form is about, and whether it is paid, stays in view on every page of the desk."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils.html import strip_tags
from playwright.sync_api import Browser

from agencies.models import Role
from dossiers.models import Dossier
from payments.cash_desk import collect as cash_desk
from tests.support import factories
from tests.support.browser import NEEDS_CHROMIUM
from tests.support.browser_on_client import ClientPage
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("", "xu-ly/?viec=bo-sung", "vi-sao/")


def bar_of(page: str) -> str:
    """The words of the part that is always in sight."""
    found = re.search(r'class="desk-bar.*?<section class="card" id="scans"', page, re.DOTALL)
    assert found
    return " ".join(strip_tags(found[0]).split())


def cashier_of(dossier: Dossier) -> Client:
    user = factories.officer(dossier.agency)
    user.memberships.create(agency=dossier.agency, role=Role.CASHIER, valid_during=factories.FOREVER)
    cash_desk.open_shift(user, dossier.agency, opening_amount=0)
    return browser_of(user)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_a_dossier_names_it_and_its_state_in_the_bar(page: str) -> None:
    dossier = factories.dossier()
    shown = bar_of(cashier_of(dossier).get(f"/quay/{dossier.code}/{page}").content.decode())
    assert f"{dossier.code} · Nguyễn Thị Bình Chưa nộp" in shown


def test_so_do_the_pages_of_taking_money() -> None:
    dossier = factories.dossier()
    client, bill = cashier_of(dossier), dossier.bills.get()
    for received in ("10000", "20"):  # to be confirmed, and too little
        answer = client.post(
            f"/quay/{dossier.code}/thu-tien/", {"bill": bill.pk, "tender": "cash", "received": received}
        )
        assert f"{dossier.code} · Nguyễn Thị Bình Chưa nộp" in bar_of(answer.content.decode())


def test_the_line_over_a_form_is_kept_current() -> None:
    dossier = factories.dossier()
    client = cashier_of(dossier)
    form = client.get(f"/quay/{dossier.code}/xu-ly/?viec=bo-sung").content.decode()
    address = re.search(r'id="at-hand"\s+data-refresh="([^"]+)"', form)
    assert address
    assert "Chưa nộp" in client.get(address[1]).content.decode()
    client.post(
        f"/quay/{dossier.code}/thu-tien/",
        {"bill": dossier.bills.get().pk, "tender": "cash", "received": "10000", "confirmed": "on"},
    )
    line = client.get(address[1]).content.decode()
    assert "Đã nộp" in line and "<html" not in line


def test_a_page_about_no_dossier_names_none() -> None:
    assert "at-hand" not in browser_of(factories.officer(factories.agency())).get("/quay/").content.decode()


class TestInABrowser:
    """Looked at in Chromium."""

    pytestmark = [*NEEDS_CHROMIUM]

    @pytest.mark.parametrize(("width", "height"), [(1280, 800), (360, 780)])
    def test_it_is_in_view_while_the_last_form_is_filled_in(self, browser: Browser, width: int, height: int) -> None:
        dossier = factories.dossier()
        tab = ClientPage(browser, cashier_of(dossier))
        tab.page.set_viewport_size({"width": width, "height": height})
        tab.goto(f"/quay/{dossier.code}/")
        tab.page.evaluate("scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
        top, bottom = tab.page.evaluate(
            "(({top, bottom}) => [top, bottom])(document.querySelector('.at-hand').getBoundingClientRect())"
        )
        assert 0 <= top < bottom <= height / 3
        tab.context.close()
