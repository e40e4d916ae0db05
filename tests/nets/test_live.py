"""Every page that shows the state of a payment shows PAID, whatever happens to its event stream.

All of them are open in Chromium, with the steady poll switched off, while the money of their bill comes. A page is
found by its template: a new one with a state or a live part fails here until it is listed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import requests
from playwright.sync_api import Browser, BrowserContext, Page, Route, TimeoutError

from devtools.smoke_test import Journey
from devtools.stack import ROOT
from tests.journeys.stage import MARKS
from tests.support.event_line import EventLine
from tests.support.journeys import follow, one_time_code

pytestmark = MARKS
TEMPLATES = ROOT / "templates"
#: The block says so, and no reload of the page is under way.
CURRENT = "[data-refresh]:not(:has([data-reload]))"
PAID = f"{CURRENT} [data-state=paid]"
#: By template: who opens it, at which address, and what shows that the bill is paid. A later one may need an
#: earlier one open: the second window follows the officer's page of the dossier.
PAGES: dict[str, tuple[str, str, str]] = {
    "payments/checkout/bill.html": ("payer", "{bill}", PAID),
    "payments/checkout/transfer.html": ("payer", "{bill}ma-qr/", PAID),
    "dossiers/fees/at_counter.html": ("payer", "/nop-tai-quay/{token}/", PAID),
    "dossiers/tracking/dossier.html": ("citizen", "/ho-so/{code}/", PAID),
    "dossiers/tracking/my_dossiers.html": ("citizen", "/ho-so-cua-toi/", "#list li:has-text('{code}') .chip.paid"),
    "dossiers/bulk_payment/bulk_payment.html": ("citizen", "/nop-nhieu-ho-so/", "li:has-text('{code}') .chip.paid"),
    "dossiers/desk/desk.html": ("officer", "/quay/?xep=moi", "tr:has-text('{code}') .chip.paid"),
    "dossiers/desk/dossier.html": ("officer", "/quay/{code}/", PAID),
    "dossiers/desk/customer_display.html": ("officer", "/quay/man-hinh-phu/", PAID),
    "portal/administration/gateway_care/test_payment.html": (
        "administrator",
        "{test_payment}",
        f"{CURRENT} strong:text-is('Đã nộp')",
    ),
}
#: Pages that show a state and are not in the net.
EXCEPTIONS = {
    "dossiers/desk/_base.html": "the dossier that a form is about: polled every 10 s, and its own page is in the net",
    "payments/accounting/statement.html": "the progress of a file at work, no payment; polled every 2 s",
    "payments/accounting/exports.html": "the progress of a file at work, no payment; polled every 3 s",
    "portal/public/style_page.html": "samples of the states",
}
NO_POLL = "window.setInterval = () => 0;"
#: Keeps the first answer of a live part from the page until `releaseOlder()` is called.
HOLD_FIRST_ANSWER = """{
  const send = window.fetch;
  let isFirst = true;
  window.fetch = async (...request) => {
    const answer = await send(...request);
    if (isFirst) { isFirst = false; await new Promise(release => { window.releaseOlder = release; }); }
    return answer;
  };
}"""
IS_HELD = "() => Boolean(window.releaseOlder)"
PATIENCE_MS = 15_000


def _text_with_includes(name: str) -> str:
    """Return the text of a template and of all it includes, but for those of libraries."""
    texts: dict[str, str] = {}
    waiting = [name]
    while waiting:
        path = TEMPLATES / (next_name := waiting.pop())
        if next_name not in texts and path.exists():
            texts[next_name] = path.read_text()
            waiting += re.findall(r'{%\s*include\s+"([^"]+)"', texts[next_name])
    return "".join(texts.values())


def _pages_with_a_state() -> set[str]:
    """Return the templates of whole pages with a live part, or with the word for a payment's state in it."""
    names = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    whole = {name for name in names if re.search(r"{% extends|<html", (TEMPLATES / name).read_text())}
    signs = ("data-refresh", '"components/state.html"', '"components/chip.html"')
    return {name for name in whole if any(sign in _text_with_includes(name) for sign in signs)}


