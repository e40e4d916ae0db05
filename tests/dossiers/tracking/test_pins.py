"""Guessing PINs across many dossiers, codes to many phones, papers without end: where each of them stops."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from core.rate_limits import Limit
from dossiers.attachments import store as attachments
from dossiers.models import Attachment, Dossier, Draft, OneTimeCode
from dossiers.one_time_codes import forms as code_forms
from dossiers.submission import views
from dossiers.tracking import pins
from tests.support import factories
from tests.support.concurrency import at_once
from tests.support.proofs import solution, solved
from tests.support.submitting import PERSON
from tests.support.uploads import letter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _behind_a_proxy(settings: Any) -> None:
    settings.TRUSTED_PROXY_COUNT = 1


def browser_at(address: str) -> Client:
    return Client(headers={"X-Forwarded-For": address})


def look_up(browser: Client, code: str, pin: str) -> int:
    return browser.post("/tra-cuu/", {"code": code, "pin": pin}).status_code


def test_one_pin_tried_on_every_code_of_a_day_stops_after_twenty() -> None:
    dossier = factories.dossier()
    Dossier.objects.update(pin_hash=make_password("1234"))
    guesser, neighbour, other = (browser_at(f"203.0.113.{number}") for number in (7, 8, 9))
    at_once(25, lambda number: look_up(browser_at("203.0.113.7"), f"H44.40-261123-{number:04d}", "1234"))
    assert look_up(guesser, dossier.code, "1234") == 422
    assert "nhiều lần nhập sai" in guesser.post("/tra-cuu/", {"code": dossier.code, "pin": "1234"}).content.decode()
    assert look_up(neighbour, dossier.code, "1234") == 302
    for number in range(4):
        near = browser_at(f"203.0.113.{50 + number}")
        for guess in range(25):
            look_up(near, f"H{guess}", "1234")
    assert look_up(other, dossier.code, "1234") == 422, "a whole network is one guesser"
    assert look_up(browser_at("198.51.100.1"), dossier.code, "1234") == 302


def test_a_right_pin_uses_nothing_up_and_the_other_page_counts_too() -> None:
    dossier = factories.dossier()
    Dossier.objects.update(pin_hash=make_password("1234"))
    browser = browser_at("203.0.113.7")
    for _ in range(pins.WRONG[0].most + 5):
        assert look_up(browser, dossier.code, "1234") == 302
    for number in range(pins.WRONG[0].most):
        browser.post("/nop-nhieu-ho-so/", {"code": f"H{number}", "pin": "1234"})
    assert look_up(browser, dossier.code, "1234") == 422


def test_unknown_wrong_and_locked_cost_one_hash_each(monkeypatch: pytest.MonkeyPatch) -> None:
    dossier, locked = factories.dossier(), factories.dossier()
    checked: list[str] = []

    def check(pin: str, encoded: str) -> bool:
        checked.append(encoded)
        return False

    monkeypatch.setattr(pins, "check_password", check)
    for _ in range(pins.WRONG_OF_CODE.most):
        look_up(Client(), locked.code, "0000")
    checked.clear()
    for code in ("H44.40-000000-0000", dossier.code, locked.code):
        Client().post("/tra-cuu/", {"code": code, "pin": "0000", "owner": "0900 000 000"})
    assert len(checked) == 3


def with_owner(browser: Client, code: str, pin: str, owner: str) -> int:
    return browser.post("/tra-cuu/", {"code": code, "pin": pin, "owner": owner}).status_code


def test_a_stranger_who_guesses_does_not_lock_the_family_out() -> None:
    dossier = factories.dossier()
    Dossier.objects.update(pin_hash=make_password("1234"), owner_phone="+84912345678")
    for number in range(12):
        look_up(browser_at(f"198.51.{number}.7"), dossier.code, "0000")
    family = browser_at("203.0.113.7")
    asked = family.post("/tra-cuu/", {"code": dossier.code, "pin": "1234"})
    page = asked.content.decode()
    assert asked.status_code == 422 and 'name="owner"' in page and "có thể do người khác" in page
    assert with_owner(family, dossier.code, "1234", "0912 000 000") == 422
    assert with_owner(family, dossier.code, "0001", "0912 345 678") == 422
    assert with_owner(family, dossier.code, "1234", "0912.345.678") == 302
    assert look_up(Client(), dossier.code, "1234") == 422, "the guesses of others are not forgotten with it"


def test_who_knows_the_owner_guesses_five_times_an_hour_too() -> None:
    dossier = factories.dossier()
    Dossier.objects.update(pin_hash=make_password("1234"), owner_phone="+84912345678")
    for number in range(pins.WRONG_OF_CODE.most):
        look_up(Client(), dossier.code, f"{number:04d}")
    answers = at_once(8, lambda number: with_owner(Client(), dossier.code, f"{number:04d}", "0912345678"))
    assert set(answers) == {422}
    assert with_owner(Client(), dossier.code, "1234", "0912345678") == 422


def test_without_a_phone_the_owners_document_is_asked_for() -> None:
    dossier = factories.dossier()
    dossier.owner_identity_number = "C01X00T47"
    dossier.pin_hash, dossier.owner_phone = make_password("1234"), ""
    dossier.save()
    for number in range(pins.WRONG_OF_CODE.most):
        look_up(Client(), dossier.code, f"{number:04d}")
    assert with_owner(Client(), dossier.code, "1234", "") == 422
    assert with_owner(Client(), dossier.code, "1234", "0t47") == 302


def test_texts_to_many_phones_ask_for_work_after_twenty_from_an_address() -> None:
    dossiers = [factories.dossier() for _ in range(4)]
    for number, dossier in enumerate(dossiers):
        Dossier.objects.filter(pk=dossier.pk).update(owner_phone=f"+8491234567{number}")
    browser = browser_at("203.0.113.7")
    for number in range(code_forms.ASKED[0].most - 2):
        browser.post("/tra-cuu/gui-ma/", {"code": f"H{number}"})
    for dossier in dossiers:
        browser.post("/tra-cuu/gui-ma/", {"code": dossier.code})
    assert OneTimeCode.objects.exclude(text="").count() == 2
    browser_at("198.51.100.1").post("/tra-cuu/gui-ma/", {"code": dossiers[2].code})
    assert OneTimeCode.objects.exclude(text="").count() == 3
    asked = browser.post("/tra-cuu/gui-ma/", {"code": dossiers[3].code})
    assert asked.status_code == 422
    assert browser.post("/tra-cuu/gui-ma/", {"code": dossiers[3].code, "proof": solved(asked)}).status_code == 302
    assert OneTimeCode.objects.exclude(text="").count() == 4


def test_drafts_ask_for_work_and_papers_stop_where_no_person_goes(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    case = factories.dossier().case
    browser = browser_at("203.0.113.7")
    answers = [browser.post(f"/nop-ho-so/{case.slug}/", PERSON).status_code for _ in range(views.BEGUN[0].most + 1)]
    assert (set(answers[:-1]), answers[-1]) == ({302}, 422)
    asked = browser.post(f"/nop-ho-so/{case.slug}/", PERSON)
    assert "Nguyễn Thị Bình" in asked.content.decode(), "nothing has to be typed again"
    proof = solved(asked)
    assert browser.post(f"/nop-ho-so/{case.slug}/", PERSON | {"proof": proof}).status_code == 302
    assert browser.post(f"/nop-ho-so/{case.slug}/", PERSON | {"proof": proof}).status_code == 422, "it counts once"
    pdf = letter()
    monkeypatch.setattr(attachments, "MOST_BYTES", (Limit("upload", 2 * len(pdf), attachments._DAY),) * 2)
    draft = Draft.objects.latest("pk")
    for _ in range(3):
        browser.post(f"/ho-so-nhap/{draft.code}/giay-to/them/", {"files": SimpleUploadedFile("a.pdf", pdf)})
    assert Attachment.objects.count() == 2


def test_above_the_limit_of_a_network_a_device_works_for_its_papers(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    case, browser, pdf = factories.dossier().case, browser_at("203.0.113.7"), letter()
    browser.post(f"/nop-ho-so/{case.slug}/", PERSON)
    draft = Draft.objects.latest("pk")
    own = Limit("upload", 10 * len(pdf), attachments._DAY)
    monkeypatch.setattr(attachments, "MOST_BYTES", (own, Limit("upload of a network", len(pdf), attachments._DAY)))

    def send(**headers: str) -> Any:
        return browser.post(
            f"/ho-so-nhap/{draft.code}/giay-to/them/",
            {"files": SimpleUploadedFile("a.pdf", pdf)},
            headers={"X-Requested-With": "XMLHttpRequest", **headers},
        )

    assert send().status_code == 204
    asked = send()
    assert (asked.status_code, Attachment.objects.count()) == (attachments.PROOF_WANTED, 1)
    assert send(**{"X-Proof": solution(asked.content.decode())}).status_code == 204
    assert Attachment.objects.count() == 2
