"""Whoever left a session in somebody's browser, or copied its key, opens nothing that is opened there afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies import people
from agencies.models import Agency
from core import browser_rights
from dossiers.models import Dossier
from tests.support import citizens, factories
from tests.support.submitting import asking, begun, filled

pytestmark = pytest.mark.django_db(transaction=True)
ASK, ANSWER = "/tra-cuu/gui-ma/", "/tra-cuu/nhap-ma/"


@dataclass
class Victim:
    """Somebody at a browser in which another person has left a session."""

    browser: Client
    office: Agency
    phones: Path

    def dossier(self) -> Dossier:
        made = factories.dossier(self.office)
        Dossier.objects.filter(pk=made.pk).update(pin_hash=make_password("4711"))
        return made


def key_of(browser: Client) -> str:
    cookie = browser.cookies.get(settings.SESSION_COOKIE_NAME)
    return cookie.value if cookie else ""


def holding(key: str) -> Client:
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = key
    return browser


@pytest.fixture
def victim(settings: Any, tmp_path: Path) -> Victim:
    settings.MEDIA_ROOT, settings.MESSAGE_FILE = tmp_path / "media", tmp_path / "messages.jsonl"
    office, browser = factories.agency(), Client()
    factories.merchant(office, "vietinbank")
    browser.post(ASK, {"code": "H44.40-999999-0001"})
    assert key_of(browser)
    return Victim(browser, office, settings.MESSAGE_FILE)


def by_pin(victim: Victim) -> str:
    dossier = victim.dossier()
    victim.browser.post("/tra-cuu/", {"code": dossier.code, "pin": "4711"})
    return f"/ho-so/{dossier.code}/"


def by_slip(victim: Victim) -> str:
    dossier = victim.dossier()
    victim.browser.get(f"/giay-hen/{dossier.slip_token}/")
    return f"/ho-so/{dossier.code}/"


def by_message(victim: Victim) -> str:
    dossier = victim.dossier()
    victim.browser.post(ASK, {"code": dossier.code})
    victim.browser.post(ANSWER, {"one_time_code": citizens.newest(victim.phones, dossier.owner_phone)})
    return f"/ho-so/{dossier.code}/"


def among_several(victim: Victim) -> str:
    dossier = victim.dossier()
    victim.browser.post(reverse("pay-together"), {"code": dossier.code, "pin": "4711"})
    return f"/ho-so/{dossier.code}/"


def many(victim: Victim) -> str:
    dossiers = [victim.dossier(), victim.dossier()]
    victim.browser.post(reverse("pay-together"), {"lines": "\n".join(f"{one.code} 4711" for one in dossiers)})
    return f"/ho-so/{dossiers[0].code}/"


def beginning(victim: Victim) -> str:
    return f"/ho-so-nhap/{begun(victim.browser, asking(victim.office)).code}/nguoi-nop/"


def taking_up(victim: Victim) -> str:
    draft = begun(Client(), asking(victim.office))
    victim.browser.post(reverse("submit-resume"), {"draft": draft.code})
    code = citizens.newest(victim.phones, "+84912345678")
    victim.browser.post(reverse("submit-resume-code"), {"one_time_code": code})
    return f"/ho-so-nhap/{draft.code}/nguoi-nop/"


def handing_in(victim: Victim) -> str:
    draft = filled(victim.browser, asking(victim.office), victim.office)
    before = key_of(victim.browser)
    page = victim.browser.post(f"/ho-so-nhap/{draft.code}/xem-lai/").headers["Location"]
    assert key_of(victim.browser) != before, "handing in is a right beyond the draft's"
    return str(page)


def paying(victim: Victim) -> str:
    bill = victim.dossier().bills.get()
    victim.browser.post(reverse("pay", args=[bill.token, "vietinbank"]))
    return "/gateways/vietinbank/return"


def by_account(victim: Victim) -> str:
    dossier = citizens.owned()
    victim.browser.force_login(citizens.citizen(), backend=citizens.BACKEND)
    signed_in = key_of(victim.browser)
    victim.browser.get(f"/ho-so/{dossier.code}/")
    assert key_of(victim.browser) != signed_in
    return f"/ho-so/{dossier.code}/"


WAYS: list[Callable[[Victim], str]] = [
    by_pin,
    by_slip,
    by_message,
    among_several,
    many,
    beginning,
    taking_up,
    handing_in,
    paying,
    by_account,
]


@pytest.mark.parametrize("way", WAYS)
def test_whatever_a_browser_may_open_is_open_under_a_new_key(victim: Victim, way: Callable[[Victim], str]) -> None:
    left_behind = key_of(victim.browser)
    page = way(victim)
    other = Client().get(page)
    assert key_of(victim.browser) not in ("", left_behind)
    mine = victim.browser.get(page)
    assert (mine.status_code, mine.headers.get("Location")) != (other.status_code, other.headers.get("Location"))
    copied = holding(left_behind).get(page)
    assert (copied.status_code, copied.headers.get("Location")) == (other.status_code, other.headers.get("Location"))


def test_what_is_open_already_changes_no_key(victim: Victim) -> None:
    page = by_pin(victim)
    before = key_of(victim.browser)
    for code in (Dossier.objects.get().code, Dossier.objects.get().code.lower()):
        victim.browser.post("/tra-cuu/", {"code": code, "pin": "4711"})
    assert key_of(victim.browser) == before
    assert victim.browser.get(page).status_code == 200


def test_a_second_click_sent_with_the_old_key_loses_neither_the_dossier_nor_its_pin(victim: Victim) -> None:
    draft = filled(victim.browser, asking(victim.office), victim.office)
    before = key_of(victim.browser)
    victim.browser.post(f"/ho-so-nhap/{draft.code}/xem-lai/")
    again = holding(before)
    page = again.post(f"/ho-so-nhap/{draft.code}/xem-lai/").headers["Location"]
    dossier = Dossier.objects.get()
    assert page == f"/ho-so/{dossier.code}/"
    assert dossier.pin in again.get(page).content.decode()


def test_the_old_key_ends_within_a_minute(victim: Victim) -> None:
    first, key = by_pin(victim), key_of(victim.browser)
    by_pin(victim)
    assert holding(key).get(first).status_code == 200
    with time_machine.travel(timezone.now() + browser_rights.GRACE + timedelta(seconds=1)):
        assert holding(key).get(first).status_code == 302
        assert victim.browser.get(first).status_code == 200


def test_a_session_with_an_account_is_ended_under_its_new_key_too(victim: Victim) -> None:
    page = by_account(victim)
    user = citizens.User.objects.get(username__startswith="cong-dan-")
    assert people.end_sessions(user, actor=user)
    assert victim.browser.get(page).status_code == 302
