"""How the public pages look and weigh in real Chromium: axe, 320 px, dark, slow phones, the calculator."""

from __future__ import annotations

import json
import secrets
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .stage import MARKS
from .test_citizen_and_desk import assert_good

pytestmark = MARKS

#: Lighthouse's slow 4G and its slower phone.
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1_638_400 / 8, "uploadThroughput": 675_000 / 8}
SLOWER = 4
MOST_BYTES, LONGEST_LCP_MS, MOST_SHIFT = 150_000, 2500, 0.1
MEASURE = """() => new Promise(done => {
  const seen = {lcp: 0, cls: 0};
  new PerformanceObserver(list => list.getEntries().forEach(e => { seen.lcp = e.startTime; }))
    .observe({type: 'largest-contentful-paint', buffered: true});
  new PerformanceObserver(list => list.getEntries().forEach(e => { if (!e.hadRecentInput) seen.cls += e.value; }))
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(seen), 300);
})"""


def bill(demo: dict[str, Any]) -> str:
    """Make a bill by the API and return the path of its pay page."""
    body = {
        "reference": f"LOOK-{secrets.token_hex(4)}",
        "agency": demo["api_agency"],
        "payer_name": "Nguyễn Thị Bình",
        "description": "Chứng thực bản sao",
        "lines": [{"code": "P", "kind": "phi", "description": "Phí chứng thực", "amount": 8000}],
    }
    headers = {
        "Authorization": f"Bearer {demo['api_key']}",
        "Content-Type": "application/json",
        "Idempotency-Key": secrets.token_hex(16),
    }
    request = urllib.request.Request(f"{demo['base_url']}/api/v1/bills", json.dumps(body).encode(), headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return str(json.load(answer)["pay_url"]).removeprefix(demo["base_url"])


def test_first_loads_keep_to_their_budget_on_a_slow_phone(demo: dict[str, Any], browser: Browser) -> None:
    for path in ("/", "/thu-tuc/2.000635/", bill(demo)):
        context = browser.new_context(viewport={"width": 360, "height": 740})
        page = context.new_page()
        phone = context.new_cdp_session(page)
        loaded: list[float] = []
        phone.on("Network.loadingFinished", lambda event, into=loaded: into.append(event["encodedDataLength"]))
        phone.send("Network.enable")
        phone.send("Network.emulateNetworkConditions", SLOW_4G)
        phone.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.goto(demo["base_url"] + path, wait_until="load")
        seen = page.evaluate(MEASURE)
        assert 10_000 < sum(loaded) <= MOST_BYTES, path
        assert 0 < seen["lcp"] <= LONGEST_LCP_MS, path
        assert seen["cls"] <= MOST_SHIFT, path
        context.close()


@pytest.mark.parametrize(
    ("width", "look"),
    [(320, {"color_scheme": "light"}), (768, {"forced_colors": "active"}), (1280, {"color_scheme": "dark"})],
)
def test_public_pages_are_good_on_the_smallest_phone_and_in_the_dark(
    demo: dict[str, Any], browser: Browser, width: int, look: Any
) -> None:
    page = browser.new_context(viewport={"width": width, "height": 800}, **look).new_page()
    for path in (
        "/",
        "/thu-tuc/?dip=birth",
        "/thu-tuc/?q=xyzzy+bang+laii",
        "/thu-tuc/2.000181/",
        "/huong-dan/",
        "/huong-dan/tu-dung/",
        "/huong-dan/quay/?q=viet+tri",
        "/thong-ke/",
        "/thiet-ke/",
    ):
        page.goto(demo["base_url"] + path)
        assert_good(page)


def test_the_calculator_answers_in_place_and_without_script_all_the_same(
    demo: dict[str, Any], browser: Browser
) -> None:
    def total(page: Page) -> Any:
        return expect(page.locator(".amount"))

    page = browser.new_context().new_page()
    page.goto(f"{demo['base_url']}/thu-tuc/2.000635/")
    page.evaluate("window.isSamePage = true")
    page.fill("input[name=copies]", "3")
    page.press("input[name=copies]", "Tab")
    total(page).to_contain_text("24.000")
    page.check("input[name=group][value=ho-ngheo]")
    expect(page.locator("text=Bạn được miễn")).to_be_visible()
    assert page.evaluate("window.isSamePage")
    page.reload()  # the address kept the answers
    assert page.input_value("input[name=copies]") == "3"
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(f"{demo['base_url']}/thu-tuc/2.000635/")
    plain.fill("input[name=copies]", "3")
    plain.click("text=Tính lại")
    total(plain).to_contain_text("24.000")
