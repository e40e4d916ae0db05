"""Chromium for tests: the fixture `browser`, one Chromium a worker whose windows are closed after each test."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

#: The whole browser, and the part of it that has no window: a tab of that costs a third.
CHROMIUM = shutil.which("chromium") or ""
HEADLESS = shutil.which("chromium-headless-shell") or CHROMIUM
#: Features of Chromium's own window: each window loads two pages for its address bar that nobody sees.
_OMNIBOX = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup")
#: Chromium obeys the last `--disable-features` alone: these are Playwright's, those that concern a headless browser.
_PLAYWRIGHTS = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
#: No page lives long enough to repay what optimising axe and its scripts costs beside it.
_AS_WRITTEN = "--js-flags=--no-opt --no-maglev"
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    # One process a window, whatever it opens: a page after an empty one had a new one, which compiled everything anew.
    "--renderer-process-limit=1",
    _AS_WRITTEN,
    f"--disable-features={','.join((*_OMNIBOX, *_PLAYWRIGHTS))}",
)


def _needs(program: str) -> list[pytest.MarkDecorator]:
    is_missing = not program and os.environ.get("REQUIRE_BROWSER") != "1"
    return [pytest.mark.journey, pytest.mark.skipif(is_missing, reason="no Chromium; CI installs it")]


NEEDS_CHROMIUM = _needs(HEADLESS)
#: A camera has only the whole browser.
NEEDS_WHOLE_CHROMIUM = _needs(CHROMIUM)


def launch(playwright: Playwright, *arguments: str, program: str = HEADLESS) -> Browser:
    """Start a headless Chromium with these arguments beside ours."""
    return playwright.chromium.launch(executable_path=program, args=[*CHROMIUM_ARGUMENTS, *arguments])


@contextmanager
def chromium() -> Iterator[Browser]:
    """The whole Chromium outside of pytest, without a window: it is what people have."""
    with sync_playwright() as playwright:
        launched = launch(playwright, program=CHROMIUM or HEADLESS)
        yield launched
        launched.close()


@contextmanager
def _inside(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Let the event loop that Playwright keeps in this thread be the running one, and Django use its database there.

    While it runs Django has other connections than before and after: they are closed here, where
    they can be seen, or whoever drops the test database would find it in use.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        asyncio._set_running_loop(loop)
        try:
            yield
        finally:
            connections.close_all()
            asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def _driver() -> Iterator[tuple[Playwright, asyncio.AbstractEventLoop]]:
    """Playwright for the whole run. Between tests with a browser its loop is hidden: others run loops of their own."""
    driver = sync_playwright()
    playwright = driver.start()
    loop = asyncio.get_running_loop()
    asyncio._set_running_loop(None)
    yield playwright, loop
    with _inside(loop):
        playwright.stop()


class _Chromium:
    """The Chromium of this worker: launched when a test first wants it, and again when it has gone."""

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._launched: Browser | None = None

    def get(self) -> Browser:
        """Return it, alive. To be called while the loop is shown."""
        if self._launched is None or not _is_alive(self._launched):
            self._launched = launch(self._playwright)
        return self._launched

    def close(self) -> None:
        """End it, where it still runs."""
        if self._launched:
            self._launched.close()


def _is_alive(browser: Browser) -> bool:
    """Ask the browser itself: that it has gone is noticed only when something is asked of it."""
    try:
        browser.new_browser_cdp_session().detach()
    except Error:
        return False
    return True


@pytest.fixture(scope="session")
def _chromium(_driver: tuple[Playwright, asyncio.AbstractEventLoop]) -> Iterator[_Chromium]:
    playwright, loop = _driver
    chromium = _Chromium(playwright)
    yield chromium
    with _inside(loop):
        chromium.close()


@pytest.fixture
def playwright(_driver: tuple[Playwright, asyncio.AbstractEventLoop]) -> Iterator[Playwright]:
    """Playwright, for a Chromium with arguments of its own."""
    playwright, loop = _driver
    with _inside(loop):
        yield playwright


@pytest.fixture
def browser(_chromium: _Chromium, playwright: Playwright) -> Iterator[Browser]:
    """Chromium without a window. What the test leaves open is closed, so that no page goes on listening to a server."""
    browser = _chromium.get()
    yield browser
    for context in browser.contexts:
        context.close()
