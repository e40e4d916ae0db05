"""What looking.py is for is seen: at the first width, at another one, in what only that one shows or colours."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.support.browser import NEEDS_CHROMIUM

from .looking import DESK, PHONE, faults_at

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
