"""Foreigners hand in with what they have: a passport, at home and at the counter (D1)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from agencies.models import Agency
from dossiers.models import Dossier, Draft
from dossiers.privacy.export import data_of
from dossiers.submission.forms import PersonForm
from procedures.models import ProcedureCase, Question
from tests.support.citizens import browser_of, citizen, owned
from tests.support.submitting import PERSON, asking, picture

pytestmark = pytest.mark.django_db(transaction=True)
ERIKA: dict[str, Any] = {
    "owner_name": "Erika Mustermann",
    "owner_identity_number_kind": "passport",
    "owner_identity_number": "c01x 00t47",
    "owner_identity_number_country": "DE",
    "owner_phone": "0912 345 678",
}


@pytest.fixture
def case(agency: Agency) -> ProcedureCase:
    made = asking(agency)
    Question.objects.create(procedure=made.procedure, slug="partner", label="Giấy tờ của người kia", kind="identity")
    return made


def test_a_passport_goes_all_the_way(case: ProcedureCase, agency: Agency) -> None:
    browser = Client()
    assert browser.post(f"/nop-ho-so/{case.slug}/", ERIKA).status_code == 302
    draft = Draft.objects.get()
    matter = {"agency": agency.pk, "q_child": "An", "q_born": "1/9/2026", "q_partner": "025190000123"}
    partner = {"q_partner_kind": "passport", "q_partner": "M123A4567", "q_partner_country": "KR"}
    browser.post(f"/ho-so-nhap/{draft.code}/noi-dung/", matter | partner)
    browser.post(f"/ho-so-nhap/{draft.code}/giay-to/them/", {"requirement": "Giấy chứng sinh", "files": [picture()]})
    browser.post(f"/ho-so-nhap/{draft.code}/giay-to/", {"return_method": "counter"})
    page = browser.get(f"/ho-so-nhap/{draft.code}/xem-lai/").content.decode()
    assert all(words in page for words in ("Hộ chiếu", "C01X00T47", "Đức", "M123A4567"))
    browser.post(f"/ho-so-nhap/{draft.code}/xem-lai/")
    dossier = Dossier.objects.get()
    assert str(dossier.identity_document) == "Hộ chiếu (Đức): C01X00T47"
    assert ["Giấy tờ của người kia", "Hộ chiếu (Hàn Quốc): M123A4567"] in dossier.answers
    assert data_of(dossier, is_owner=False)["owner"]["identity_document"] == "Hộ chiếu (Đức)"


@pytest.mark.parametrize("is_assisted", [False, True], ids=["at home", "at the counter"])
def test_every_form_asks_which_paper_and_says_what_is_wrong_beside_it(case: ProcedureCase, is_assisted: bool) -> None:
    assert PersonForm(case, ERIKA, is_assisted=is_assisted).is_valid()
    wrong = PersonForm(case, ERIKA | {"owner_identity_number_country": ""}, is_assisted=is_assisted)
    assert set(wrong.errors) == {"owner_identity_number_country"}
    wrong = PersonForm(case, ERIKA | {"owner_identity_number_kind": "cccd"}, is_assisted=is_assisted)
    assert set(wrong.errors) == {"owner_identity_number"}
    assert PersonForm(case, PERSON, is_assisted=is_assisted).is_valid(), "as it was typed before there was a choice"


def test_twelve_digits_of_a_passport_open_nobodys_dossiers() -> None:
    foreign, own = owned(), owned()
    Dossier.objects.filter(pk=foreign.pk).update(owner_identity_kind="passport", owner_identity_country="KR")
    page = browser_of(citizen()).get("/ho-so-cua-toi/").content.decode()
    assert own.code in page and foreign.code not in page
