"""Looking up without PIN: the phone in the dossier opens it, and nobody learns which codes there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dossiers.models import OneTimeCode
from dossiers.one_time_codes import codes as one_time_codes
from tests.support import factories
from tests.support.citizens import newest

pytestmark = pytest.mark.django_db
ASK, ANSWER = "/tra-cuu/gui-ma/", "/tra-cuu/nhap-ma/"


@pytest.fixture
def phones(settings: Any, tmp_path: Path) -> Path:
    settings.MESSAGE_FILE = tmp_path / "messages.jsonl"
    return tmp_path / "messages.jsonl"


@pytest.mark.django_db(transaction=True)
def test_the_phone_in_the_dossier_opens_it_in_the_browser_that_asked(phones: Path) -> None:
    dossier, browser, other = factories.dossier(), Client(), Client()
    assert browser.post(ASK, {"code": f" {dossier.code.lower()} "}).url == ANSWER  # type: ignore[attr-defined]
    page = browser.get(ANSWER).content.decode()
    assert 'autocomplete="one-time-code"' in page
    code = newest(phones, dossier.owner_phone)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    assert browser.post(ANSWER, {"one_time_code": wrong}).status_code == 422
    assert other.post(ANSWER, {"one_time_code": code}).url == ASK  # type: ignore[attr-defined]
    opened = browser.post(ANSWER, {"one_time_code": f"{code[:3]} {code[3:]}"})
    assert opened.url == f"/ho-so/{dossier.code}/"  # type: ignore[attr-defined]
    assert browser.get(f"/ho-so/{dossier.code}/").status_code == 200
    assert other.get(f"/ho-so/{dossier.code}/").status_code == 302
    assert other.post(ASK, {"code": dossier.code}).status_code == 302
    assert other.post(ANSWER, {"one_time_code": code}).status_code == 422, "a code is used once"


def test_unknown_codes_and_dossiers_without_phone_are_answered_alike() -> None:
    with_phone, silent = factories.dossier(), factories.dossier()
    type(silent).objects.filter(pk=silent.pk).update(owner_phone="")
    answers = []
    for code in (with_phone.code, silent.code, "H44.40-000000-0000"):
        browser = Client()
        with CaptureQueriesContext(connection) as work:
            answer = browser.post(ASK, {"code": code})
        page = browser.get(answer.url).content.decode()  # type: ignore[attr-defined]
        refused = browser.post(ANSWER, {"one_time_code": "x"})
        kept = re.sub(r"nonce-\S+|value=\"\w{64}\"", "", page).replace(code, "")
        answers.append((answer.status_code, answer.url, kept, refused.status_code, len(work)))  # type: ignore[attr-defined]
    assert answers[0] == answers[1] == answers[2]
    assert OneTimeCode.objects.get(about=with_phone.code).sent_at is None
    nobodys = OneTimeCode.objects.exclude(about=with_phone.code)
    assert set(nobodys.values_list("text", "address", "code_hash")) == {("", "", "")}
    assert not nobodys.filter(sent_at=None).exists(), "nothing goes out"


def test_a_code_for_another_purpose_opens_nothing(phones: Path) -> None:
    dossier, browser = factories.dossier(), Client()
    browser.post(ASK, {"code": dossier.code})
    OneTimeCode.objects.all().delete()
    one_time_codes.send("withdraw", dossier.code, dossier.owner_phone)
    code = newest(phones, dossier.owner_phone)
    assert browser.post(ANSWER, {"one_time_code": code}).status_code == 422
