"""Every page of the accountant in real Chromium: axe finds nothing, nothing spills sideways, no console error."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser

from agencies.models import Role
from payments.models import Reallocation
from tests.support import factories
from tests.support.browser import NEEDS_CHROMIUM
from tests.support.journeys import assert_good
from tests.support.payments.accounting import sign_in, two_proposals
from tests.support.payments.accounting_pages import OF_A_ROW, PAGES

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.django_db(transaction=True)]


def test_every_page_is_readable_on_a_tablet_and_on_a_desk(
    rows: dict[str, Any], browser: Browser, live_server: Any
) -> None:
    client = sign_in(factories.officer(rows["agency"], Role.ACCOUNTANT))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(viewport={"width": 768, "height": 1024}, base_url=live_server.url)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda entry: errors.append(f"{entry.text} {entry.location}") if entry.type == "error" else None)
    pages = [*((name, "") for name in PAGES), *OF_A_ROW.items(), ("accounting-case", "claim")]
    names = [(name, kind) for name, kind in pages if not name.endswith("-proof")]
    names.remove(("accounting-progress", "statement"))  # a part of a page
    for name, row in names:
        answer = page.goto(reverse(name, args=rows[row]))
        assert answer is not None, name
        assert answer.status == 200, name
        page.set_viewport_size({"width": 768, "height": 1024})
        assert_good(page)
        page.set_viewport_size({"width": 1280, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    assert errors == []
    context.close()


def test_a_statement_is_worked_off_by_keyboard(browser: Browser, live_server: Any) -> None:
    agency = factories.agency()
    statement = two_proposals(agency)
    user = factories.officer(agency, Role.ACCOUNTANT)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=live_server.url)
    session = sign_in(user).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda entry: errors.append(f"{entry.text} {entry.location}") if entry.type == "error" else None)
    press = page.keyboard.press
    page.goto(f"/doi-soat/sao-ke/{statement.pk}/?state=left")
    focused = "document.activeElement.closest('tr')?.rowIndex ?? 0"
    walked = []
    for key in ("j", "j", "ArrowDown", "ArrowDown", "k", "ArrowUp"):
        press(key)
        walked.append(page.evaluate(focused))
    assert walked == [1, 2, 3, 3, 2, 1]
    with page.expect_navigation():
        press("a")
    assert Reallocation.objects.get().maker == user
    page.wait_for_function(f"() => ({focused}) === 1")  # back where the eye was
    press("?")
    assert page.locator("dialog#keys").is_visible()
    assert_good(page)
    page.locator("#letters").uncheck()
    press("Escape")
    press("j")
    assert page.evaluate(focused) == 1  # letters are off, the arrows still walk
    press("ArrowDown")
    assert page.evaluate(focused) == 2
    press("?")
    page.locator("#letters").check()
    press("Escape")
    press("/")
    page.keyboard.type("jka?")
    assert page.locator("#q").input_value() == "jka?"
    page.locator("table[data-rows] tbody tr >> nth=1").locator("a").first.focus()
    with page.expect_navigation():
        press("Enter")
    assert "/doi-soat/sai-lech/" in page.url
    with page.expect_navigation():
        press("a")
    assert Reallocation.objects.count() == 2
    with page.expect_navigation():
        press("u")
    assert page.url.endswith("/doi-soat/sai-lech/")
    assert errors == []
    context.close()
