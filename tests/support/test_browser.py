"""The browser that tests share is replaced when it has gone."""

from __future__ import annotations

from playwright.sync_api import Playwright

from .browser import NEEDS_CHROMIUM, _Chromium

pytestmark = NEEDS_CHROMIUM


def test_a_browser_that_has_gone_is_launched_again(playwright: Playwright) -> None:
    chromium = _Chromium(playwright)
    first = chromium.get()
    assert chromium.get() is first, "one that lives is kept"
    first.close()
    second = chromium.get()
    assert second is not first
    assert second.new_context().new_page().evaluate("1 + 1") == 2
    chromium.close()
