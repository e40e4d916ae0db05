"""The whole way, find to receipt, on a phone: in few pages, by keyboard alone, and without any script."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support.journeys import IS_SEEN, PHONE, assert_good, follow

from .stage import MARKS

pytestmark = MARKS
MOST_LOADS, LONGEST_SECONDS = 12, 180


def tab_to(page: Page, wanted: str, most: int = 80) -> None:
    """Press Tab until an element that `wanted` selects has the focus, and see that it is visible to the eye."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.evaluate("(element, wanted) => element.matches(wanted)", wanted):
            assert focused.evaluate(IS_SEEN), wanted
            return
    raise AssertionError(f"no Tab leads to {wanted} on {page.url}")


def entered(page: Page) -> None:
    """Press Enter and wait for the page it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_find_submit_pay_and_keep_the_receipt_by_keyboard_in_few_pages(demo: dict[str, Any], browser: Browser) -> None:
    page = browser.new_context(viewport={"width": 360, "height": 740}).new_page()
    loads: list[str] = []
    page.on("domcontentloaded", lambda loaded: loads.append(loaded.url))
    began = time.monotonic()
    page.goto(demo["base_url"])
    tab_to(page, "#q")
    page.keyboard.type("2.000815")  # as it stands on the poster; by words one more page finds it
    entered(page)
    tab_to(page, "a[href^='/nop-ho-so/'].button")
    entered(page)
    for field, value in (("name", "Nguyễn Thị Bình"), ("identity_number", "025190000123"), ("phone", "0912 345 678")):
        tab_to(page, f"#id_owner_{field}")
        page.keyboard.type(value)
    entered(page)
    tab_to(page, "#id_agency")
    page.keyboard.type("Phường Việt Trì")
    for field, value in (("pages", "3"), ("copies", "2")):
        tab_to(page, f"#id_{field}")
        page.keyboard.press("Control+A")
        page.keyboard.type(value)
    entered(page)
    tab_to(page, "main form:not([data-upload]) button.primary")
    entered(page)
    tab_to(page, "main button.primary.wide")
    entered(page)
    tab_to(page, "a.button.wide")
    entered(page)
    tab_to(page, "form[action$='/vnptpay/'] button")
    entered(page)
    tab_to(page, "button[value=pay]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-state=paid]", timeout=15_000)
    tab_to(page, "a[href^='/bien-lai/']")
    entered(page)
    took = time.monotonic() - began
    assert "10.000" in page.inner_text("main")
    assert 8 < len(loads) <= MOST_LOADS, loads  # the bank's page is one of them
    assert took <= LONGEST_SECONDS


def test_without_any_script_from_the_start_page_to_the_bank_and_back(demo: dict[str, Any], browser: Browser) -> None:
    page = browser.new_context(**PHONE, java_script_enabled=False).new_page()
    page.goto(demo["base_url"])
    page.fill("#q", "chung thuc ban sao")
    follow(page, "form.scan button")
    follow(page, "main a[href='/thu-tuc/2.000815/']")
    follow(page, "a.button:has-text('Nộp hồ sơ')")
    for field, value in (("name", "Nguyễn Thị Bình"), ("identity_number", "025190000123"), ("phone", "0912 345 678")):
        page.fill(f"#id_owner_{field}", value)
    follow(page, "main button.primary")
    page.select_option("#id_agency", label="Phường Việt Trì")
    page.fill("#id_pages", "3")
    page.fill("#id_copies", "2")
    follow(page, "main button.primary")
    page.select_option("#id_return_method", "post")
    follow(page, "main form:not([data-upload]) button.primary")
    assert page.input_value("#id_receiver_name") == "Nguyễn Thị Bình", "nobody types a name twice"
    page.fill("#id_street", "12 Hùng Vương")
    page.fill("#id_commune", "Phường Việt Trì")
    follow(page, "main button.primary")
    assert "Cước gửi kết quả qua bưu điện" in page.inner_text("main")
    follow(page, "main button.primary.wide")
    follow(page, "a.button.wide")
    follow(page, "button:has-text('VNPT-Pay')")
    page.click("button[value=pay]")
    for _ in range(30):
        if page.locator("[data-state=paid]").count():
            break
        page.wait_for_timeout(500)
        page.reload()
    follow(page, "a[href^='/bien-lai/'] >> nth=0")
    assert "đ" in page.inner_text(".amount")


@pytest.mark.parametrize("width", [360, 320])
def test_the_dossiers_way_and_the_address_step_fit_a_phone(demo: dict[str, Any], browser: Browser, width: int) -> None:
    page = browser.new_context(viewport={"width": width, "height": 740}).new_page()
    page.goto(f"{demo['base_url']}/thu-tuc/2.000815/")
    follow(page, "a.button:has-text('Nộp hồ sơ')")
    # The longest name that is taken, of a person and of an address.
    page.fill("#id_owner_name", "Nguyễnphúcviễnđôngtrườnggiang " * 4)
    page.fill("#id_owner_identity_number", "025190000123")
    page.fill("#id_owner_phone", "0912 345 678")
    follow(page, "main button.primary")
    page.select_option("#id_agency", label="Phường Việt Trì")
    follow(page, "main button.primary")
    page.select_option("#id_return_method", "post")
    follow(page, "main form:not([data-upload]) button.primary")
    page.evaluate("document.querySelector('main form').noValidate = true")
    follow(page, "main button.primary")
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    assert page.title().startswith("Lỗi: ")
    assert_good(page)
    page.fill("#id_street", "Sốnhàmườihaiđườnghùngvươngkéodài" * 6)
    page.fill("#id_commune", "Phường Việt Trì")
    follow(page, "main button.primary")
    assert_good(page)
    follow(page, "main button.primary.wide")
    assert page.locator("ol.timeline li").count() >= 1
    assert_good(page)
    follow(page, "a.button.wide")
    assert_good(page)


def test_the_last_key_typed_into_the_calculator_goes_along(demo: dict[str, Any], browser: Browser) -> None:
    page = browser.new_context(**PHONE).new_page()
    page.goto(f"{demo['base_url']}/thu-tuc/2.000815/")
    form = page.locator("form[data-calculator]:has([name=copies])").first
    begin = page.locator(f"[data-begin={form.get_attribute('data-calculator')}]")
    form.locator("[name=copies]").press_sequentially("7")  # beside the 1 that stands there
    typed = form.locator("[name=copies]").input_value()
    with page.expect_navigation():
        begin.click()
    assert f"copies={typed}" in page.url
    page.context.close()
