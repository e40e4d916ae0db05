"""In real Chromium against the whole running demo: a citizen pays, the officer sees it and hands over."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support.files import pdf
from tests.support.journeys import assert_good, follow, passing_by, sign_in, submit

from .stage import MARKS

pytestmark = MARKS
PDF = pdf("du thao")


@pytest.mark.parametrize(
    ("gateway", "width"),
    [
        ("VNPT-Pay", 360),
        ("bằng VietQR", 360),
        ("Cổng Dịch vụ công quốc gia", 360),
        ("VietinBank iPay", 360),
        ("VNPAY", 360),
        ("MoMo", 360),
        ("VNPT-Pay", 1280),
        ("bằng VietQR", 1280),
    ],
)
def test_a_citizen_pays_and_the_receipt_is_there(
    demo: dict[str, Any], browser: Browser, gateway: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    submit(page, demo["base_url"], assert_good if gateway == "VNPT-Pay" else passing_by)
    follow(page, "a.button.wide")
    assert_good(page)
    follow(page, f"button:has-text('{gateway}')")
    if gateway == "bằng VietQR":
        assert_good(page)
        with page.context.expect_page() as opened:
            page.click("[data-bank-app]")
        opened.value.click("button[value=pay]")
    else:
        assert_good(page)
        page.click("button[value=pay]")
    page.wait_for_selector("[data-state=paid]", timeout=15_000)
    assert_good(page)
    follow(page, "a[href^='/bien-lai/'] >> nth=0")
    assert "10.000" in page.inner_text("main")
    assert_good(page)
    page.close()


def hand_up_by_keyboard(officer: Page) -> None:
    """Ctrl+Enter opens the draft's form and sends it; what is missing is said."""
    with officer.expect_navigation():
        officer.keyboard.press("Control+Enter")
    assert_good(officer)
    officer.evaluate("document.querySelector('form.card').noValidate = true")
    with officer.expect_navigation():
        officer.keyboard.press("Control+Enter")
    assert officer.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    assert_good(officer)
    officer.set_input_files("#id_file", {"name": "d.pdf", "mimeType": "application/pdf", "buffer": PDF})
    officer.focus("#id_number")
    officer.keyboard.type("15/2026/UBND")
    with officer.expect_navigation():
        officer.keyboard.press("Control+Enter")
    assert "15/2026/UBND" in officer.inner_text("main")


def sign_by_keyboard(signer: Page, code: str) -> None:
    """What waits for them is their list; the draft's form has the number already."""
    assert_good(signer)
    follow(signer, f"a:text-is('{code}')")
    assert_good(signer)
    for _step in ("the form", "signed"):
        with signer.expect_navigation():
            signer.keyboard.press("Control+Enter")
        assert_good(signer)
    assert "Đã ghi: Ký kết quả" in signer.inner_text("main")


def test_the_officer_watches_it_turn_paid_and_hands_over(demo: dict[str, Any], browser: Browser) -> None:
    citizen = browser.new_context().new_page()
    officer = browser.new_context().new_page()
    code = submit(citizen, demo["base_url"], passing_by)
    sign_in(officer, demo)
    officer.fill("#q", code)
    follow(officer, "Enter")
    officer.wait_for_selector("[data-state=not_paid]")
    assert_good(officer)
    follow(citizen, "a.button.wide")
    follow(citizen, "button:has-text('VNPT-Pay')")
    citizen.click("button[value=pay]")
    officer.wait_for_selector("[data-state=paid]", timeout=15_000)  # no reload
    assert officer.locator("button:text-is('Trả kết quả')").count() == 0  # paid, but not finished
    for step in ("Tiếp nhận", "Chuyển xử lý"):
        follow(officer, f"button:text-is('{step}')")
    assert_good(officer)
    hand_up_by_keyboard(officer)
    assert_good(officer)
    signer = browser.new_context().new_page()
    sign_in(signer, demo, "signer")
    sign_by_keyboard(signer, code)
    officer.wait_for_selector("#id_identity_tail", timeout=15_000)  # the page made itself anew
    assert_good(officer)
    officer.fill("#id_identity_tail", "0123")
    follow(officer, "button:text-is('Trả kết quả')")
    officer.wait_for_selector(".notice.ok:not([hidden])")
    assert "Đã trả kết quả" in officer.inner_text("main")
    assert officer.request.get(f"{demo['base_url']}/quay/H44.41-261123-0001/").status == 404


def test_a_relative_pays_with_code_and_pin(demo: dict[str, Any], browser: Browser) -> None:
    citizen = browser.new_context().new_page()
    code = submit(citizen, demo["base_url"], passing_by)
    pin = citizen.inner_text(".notice.ok strong.code")
    relative = browser.new_context().new_page()
    relative.goto(f"{demo['base_url']}/tra-cuu/")
    relative.fill("#id_code", code.lower())
    relative.fill("#id_pin", "0000" if pin != "0000" else "1111")
    follow(relative, "main button.primary")
    assert_good(relative)
    relative.fill("#id_pin", pin)
    relative.click("main button.primary")
    relative.wait_for_selector("[data-state=not_paid]")
