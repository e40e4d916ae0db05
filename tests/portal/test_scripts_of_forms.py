"""Scripts that help to fill in a form, run in Chromium on a page made for them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page

from tests.support.browser import NEEDS_CHROMIUM

pytestmark = NEEDS_CHROMIUM
SCRIPTS = Path(settings.BASE_DIR) / "static" / "js"
PLACES = """<main><form><select id="a" name="agency" data-places="Gõ tên xã"><option value="">Chọn</option>
<option value="1">Phường Việt Trì</option><option value="2" data-before="Phường Thanh Vinh">Phường Âu Cơ</option>
<option value="3">Xã Đoan Hùng</option></select><button>Gửi</button></form></main>"""
FORM = """<form class="language" action="/"><button>English</button></form>
<main><form><input name="name"><input type="checkbox" name="poor"><textarea name="why"></textarea></form></main>"""


@pytest.fixture
def page(browser: Browser) -> Page:
    page = browser.new_page()
    page.route("http://form.test/**", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto("http://form.test/")
    return page


def shown(page: Page, markup: str, script: str) -> None:
    page.set_content(markup)
    page.add_script_tag(content=(SCRIPTS / script).read_text(), type="module")


@pytest.mark.parametrize(("typed", "value"), [("thanh vinh", "2"), ("au co", "2"), ("đoan", "3"), ("DOAN HUNG", "3")])
def test_an_office_is_found_by_typing_also_by_its_former_name(page: Page, typed: str, value: str) -> None:
    shown(page, PLACES, "places.js")
    page.fill("#a_filter", typed)
    assert page.input_value("#a") == value
    page.fill("#a_filter", "")
    assert page.locator("#a option").count() == 4


def test_the_office_used_last_stands_first(page: Page) -> None:
    page.evaluate("localStorage.setItem('place', '3')")
    shown(page, PLACES, "places.js")
    assert page.locator("#a option").nth(1).inner_text() == "Xã Đoan Hùng"


def test_changing_the_language_loses_nothing_that_was_typed(page: Page) -> None:
    shown(page, FORM, "language.js")
    page.fill("[name=name]", "Nguyễn Thị Bình")
    page.check("[name=poor]")
    page.fill("[name=why]", "lý do")
    page.click("text=English")
    page.wait_for_load_state()
    shown(page, FORM, "language.js")
    page.wait_for_function("() => document.querySelector('[name=name]').value !== ''")
    assert page.is_checked("[name=poor]") and page.input_value("[name=why]") == "lý do"
    assert page.evaluate("sessionStorage.length") == 0, "forgotten at once"


def test_a_device_proves_its_work_and_sends_the_form_by_itself(page: Page) -> None:
    page.route("http://localhost/**", lambda route: route.fulfill(body="", content_type="text/html"))
    page.goto("http://localhost/")
    challenge = "0123~10~1x2:signature"
    form = f'<input type="hidden" name="proof" data-proof="{challenge}"><button class="primary">Gửi</button>'
    with page.expect_request("**/sent*") as sent:
        shown(page, f'<main><form action="/sent">{form}</form></main>', "proof.js")
    (answer,) = parse_qs(urlsplit(sent.value.url).query)["proof"]
    digest = hashlib.sha256(answer.encode()).digest()
    assert answer.startswith(challenge) and int.from_bytes(digest[:4], "big") >> 22 == 0


def test_what_is_typed_into_a_search_is_suggested_below_and_reached_by_the_arrow(page: Page) -> None:
    suggested = '<ul><li><a href="/thu-tuc/1.001193/">Khai sinh</a></li></ul>'
    page.route("**/goi-y/**", lambda route: route.fulfill(body=suggested, content_type="text/html"))
    box = '<form><input id="q" data-suggest="/goi-y/"><button>Tìm</button></form><div id="suggested" hidden></div>'
    shown(page, f"<main>{box}</main>", "search.js")
    page.type("#q", "khai")
    page.wait_for_selector("#suggested a")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "Khai sinh"
    page.keyboard.press("Escape")
    assert page.locator("#suggested").is_hidden() and page.evaluate("document.activeElement.id") == "q"