def test_every_page_with_a_state_is_in_the_net_or_an_exception() -> None:
    assert _pages_with_a_state() == PAGES.keys() | EXCEPTIONS.keys()


@dataclass(frozen=True, slots=True)
class Case:
    """A dossier whose bill waits for a transfer, and a test payment that waits at its bank."""

    code: str
    token: str
    transfer: dict[str, str]
    test_payment: str
    test_pay_url: str


class Stage:
    """Four people in one browser, whose event streams come by a line of ours.

    None of them has more than six pages open: a browser opens no more streams to one host without HTTP/2.
    """

    def __init__(self, demo: dict[str, Any], browser: Browser) -> None:
        self.demo, self._browser = demo, browser
        self.line = EventLine(urlsplit(demo["live_url"]).port or 0)
        self.line.start()

    @cached_property
    def payer(self) -> BrowserContext:
        """A relative, who was sent the address of the bill."""
        return self._context()

    @cached_property
    def citizen(self) -> BrowserContext:
        """Signed in by VNeID, so that their own page lists the dossier."""
        page = self._context().new_page()
        page.goto(f"{self.demo['base_url']}/ho-so-cua-toi/")
        follow(page, "main button.primary")
        page.check("[value=binh]")
        follow(page, "button:has-text('Đồng ý')")
        return page.context

    @cached_property
    def officer(self) -> BrowserContext:
        """Works at the desk."""
        return self._staff("handling_officer")

    @cached_property
    def administrator(self) -> BrowserContext:
        """Tries gateways out."""
        return self._staff("province_admin")

    def new_case(self) -> Case:
        """Hand in a dossier, show the VietQR of its bill, and begin a test payment."""
        journey = Journey(self.demo["base_url"], self.demo["sandbox_url"], lambda step, seconds: None)
        journey.person["owner_identity_number"] = "026192000202"
        for cookie in self.citizen.cookies():
            journey.browser.cookies.set(cookie["name"], cookie["value"])
        code = journey.submit()
        page = self.citizen.new_page()
        page.goto(f"{self.demo['base_url']}/ho-so/{code}/")
        follow(page, "a.button.wide")
        token = urlsplit(page.url).path.split("/")[2]
        follow(page, "button:has-text('bằng VietQR') >> nth=0")
        account, amount = (page.locator("[data-copy]").nth(n).get_attribute("data-copy") or "" for n in (0, 1))
        page.close()
        test_payment, pay_url = self._new_test_payment()
        return Case(code, token, {"code": account, "amount": amount, "action": "pay"}, test_payment, pay_url)

    def open(self, case: Case, script: str = "") -> dict[str, Page]:
        """Open every page of the net on a case; none shows PAID yet."""
        pages = {}
        for template, (who, address, paid) in PAGES.items():
            page = pages[template] = getattr(self, who).new_page()
            page.add_init_script(NO_POLL + script)
            bill = f"/thanh-toan/{case.token}/"
            path = address.format(bill=bill, token=case.token, code=case.code, test_payment=case.test_payment)
            page.goto(self.demo["base_url"] + path, wait_until="domcontentloaded")
            assert urlsplit(page.url).path == urlsplit(path).path, template
            assert page.locator("[data-live]").count() == 1, f"{template} has no event stream"
            assert page.locator(paid.format(code=case.code)).count() == 0, f"{template} is PAID before the money"
        return pages

    def pay(self, case: Case) -> None:
        """Pay both at their banks, and return when the portal has booked it."""
        transfer = requests.post(f"{self.demo['sandbox_url']}/vietinbank/app", data=case.transfer, timeout=15)
        order = requests.post(case.test_pay_url, data={"action": "pay"}, timeout=15, allow_redirects=False)
        assert (transfer.status_code, order.status_code) == (200, 302)
        address = f"{self.demo['base_url']}/thanh-toan/{case.token}/trang-thai/"
        for _ in range(300):
            if 'data-state="paid"' in requests.get(address, timeout=15).text:
                return
            self.payer.pages[0].wait_for_timeout(50)  # goes on routing meanwhile
        raise AssertionError("the money never came")

    def end(self) -> None:
        """Close everybody's windows and the line."""
        for context in (self.payer, self.citizen, self.officer, self.administrator):
            context.close()
        self.line.stop()

    def _context(self) -> BrowserContext:
        # Requests that pass a service worker are not routed.
        context = self._browser.new_context(service_workers="block")
        context.route(f"{self.demo['live_url']}/live/*", self._by_our_line)
        return context

    def _by_our_line(self, route: Route) -> None:
        route.continue_(url=f"http://127.0.0.1:{self.line.port}{urlsplit(route.request.url).path}")

    def _staff(self, role: str) -> BrowserContext:
        account, page = self.demo["accounts"][role], self._context().new_page()
        page.goto(f"{self.demo['base_url']}/quay/")
        page.fill("[name=login]", account["username"])
        page.fill("[name=password]", account["password"])
        follow(page, "main button.primary")
        page.fill("[name=code]", one_time_code(account["otp_secret"]))
        follow(page, "main button.primary")
        return page.context

    def _new_test_payment(self) -> tuple[str, str]:
        page = self.administrator.new_page()
        page.goto(f"{self.demo['base_url']}/admin/cong-thanh-toan/")
        follow(page, "a:has-text('Thanh toán thử') >> nth=0")
        page.fill("[name=agency]", self.demo["api_agency"])
        follow(page, "button:has-text('Thanh toán thử')")
        path = urlsplit(page.url).path
        with page.context.expect_page() as opened:
            page.click("button:has-text('Mở trang của ngân hàng')")
        opened.value.wait_for_load_state()
        pay_url = opened.value.url
        opened.value.close()
        page.close()
        return path, pay_url


