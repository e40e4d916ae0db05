"""From the bank's button to PAID in real Chromium: on the payer's page and on the officer's, by redirect and by VietQR.

`python -m bench browser_paid` starts a demo of its own and is not part of `make bench`: it needs a browser.
BROWSER_PAYMENTS=n makes other than 30 payments each way.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page
from requests.adapters import HTTPAdapter

from devtools.smoke_test import Journey
from tests.journeys.stage import running_demo
from tests.support.browser import chromium
from tests.support.journeys import follow, sign_in

from .measuring import percentile
from .seeding import Field

EACH = int(os.environ.get("BROWSER_PAYMENTS") or 30)
#: Dossiers an address of this machine hands in before the next one does: citizens are limited by address.
MOST_BY_ADDRESS = 30
NOW = "performance.timeOrigin + performance.now()"
#: Keeps when the page first showed PAID, across reloads of the same page.
WATCH = """
new MutationObserver(() => {
  if (document.querySelector('[data-state=paid]')) window.paidAt ??= performance.timeOrigin + performance.now();
}).observe(document, {childList: true, subtree: true});
"""


def run(field: Field) -> dict[str, float]:
    """Return 95th percentiles in milliseconds. The database of `field` is not used: the demo has its own."""
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder)) as demo, chromium() as browser:
        desk = browser.new_context()
        sign_in(desk.new_page(), demo)
        citizens = _Citizens(demo)
        redirect = [_paid(demo, browser, desk, citizens.submit(), by_code=False) for _ in range(EACH)]
        vietqr = [_paid(demo, browser, desk, citizens.submit(), by_code=True) for _ in range(EACH)]
    every = redirect + vietqr
    return {
        "browser_paid_p95_ms": percentile([payer for payer, _ in every], 0.95),
        "browser_paid_by_redirect_p95_ms": percentile([payer for payer, _ in redirect], 0.95),
        "browser_paid_by_vietqr_p95_ms": percentile([payer for payer, _ in vietqr], 0.95),
        "browser_paid_at_desk_p95_ms": percentile([officer for _, officer in every], 0.95),
        "browser_paid_median_ms": percentile([payer for payer, _ in every], 0.5),
        "browser_paid_worst_ms": max(max(pair) for pair in every),
    }


class _Citizens:
    """Hands in dossiers without a browser, from several addresses of this machine."""

    def __init__(self, demo: dict[str, Any]) -> None:
        self._demo = demo
        self._submitted = 0

    def submit(self) -> tuple[str, str]:
        """Return the code of a new dossier and the path of its bill."""
        journey = Journey(self._demo["base_url"], self._demo["sandbox_url"], lambda step, seconds: None)
        address = f"127.0.0.{2 + self._submitted // MOST_BY_ADDRESS}"
        journey.browser.mount("http://", _From(address))
        self._submitted += 1
        code = journey.submit()
        page = journey.browser.get(f"{self._demo['base_url']}/ho-so/{code}/", timeout=15).text
        return code, "/thanh-toan/" + page.split('href="/thanh-toan/')[1].split('"')[0]


class _From(HTTPAdapter):
    """Connects from an address of this machine."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, source_address=(self._address, 0), **options)


def _paid(
    demo: dict[str, Any], browser: Browser, desk: BrowserContext, dossier: tuple[str, str], *, by_code: bool
) -> tuple[float, float]:
    """Pay one dossier; return the milliseconds until the payer's and the officer's page show it."""
    code, path = dossier
    officer, payer = _page(desk), _page(browser.new_context(viewport={"width": 360, "height": 800}))
    officer.goto(f"{demo['base_url']}/quay/{code}/")
    payer.goto(demo["base_url"] + path)
    if by_code:
        follow(payer, "button:has-text('qua VietinBank') >> nth=0")
        with payer.context.expect_page() as opened:
            payer.click("[data-bank-app]")
        pressed = _press(opened.value)
    else:
        follow(payer, "button:has-text('VNPT-Pay')")
        pressed = _press(payer)
        payer.wait_for_url("**/thanh-toan/**")
    took = _paid_at(payer) - pressed, _paid_at(officer) - pressed
    officer.close()
    payer.context.close()
    return took


def _page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.add_init_script(WATCH)
    return page


def _press(bank: Page) -> float:
    button = bank.locator("button[value=pay]")
    button.wait_for()
    at = float(bank.evaluate(NOW))
    button.click(no_wait_after=True)
    return at


def _paid_at(page: Page) -> float:
    page.wait_for_selector("[data-state=paid]", timeout=30_000)
    return float(page.evaluate("window.paidAt"))
