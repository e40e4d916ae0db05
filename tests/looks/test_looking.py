"""What looking.py is for is seen: at the first width, at another one, in what only that one shows or colours."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.support.browser import NEEDS_CHROMIUM

from .looking import DESK, PHONE, WIDTHS, axe, contrast_faults, faults_at, open_eyes

pytestmark = NEEDS_CHROMIUM
PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>x</title><style>
body { margin: 0; color: #000; background: #fff }
.wide { display: none } .wide img { width: 50px; height: 50px }
@media (min-width: 1000px) { .wide { display: block } .turns { color: #eee } .spills { width: 2000px } }
</style></head><body><main><h1>x</h1>%s</main></body></html>"""


def test_faults_are_seen_at_the_width_where_they_are(browser: Browser) -> None:
    cases = {
        "": [],
        "<p>lời báo</p><div class=wide><p>lời báo</p></div>": [],
        "<img src=/x.png>": ["360 px: image-alt"],
        "<p style='color: #eee'>lời báo</p>": ["360 px: color-contrast"],
        "<div class=wide><img src=/x.png></div>": ["1280 px: image-alt"],
        "<div class=wide><p style='color: #eee'>lời báo</p></div>": ["1280 px: color-contrast"],
        "<p class=turns>lời báo</p>": ["1280 px: color-contrast"],
        "<div class=wide><h4>lời báo</h4></div>": ["1280 px: heading-order"],
        "<div class=spills>x</div>": ["1280 px: spills sideways"],
    }
    page = browser.new_page()
    for content, expected in cases.items():
        page.set_content(PAGE % content)
        seen = [fault.split(": <")[0] for fault in faults_at(page, (PHONE, DESK))]
        assert seen == expected, content


#: Each as hard to read as the other, on a page of its own.
HARD_TO_READ = (
    "<p style='color: #eee'>lời báo</p>",
    "<div style='background: #111; padding: 9px'><p>lời báo</p></div>",
    "<div style='background: #fff'><div style='background: rgb(0 0 0 / 90%)'><p>lời báo</p></div></div>",
    "<div style='opacity: 0.2'><p>lời báo</p></div>",
    "<p>lời báo</p><p style='position: relative; background: #fff; color: #ddd'>lời báo</p>",
    "<div style='background: #111; height: 9em'></div><p style='margin-top: -4em'>lời báo</p>",
    "<button style='color: #bbb; background: #ccc; border: 0' disabled>Gửi đi</button>"
    "<button style='color: #bbb; background: #ccc; border: 0'>Gửi đi</button>",
    "<label>Họ tên <input value='Bình' style='color: #ddd'></label>",
)


@pytest.mark.parametrize("content", HARD_TO_READ)
def test_an_ink_is_asked_for_until_it_was_found_well(content: str, browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(PAGE % "<p>lời báo</p><div style='background: #111'>x</div>")
    faults_at(page, WIDTHS)
    for _ in range(2):
        page.set_content(PAGE % content)
        open_eyes(page)
        assert contrast_faults(page) == axe(page, ["color-contrast"]) != []


def test_what_looks_the_same_is_asked_once(browser: Browser) -> None:
    page = browser.new_page()
    for content in ("lời báo", "lời báo khác"):
        page.set_content(PAGE % f"<p>{content}</p>")
        open_eyes(page)
        if content != "lời báo":
            page.evaluate("() => { axe.run = () => Promise.reject('asked again') }")
        assert contrast_faults(page) == []
