"""What goes on from a page with papers waits for those on their way: nothing that was chosen is lost in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect

from dossiers.models import Attachment, NoticeKind
from dossiers.processing import decisions
from dossiers.states import DossierState
from tests.support import factories
from tests.support.browser import NEEDS_CHROMIUM
from tests.support.submitting import asking, begun
from tests.support.tracking import opened
from tests.support.uploads import choose, picture, tab

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.django_db(transaction=True)]
SENDING = "**/them/"
REVIEW = "Xem lại trước khi nộp"


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def page(browser: Browser, live_server: Any) -> Page:
    """The papers of an application whose other steps are filled in; one of them must come."""
    agency, client = factories.agency(), Client()
    draft = begun(client, asking(agency))
    matter = {"agency": agency.pk, "q_child": "Nguyễn An", "q_born": "1/9/2026"}
    client.post(f"/ho-so-nhap/{draft.code}/noi-dung/", matter)
    return tab(browser, live_server.url, client, f"/ho-so-nhap/{draft.code}/giay-to/")


class SlowLine:
    """Holds the files that are sent until it lets them through."""

    def __init__(self, page: Page) -> None:
        self._held: list[Route] = []
        self._is_open = False
        page.route(SENDING, self._take)

    def _take(self, route: Route) -> None:
        if self._is_open:
            route.continue_()
        else:
            self._held.append(route)

    def let_through(self) -> None:
        self._is_open = True
        for route in self._held:
            route.continue_()


def go_on(page: Page) -> None:
    page.click("form[data-after-papers] button.primary")


def waits(page: Page, words: str) -> None:
    expect(page.locator("[data-waits]")).to_contain_text(words)


def test_continue_waits_for_a_photo_that_is_on_its_way_and_then_goes_on_by_itself(page: Page) -> None:
    line = SlowLine(page)
    choose(page, anh_jpg=picture())
    go_on(page)
    waits(page, "Đang gửi nốt giấy tờ, xong sẽ tự tiếp tục: anh.jpg")
    assert page.url.endswith("/giay-to/") and not Attachment.objects.exists()
    line.let_through()
    expect(page.locator("h1")).to_have_text(REVIEW)
    expect(page.locator("main")).to_contain_text("✓ anh.jpg")


def test_what_could_not_be_sent_is_named_and_left_out_only_by_who_says_so(page: Page) -> None:
    choose(page, anh_jpg=picture())
    expect(page.locator(".papers")).to_contain_text("anh.jpg")
    page.route(SENDING, lambda route: route.abort())
    choose(page, hai_jpg=picture(size=(50, 50)))
    expect(page.locator("[data-told]").first).to_contain_text("Chưa gửi được")
    go_on(page)
    waits(page, "Chưa gửi được: hai.jpg.")
    assert page.url.endswith("/giay-to/")
    page.click("text=Bỏ những tệp chưa gửi được và tiếp tục")
    expect(page.locator("h1")).to_have_text(REVIEW)
    assert [paper.name for paper in Attachment.objects.all()] == ["anh.jpg"]


def test_what_is_refused_while_somebody_waits_is_seen_before_they_go_on(page: Page) -> None:
    line = SlowLine(page)
    choose(page, anh_jpg=picture(), sai_jpg=b"MZ\x90\x00 no picture")
    go_on(page)
    waits(page, "anh.jpg, sai.jpg")
    line.let_through()
    waits(page, "Có tệp không dùng được")
    expect(page.locator("[data-faults]").first).to_contain_text("sai.jpg: Chỉ nhận ảnh")
    go_on(page)
    expect(page.locator("h1")).to_have_text(REVIEW)


def test_files_chosen_while_others_are_on_their_way_are_all_sent(page: Page) -> None:
    line = SlowLine(page)
    choose(page, anh_jpg=picture())
    choose(page, hai_jpg=picture(size=(50, 50)))
    line.let_through()
    expect(page.locator(".papers")).to_contain_text("hai.jpg")
    assert {paper.name for paper in Attachment.objects.all()} == {"anh.jpg", "hai.jpg"}


def test_papers_asked_for_later_are_waited_for_too(browser: Browser, live_server: Any) -> None:
    dossier = factories.dossier(state=DossierState.IN_PROCESS)
    officer = factories.officer(dossier.agency)
    decisions.give_notice(dossier, NoticeKind.SUPPLEMENT, actor=officer, reason="Mờ", items="Giấy chứng sinh")
    page = tab(browser, live_server.url, opened(dossier), f"/ho-so/{dossier.code}/bo-sung/")
    line = SlowLine(page)
    choose(page, anh_jpg=picture())
    go_on(page)
    waits(page, "anh.jpg")
    line.let_through()
    page.wait_for_url(f"**/ho-so/{dossier.code}/")
    assert dossier.attachments.get().name == "anh.jpg"
    dossier.refresh_from_db()
    assert dossier.state == DossierState.IN_PROCESS
