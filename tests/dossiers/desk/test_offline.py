"""The network goes in mid-queue: a stamped copy to read, nothing to press, scans kept and looked up afterwards."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from dossiers.models import Dossier
from tests.support import factories
from tests.support.browser import NEEDS_CHROMIUM
from tests.support.screens import desk_of, officer_of
from tests.support.signing_in import browser_of

pytestmark = [*NEEDS_CHROMIUM, pytest.mark.django_db(transaction=True)]
CONTROLLED = "() => navigator.serviceWorker.ready.then(() => !!navigator.serviceWorker.controller)"


def scan(page: Page, text: str) -> None:
    """As a scanner: into the box, with Enter."""
    page.keyboard.press("F2")
    page.keyboard.type(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_without_the_network_the_desk_reads_a_stamped_copy_and_keeps_what_is_scanned(
    live_server: Any, browser: Browser
) -> None:
    seen, unseen = factories.dossier(state=9, amount=0), factories.dossier()
    unseen.agency = seen.agency
    unseen.save()
    desk = desk_of(officer_of(seen.agency), browser, live_server.url, viewport={"width": 1280, "height": 900})
    desk.goto("/quay/")
    desk.wait_for_function(CONTROLLED)
    for path in ("/quay/", f"/quay/{seen.code}/"):
        desk.goto(path)
    desk.context.set_offline(True)
    # The page that stands there says so by itself; nothing can be pressed on it.
    expect(desk.locator("[data-offline]")).to_be_visible(timeout=10_000)
    assert desk.locator("form[method=post]:not(.scan) button:enabled").count() == 0
    # A copy, stamped with when it was true.
    scan(desk, seen.code)
    banner = desk.inner_text("[data-offline]")
    assert re.search(r"bản lưu lúc \d\d:\d\d, không phải trạng thái hiện tại", banner)
    assert "Trả kết quả" in desk.inner_text("main")
    assert desk.locator("form[method=post]:not(.scan) button:enabled").count() == 0
    assert Axe().run(desk).response["violations"] == []
    # What nobody has seen before is kept, once for each time it was scanned.
    slip = f'https://"<b>&x.example/giay-hen/{unseen.slip_token}/'
    scan(desk, slip)  # posted: a token stands in no address
    desk.reload()
    assert [item.split(" · ")[1] for item in desk.locator("#scans li").all_inner_texts()] == [seen.code, slip]
    assert Dossier.objects.get(pk=seen.pk).state == 9
    desk.context.set_offline(False)
    expect(desk.locator("#scans [data-nonce]")).to_have_count(2, timeout=15_000)
    expect(desk.locator("#scans")).to_contain_text("Kiểm tra giấy tờ")
    expect(desk.locator("#scans li")).to_have_count(0)
    assert desk.locator(f"#scans a[href='/quay/{unseen.code}/']").count() == 1
    expect(desk.locator("[data-back]")).to_be_visible()
    assert Axe().run(desk).response["violations"] == []
    desk.click("[data-back] a")
    expect(desk.locator("[data-offline]")).to_be_hidden()
    assert not desk.locator("#scans").is_visible()  # looked up once
    # Who signs out leaves nothing behind.
    desk.goto("/tai-khoan/logout/")
    desk.click("main button")
    desk.wait_for_load_state()
    assert desk.evaluate("caches.keys()") == []


def test_what_was_sent_into_the_dark_is_said_to_be_unsure(live_server: Any, browser: Browser) -> None:
    dossier = factories.dossier()
    desk = desk_of(officer_of(dossier.agency), browser, live_server.url)
    desk.goto("/quay/")
    desk.wait_for_function(CONTROLLED)
    desk.goto(f"/quay/{dossier.code}/")
    desk.evaluate("window.addEventListener('offline', event => event.stopImmediatePropagation(), true)")
    desk.route("**/trang-thai/**", lambda route: route.fulfill(body=""))  # it has not noticed yet
    desk.context.set_offline(True)
    with desk.expect_navigation():
        desk.evaluate("document.querySelector('[data-key=\"ctrl+Enter\"]').form.submit()")
    expect(desk.locator("[data-unsure]")).to_be_visible()
    assert Dossier.objects.get().state == 1
    desk.context.close()


def test_scans_are_answered_under_their_numbers_within_what_the_officer_sees() -> None:
    mine, foreign = factories.dossier(), factories.dossier()
    client = browser_of(factories.officer(mine.agency))
    sent = {"lan": ["n1", "n2", "n3"], "quet": [mine.code.lower(), foreign.code, "nguyen thi binh"]}
    answer = client.post("/quay/da-quet/", sent).content.decode()
    assert re.findall(r'data-nonce="(n\d)"', answer) == ["n1", "n2", "n3"]
    assert answer.count(f'href="/quay/{mine.code}/"') == 2
    assert f"/quay/{foreign.code}/" not in answer
    assert client.post("/quay/da-quet/").content.decode().strip() == ""
