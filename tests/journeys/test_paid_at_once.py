"""Who comes back from the bank sees PAID at once: by the event stream, and by quick looks where there is none.

In every page of these tests the steady poll is switched off: nothing here is seen by it.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Page, Route

from tests.support.journey_bills import bill
from tests.support.journeys import follow

from .stage import MARKS

pytestmark = MARKS
NO_POLL = "window.setInterval = () => 0;"
NO_QUICK_LOOKS = """{
  const wait = window.setTimeout;
  window.setTimeout = (act, ms, ...rest) => ms >= 500 ? 0 : wait(act, ms, ...rest);
}"""
#: When the page in view first showed PAID, on the browser's clock.
WATCH = """
new MutationObserver(() => {
  if (document.querySelector('[data-state=paid]')) window.paidAt ??= performance.timeOrigin + performance.now();
}).observe(document, {childList: true, subtree: true});
"""
NOW = "performance.timeOrigin + performance.now()"
COME_BACK = "document.dispatchEvent(new Event('visibilitychange'))"
#: From the bank's button to PAID, the loading of the page included. The best of so many counts: other work on
#: the machine only ever makes it slower.
LONGEST_MS, TRIES = 1500, 4
PATIENCE_MS = 20_000


def page_without_poll(browser: Browser, *more: str) -> Page:
    page = browser.new_context(viewport={"width": 360, "height": 800}).new_page()
    page.add_init_script("\n".join((NO_POLL, WATCH, *more)))
    return page


def press_pay(page: Page) -> float:
    """Press the bank's button; return when, in milliseconds of the browser's clock."""
    button = page.locator("button[value=pay]")
    button.wait_for()
    at = float(page.evaluate(NOW))
    button.click(no_wait_after=True)
    return at


def paid_at(page: Page) -> float:
    """Wait until the page shows PAID; return when it first did."""
    page.wait_for_selector("[data-state=paid]", timeout=PATIENCE_MS)
    return float(page.evaluate("window.paidAt"))


def wait_for_the_money(page: Page, address: str) -> None:
    """Wait until the portal, not the page, says PAID."""
    for _ in range(PATIENCE_MS // 50):
        if 'data-state="paid"' in page.request.get(f"{address}trang-thai/").text():
            return
        page.wait_for_timeout(50)
    raise AssertionError("the money never came")


def test_who_returns_from_the_bank_sees_paid_within_a_second_and_a_half(demo: dict[str, Any], browser: Browser) -> None:
    took: list[float] = []
    while not took or (min(took) > LONGEST_MS and len(took) < TRIES):
        page = page_without_poll(browser)
        page.goto(demo["base_url"] + bill(demo))
        follow(page, "button:has-text('VNPT-Pay')")
        pressed = press_pay(page)
        page.wait_for_url("**/thanh-toan/**")
        took.append(paid_at(page) - pressed)
        page.context.close()
    assert min(took) <= LONGEST_MS, took


def test_money_that_came_before_the_page_listened_is_seen_when_it_does(demo: dict[str, Any], browser: Browser) -> None:
    page, address = page_without_poll(browser, NO_QUICK_LOOKS), demo["base_url"] + bill(demo)

    def open_late(route: Route) -> None:
        wait_for_the_money(page, address)
        route.continue_()

    page.goto(address)
    follow(page, "button:has-text('VNPT-Pay')")
    page.route("**/live/*", open_late)
    press_pay(page)
    page.wait_for_url("**/thanh-toan/**")
    paid_at(page)
    page.context.close()


def test_without_events_quick_looks_after_the_return_see_it(demo: dict[str, Any], browser: Browser) -> None:
    page = page_without_poll(browser)
    page.context.route("**/live/*", lambda route: route.abort())
    page.goto(demo["base_url"] + bill(demo))
    follow(page, "button:has-text('VNPT-Pay')")
    press_pay(page)
    page.wait_for_url("**/thanh-toan/**")
    paid_at(page)
    page.context.close()


def test_who_returns_from_the_banks_app_to_the_vietqr_sees_it(demo: dict[str, Any], browser: Browser) -> None:
    """A phone cuts the stream of a page that is not in view; the page looks again when it is."""
    page, address = page_without_poll(browser, NO_QUICK_LOOKS), demo["base_url"] + bill(demo)
    page.context.route("**/live/*", lambda route: route.abort())
    page.goto(address)
    follow(page, "button:has-text('bằng VietQR') >> nth=0")
    with page.context.expect_page() as opened:
        page.click("[data-bank-app]")
    press_pay(opened.value)
    wait_for_the_money(page, address)
    assert page.locator("[data-state=not_paid]").count() == 1, "nothing else has shown it"
    page.evaluate(COME_BACK)
    paid_at(page)
    page.context.close()


def test_an_older_answer_never_replaces_a_newer_one(demo: dict[str, Any], browser: Browser) -> None:
    page, address = page_without_poll(browser, NO_QUICK_LOOKS), demo["base_url"] + bill(demo)
    held: list[Route] = []
    page.context.route("**/live/*", lambda route: route.abort())
    page.goto(address)
    page.route("**/trang-thai/*", lambda route: held.append(route))
    for _ in range(2):
        with page.expect_request("**/trang-thai/*"):
            page.evaluate(COME_BACK)
        page.wait_for_timeout(100)
    older, newer = held
    newer.fulfill(body="<p>newer</p>", content_type="text/html")
    page.wait_for_selector("#state >> text=newer")
    older.fulfill(body="<p>older</p>", content_type="text/html")
    page.wait_for_timeout(300)
    assert page.inner_text("#state") == "newer"
    page.context.close()


def test_a_page_that_reloads_by_itself_keeps_what_it_was_told(demo: dict[str, Any], browser: Browser) -> None:
    page = page_without_poll(browser, NO_QUICK_LOOKS)
    page.context.route("**/live/*", lambda route: route.abort())
    page.goto(demo["base_url"] + bill(demo))
    page.evaluate("document.querySelector('main').insertAdjacentHTML('afterbegin', '<p data-kept>50.000</p>')")
    page.route("**/trang-thai/*", lambda route: route.fulfill(body="<p data-reload></p>", content_type="text/html"))
    with page.expect_navigation():
        page.evaluate(COME_BACK)
    page.wait_for_selector("main > [data-kept] >> text=50.000")
    page.unroute("**/trang-thai/*")
    page.reload()
    assert page.locator("[data-kept]").count() == 0, "told once"
    page.context.close()


def test_an_event_never_reloads_away_the_answer_to_a_form(demo: dict[str, Any], browser: Browser) -> None:
    look_soon = f"window.addEventListener('submit', () => setTimeout(() => {COME_BACK}, 100));"
    page, held = page_without_poll(browser, NO_QUICK_LOOKS, look_soon), []
    page.context.route("**/live/*", lambda route: route.abort())  # else its first event may come before the click
    page.goto(demo["base_url"] + bill(demo))
    page.route("**/vnptpay/", lambda route: held.append(route))
    stale = "<p data-reload></p>"
    page.route("**/trang-thai/*", lambda route: route.fulfill(body=stale, content_type="text/html"))
    with page.expect_response("**/trang-thai/*"):
        page.click("button:has-text('VNPT-Pay')", no_wait_after=True)
    page.wait_for_timeout(300)
    (sent,) = held
    sent.continue_()
    page.wait_for_selector("button[value=pay]")
    page.context.close()
