"""Every page of the accountant in real Chromium: axe finds nothing, nothing spills sideways, no console error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser

from agencies.models import Role
from tests import factories
from tests.journeys.conftest import browser
from tests.journeys.stage import NEEDS_CHROMIUM
from tests.journeys.test_citizen_and_desk import assert_good
from tests.payments.accounting.conftest import sign_in
from tests.payments.accounting.test_access import OF_A_ROW, PAGES, rows

assert browser, rows  # fixtures
pytestmark = [*NEEDS_CHROMIUM, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module", autouse=True)
def _sync() -> Iterator[None]:
    # Playwright keeps an event loop in this thread; the test itself is as synchronous as ever.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


def test_every_page_is_readable_on_a_tablet_and_on_a_desk(
    rows: dict[str, Any], browser: Browser, live_server: Any
) -> None:
    client = sign_in(factories.officer(rows["agency"], Role.ACCOUNTANT))
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context = browser.new_context(viewport={"width": 768, "height": 1024}, base_url=live_server.url)
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda told: errors.append(f"{told.text} {told.location}") if told.type == "error" else None)
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
