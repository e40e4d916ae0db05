"""Signed in by VNeID: whose dossier it is, is asked; what one handed in, also for others, is found again."""

from __future__ import annotations

import pytest
from django.test import Client

from agencies.models import Agency
from dossiers.models import Dossier, EventKind
from procedures.models import ProcedureCase
from tests.support.citizens import BINH, browser_of, citizen
from tests.support.submitting import PERSON, picture

pytestmark = pytest.mark.django_db(transaction=True)
MOTHER = PERSON | {"owner_name": "Lê Thị Mẹ"}
OWN = PERSON | {"owner_identity_number": BINH}


def _handed_in(browser: Client, case: ProcedureCase, agency: Agency, person: dict[str, str]) -> Dossier:
    matter = browser.post(f"/nop-ho-so/{case.slug}/", person).headers["Location"]
    papers = browser.post(matter, {"agency": agency.pk, "q_child": "An", "q_born": "1/9/2020"}).headers["Location"]
    browser.post(papers + "them/", {"requirement": "Giấy chứng sinh", "files": picture()})
    check = browser.post(papers, {"return_method": "counter"}).headers["Location"]
    browser.post(check)
    return Dossier.objects.latest("pk")


def test_anothers_number_asks_whose_it_is(case: ProcedureCase) -> None:
    browser, address = browser_of(citizen()), f"/nop-ho-so/{case.slug}/"
    assert "Hồ sơ này của ai?" in browser.get(address).content.decode()
    assert browser.post(address, MOTHER).status_code == 422, "it has to be said"
    wrong = browser.post(address, MOTHER | {"for_whom": "self"})
    assert wrong.status_code == 422 and "Số giấy tờ ghi bên dưới không phải của bạn." in wrong.content.decode()
    assert browser.post(address, OWN | {"for_whom": "other"}).status_code == 422
    for person in (MOTHER | {"for_whom": "other"}, OWN | {"for_whom": "self"}, OWN):
        assert browser.post(address, person).status_code == 302
    passport = {"owner_identity_number_kind": "passport", "owner_identity_number": "C1234567", "for_whom": "self"}
    answer = browser.post(address, PERSON | passport | {"owner_identity_number_country": "FR"})
    assert answer.status_code == 302, "a passport tells nothing about a căn cước"


def test_who_is_not_signed_in_is_asked_nothing(case: ProcedureCase) -> None:
    browser = Client()
    assert "Hồ sơ này của ai?" not in browser.get(f"/nop-ho-so/{case.slug}/").content.decode()
    assert browser.post(f"/nop-ho-so/{case.slug}/", PERSON).status_code == 302


def test_what_one_handed_in_for_another_is_among_ones_own_wherever_one_signs_in(
    case: ProcedureCase, agency: Agency
) -> None:
    user = citizen()
    dossier = _handed_in(browser_of(user), case, agency, MOTHER | {"for_whom": "other"})
    event = dossier.events.get(kind=EventKind.SUBMITTED)
    assert (event.actor, event.note) == (user, "Nộp thay chủ hồ sơ")
    elsewhere = browser_of(user)
    page = elsewhere.get("/ho-so-cua-toi/").content.decode()
    assert dossier.code in page and "Bạn nộp thay <strong>Lê Thị Mẹ</strong>" in page
    assert elsewhere.get(f"/ho-so/{dossier.code}/").status_code == 200
    exported = elsewhere.get(f"/ho-so/{dossier.code}/du-lieu/").content.decode()
    assert "025190000123" not in exported, "who hands in for another is not its owner"
    stranger = browser_of(citizen("025085000101"))
    assert dossier.code not in stranger.get("/ho-so-cua-toi/").content.decode()
    assert stranger.get(f"/ho-so/{dossier.code}/").status_code == 302


def test_the_owner_finds_it_as_their_own(case: ProcedureCase, agency: Agency) -> None:
    dossier = _handed_in(browser_of(citizen("025085000101")), case, agency, OWN | {"for_whom": "other"})
    page = browser_of(citizen()).get("/ho-so-cua-toi/").content.decode()
    assert dossier.code in page and "Bạn nộp thay" not in page


def test_who_signs_in_on_the_way_is_asked_before_handing_in(case: ProcedureCase, agency: Agency) -> None:
    browser = Client()
    matter = browser.post(f"/nop-ho-so/{case.slug}/", MOTHER).headers["Location"]
    browser.force_login(citizen(), backend="django.contrib.auth.backends.ModelBackend")
    answer = browser.post(matter, {"agency": agency.pk, "q_child": "An", "q_born": "1/9/2020"})
    assert answer.headers["Location"].endswith("/nguoi-nop/")
    assert "Hồ sơ này của ai?" in browser.get(answer.headers["Location"]).content.decode()