def _not_paid(pages: dict[str, Page], case: Case, patience_ms: int = PATIENCE_MS) -> list[str]:
    """Wait for PAID on every page; return the templates of those on which it never came."""
    missing = []
    for template, page in pages.items():
        try:
            page.locator(PAGES[template][2].format(code=case.code)).first.wait_for(timeout=patience_ms)
        except TimeoutError:
            missing.append(template)
    return missing


def _before_the_stream_is_open(stage: Stage) -> dict[str, Page]:
    case = stage.new_case()
    stage.line.hold_new_connections()
    pages = stage.open(case)
    stage.pay(case)
    stage.line.restore()
    assert _not_paid(pages, case) == []
    return pages


def _while_the_stream_is_cut(stage: Stage) -> dict[str, Page]:
    case = stage.new_case()
    pages = stage.open(case, HOLD_FIRST_ANSWER)
    for page in pages.values():
        page.wait_for_function(IS_HELD)  # the stream was open once
    stage.line.cut()
    stage.pay(case)
    stage.line.restore()
    assert _not_paid(pages, case) == []
    return pages


def _in_disorder_with_an_old_answer_last(stage: Stage) -> dict[str, Page]:
    case = stage.new_case()
    stage.line.is_slow = stage.line.is_doubled = True
    pages = stage.open(case, HOLD_FIRST_ANSWER)
    for page in pages.values():
        page.wait_for_function(IS_HELD)  # an answer from before the money is on its way
    stage.pay(case)
    assert _not_paid(pages, case) == []
    for page in pages.values():
        page.evaluate("window.releaseOlder?.()")
    pages["payments/checkout/bill.html"].wait_for_timeout(200)
    assert _not_paid(pages, case, patience_ms=1000) == []
    stage.line.restore()
    return pages


def test_every_page_shows_paid_whatever_happens_to_its_stream(demo: dict[str, Any], browser: Browser) -> None:
    stage = Stage(demo, browser)
    for money_comes in (_before_the_stream_is_open, _while_the_stream_is_cut, _in_disorder_with_an_old_answer_last):
        for page in money_comes(stage).values():
            page.close()
    stage.end()
