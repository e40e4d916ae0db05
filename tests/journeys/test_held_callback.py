"""The browser is back before the bank has told anybody: the page says "checking", and turns by itself (R-9)."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from playwright.sync_api import Browser

from tests.support.journey_bills import bill
from tests.support.journeys import assert_good, follow

from .stage import MARKS

pytestmark = MARKS
#: What must not stand on the page while nobody knows.
FAILED = ("thất bại", "không thành công", "bị từ chối")


def order_fault(demo: dict[str, Any], fault: str, **options: Any) -> None:
    body = json.dumps({"gateway": "vnptpay", "fault": fault, "count": 1, **options}).encode()
    request = urllib.request.Request(f"{demo['sandbox_url']}/control/faults", body, method="POST")  # noqa: S310
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310


def test_until_the_bank_knows_the_page_says_checking_and_never_failed(demo: dict[str, Any], browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(demo["base_url"] + bill(demo))
    order_fault(demo, "not_found_then_paid", seconds=5)
    follow(page, "button:has-text('VNPT-Pay')")
    page.click("button[value=pay]")
    page.wait_for_url("**/thanh-toan/**", timeout=15_000)
    page.wait_for_selector("[data-state=checking]", timeout=10_000)
    shown = page.inner_text("main").lower()
    assert not [word for word in FAILED if word in shown]
    assert_good(page)
    page.wait_for_selector("[data-state=paid]", timeout=40_000)
    assert_good(page)
    page.close()
