"""Every page of citizens in every state (states.py), looked at in real Chromium with all that looking.py asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.support.browser import NEEDS_CHROMIUM
from tests.support.emptying import empty

from . import told
from .looking import PHONE, faults_at, faults_of_a_citizens_page, faults_without_script
from .states import STATES

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.django_db(transaction=True)]
#: So many tests, for as many workers.
PARTS = 3
#: Buttons to look at, which do nothing anyway.
SAMPLES = ("style page",)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_state_of_every_page_is_good(part: int, browser: Browser, live_server: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.MESSAGE_FILE = tmp_path, tmp_path / "messages.jsonl"
    errors: list[ConsoleMessage] = []
    phone: Any = {"base_url": live_server.url, "viewport": {"width": PHONE, "height": 740}}
    contexts = [browser.new_context(**phone, java_script_enabled=script) for script in (True, False)]
    page, plain = (context.new_page() for context in contexts)
    page.on("console", lambda message: errors.append(message) if message.type == "error" else None)
    faults = []
    for name in list(STATES)[part::PARTS]:
        page.goto("about:blank")  # what the page before still asks for must not meet an empty database
        empty()
        visitor = Client()
        path = STATES[name](visitor)
        for context in contexts:
            take_over(context, visitor, live_server.url)
        is_answer = name.startswith("!")
        errors.clear()
        page.set_viewport_size({"width": PHONE, "height": 740})
        page.goto(path)
        if is_answer:
            faults += [f"{name}: {fault}" for fault in faults_of_the_error_summary(page)]
        else:
            plain.goto(path)
            if name not in SAMPLES:
                faults += [f"{name}: {fault}" for fault in faults_without_script(page, plain)]
        if name in told.KEPT:
            faults += told.faults(name, page)
        page_faults = faults_at(page) + faults_of_a_citizens_page(page) + errors_beside(page, errors)
        faults += [f"{name} ({path}): {fault}" for fault in page_faults]
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


def errors_beside(page: Page, errors: list[ConsoleMessage]) -> list[str]:
    """Return what the console told, but that the page itself is an answer with a status of its own."""
    return [f"{error.text} {error.location}" for error in errors if error.location["url"] != page.url]


def take_over(context: BrowserContext, visitor: Client, url: str) -> None:
    """Be the visitor, and nobody else any more."""
    context.clear_cookies()
    for cookie in visitor.cookies.values():
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])


def faults_of_the_error_summary(page: Page) -> list[str]:
    """Send the page's form empty: the answer says what is wrong, in its title too, and the focus is there."""
    with page.expect_navigation():
        page.evaluate("""() => {
          const form = [...document.querySelectorAll('main form[method=post]:not([data-upload])')].at(-1);
          form.noValidate = true;
          form.requestSubmit();
        }""")
    is_focused = page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    faults = [] if is_focused else ["the focus is not on an error summary"]
    return faults if page.title().startswith("Lỗi: ") else [*faults, f"title: {page.title()}"]
