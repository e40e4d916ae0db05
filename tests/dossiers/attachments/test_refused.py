"""A file that is refused is refused at its field, with and without the page's script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, expect

from dossiers.models import Attachment, Draft, NoticeKind
from dossiers.processing import decisions
from tests.support import factories
from tests.support.browser import NEEDS_CHROMIUM
from tests.support.submitting import asking, begun
from tests.support.tracking import opened
from tests.support.uploads import SCRIPT, choose, picture, tab

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.django_db(transaction=True)]
NOT_TAKEN = "Chỉ nhận ảnh JPG, PNG, HEIC hoặc tệp PDF."


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def applying() -> tuple[Client, Draft]:
    browser = Client()
    return browser, begun(browser, asking(factories.agency()))


def _faults_of(page: str, field: str) -> str:
    """What is said in the element that describes the field."""
    return page.partition(f'id="{field}-error"')[2].partition('<input type="file"')[0]


def test_without_script_the_page_says_it_at_the_field(applying: tuple[Client, Draft]) -> None:
    browser, draft = applying
    asked_for = draft.case.procedure.documents.get()
    sent = {"requirement": asked_for.name, "files": SimpleUploadedFile("bad.exe", b"MZ\x90")}
    answer = browser.post(reverse("submit-papers", args=[draft.code]), sent, follow=True)
    field = f"paper-{asked_for.pk}"
    assert answer.redirect_chain[-1][0].endswith(f"#{field}")
    page = answer.content.decode()
    assert f"bad.exe: {NOT_TAKEN}" in _faults_of(page, field)
    assert f'href="#{field}"' in page, "said above too, with the way there"
    assert NOT_TAKEN not in browser.get(answer.request["PATH_INFO"]).content.decode(), "said once"


def test_a_paper_sent_instead_of_another_is_refused_at_its_own_field() -> None:
    dossier = factories.dossier()
    old = Attachment.objects.create(dossier=dossier, name="cu.jpg", size=1, state="refused", refusal="unreadable")
    sent = {"instead": old.pk, "files": SimpleUploadedFile("bad.exe", b"MZ\x90")}
    page = opened(dossier).post(reverse("dossier-papers", args=[dossier.code]), sent, follow=True).content.decode()
    assert f"bad.exe: {NOT_TAKEN}" in _faults_of(page, f"instead-{old.pk}")


def test_with_script_nothing_is_called_sent_that_was_refused(
    applying: tuple[Client, Draft], live_server: Any, browser: Browser
) -> None:
    client, draft = applying
    page = tab(browser, live_server.url, client, reverse("submit-step", args=[draft.code, "giay-to"]))
    faults, told = page.locator("[data-faults]").first, page.locator("[data-told]").first
    choose(page, fake_jpg=SCRIPT)
    expect(faults).to_have_text(f"fake.jpg: {NOT_TAKEN}")
    expect(told).to_have_text("")
    choose(page, bad_exe=b"MZ\x90\x00", tot_jpg=picture())
    expect(page.locator("main")).to_contain_text("✓ tot.jpg")
    expect(faults).to_have_text(f"bad.exe: {NOT_TAKEN}")
    expect(told).to_have_text("Đã gửi các tệp còn lại.")
    choose(page, hai_jpg=picture())
    expect(told).to_have_text("Đã gửi.")
    expect(faults).to_have_text("")
    assert not page.is_visible("text=Gửi tệp này"), "files go by themselves: the button would send nothing"
    page.context.close()


def test_a_page_that_is_over_leads_on_and_calls_nothing_sent(live_server: Any, browser: Browser) -> None:
    dossier = factories.dossier(state=4)
    officer = factories.officer(dossier.agency)
    decisions.give_notice(dossier, NoticeKind.SUPPLEMENT, actor=officer, reason="Mờ", items="Giấy chứng sinh")
    page = tab(browser, live_server.url, opened(dossier), f"/ho-so/{dossier.code}/bo-sung/")
    type(dossier).objects.filter(pk=dossier.pk).update(state=4)
    choose(page, tot_jpg=picture())
    page.wait_for_url(f"**/ho-so/{dossier.code}/")
    assert not dossier.attachments.exists()
    page.context.close()
