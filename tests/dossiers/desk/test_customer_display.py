"""The window before the citizen: its QR leads to the bill for some minutes; a photograph of it then leads nowhere."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser

from dossiers.desk.customer_display import qr_views
from payments.callbacks import inbox
from tests.support import factories
from tests.support.browser import NEEDS_CHROMIUM
from tests.support.browser_on_client import ClientPage
from tests.support.notifications import confirm
from tests.support.payments.callbacks import post
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_code_stands_still_then_changes_and_the_old_one_leads_nowhere() -> None:
    dossier = factories.dossier()
    bill, citizen = dossier.bills.get(), Client()
    officer = browser_of(factories.officer(dossier.agency))
    officer.get(f"/quay/{dossier.code}/")
    begin = int(timezone.now().timestamp()) // qr_views.CHANGES_EVERY * qr_views.CHANGES_EVERY
    shown, answers = [], []
    for seconds in (0, qr_views.CHANGES_EVERY - 1, qr_views.CHANGES_EVERY, 2 * qr_views.CHANGES_EVERY):
        with time_machine.travel(begin + seconds, tick=False):
            shown.append(officer.get("/quay/man-hinh-phu/trang-thai/").context["pay_url"])
            answers.append(citizen.get(urlsplit(shown[0]).path))
    assert [address == shown[0] for address in shown] == [True, True, False, False]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 410]
    assert answers[0].headers["Location"] == reverse("bill", args=[bill.token])
    assert "Quét mã đang hiện" in answers[-1].content.decode()
    assert bill.token not in shown[0]  # else a photograph would hold the bill's own address


def test_no_code_is_shown_for_what_enough_has_come_for() -> None:
    dossier = factories.dossier()
    payment = factories.payment(of=dossier.bills.get())
    officer = browser_of(factories.officer(dossier.agency))
    officer.get(f"/quay/{dossier.code}/")
    assert officer.get("/quay/man-hinh-phu/trang-thai/").context["pay_url"]
    post(confirm(payment, amount=payment.amount + 1_000))
    inbox.drain_all()
    assert officer.get("/quay/man-hinh-phu/trang-thai/").context["pay_url"] == ""


def test_a_code_nobody_signed_is_not_found() -> None:
    ticket = urlsplit(qr_views.address_of(factories.dossier().bills.get())).path.rstrip("/").rsplit("/", 1)[-1]
    number, period, signature = ticket.split(".")
    assert Client().get(f"/man-hinh/{ticket}/").status_code == 302
    for forged in ("x", f"{number}.{int(period) + 9}.{signature}", f"{number}.{period}.{signature[:-1]}-"):
        assert Client().get(f"/man-hinh/{forged}/").status_code == 404


#: Screens of counters, and one of which a browser's own bars take a part.
SCREENS = ((1366, 768), (1280, 720), (1024, 768), (1366, 640))


class TestOnScreensOfCounters:
    """Looked at in Chromium."""

    pytestmark = [*NEEDS_CHROMIUM]

    @pytest.mark.parametrize("pin", ["", "2580"], ids=["", "with a PIN"])
    def test_amount_and_code_fit_each(self, browser: Browser, pin: str) -> None:
        agency = factories.agency("Trung tâm Phục vụ hành chính công xã Hy Cương và các xã lân cận, tỉnh Phú Thọ")
        dossier = factories.dossier(of=agency, amount=1_234_567)
        officer = browser_of(factories.officer(agency))
        officer.get(f"/quay/{dossier.code}/")
        session = officer.session
        session["second_window_pin"] = pin
        session.save()
        tab, cut = ClientPage(browser, officer), {}
        for width, height in SCREENS:
            tab.page.set_viewport_size({"width": width, "height": height})
            tab.goto("/quay/man-hinh-phu/")
            sides = tab.page.evaluate("""() => ({
                code: document.querySelector(".big-qr svg").getBoundingClientRect().width,
                bottom: document.querySelector("#window").getBoundingClientRect().bottom,
                right: document.documentElement.scrollWidth,
            })""")
            if sides["code"] < 300 or sides["bottom"] > height or sides["right"] > width:
                cut[width, height] = sides
        tab.context.close()
        assert not cut and not tab.errors
