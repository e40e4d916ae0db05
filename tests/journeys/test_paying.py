"""Paying in real Chromium on a phone: the counter, the VietQR, the warning, the claim, several dossiers; no script."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import unquote

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from gateways.codecs import vietqr
from tests.support.journey_bills import bill
from tests.support.journeys import PHONE, assert_good, follow, passing_by, submit

from .stage import MARKS

pytestmark = MARKS


def read(page: Page) -> list[str]:
    """What a camera reads from the QR codes of the page as it is rendered."""
    shot = Image.open(io.BytesIO(page.screenshot(full_page=True)))
    return [barcode.text for barcode in zxingcpp.read_barcodes(shot)]


def test_the_counter_is_a_choice_with_a_code_for_the_officers_scanner(demo: dict[str, Any], browser: Browser) -> None:
    page = browser.new_context(**PHONE).new_page()
    page.goto(demo["base_url"] + bill(demo))
    follow(page, "a:has-text('tại quầy')")
    assert_good(page)
    assert read(page) == [page.inner_text("p.code")]
    assert "Thứ hai" in page.inner_text("main")


def test_a_vietqr_is_large_read_by_a_camera_and_copied_aloud(demo: dict[str, Any], browser: Browser) -> None:
    path = bill(demo)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(demo["base_url"] + path)
    follow(page, "button:has-text('bằng VietQR') >> nth=0")
    assert_good(page)
    box = page.locator("svg.qr").bounding_box()
    assert box is not None
    assert box["width"] >= 256
    (text,) = read(page)
    transfer = vietqr.parse(text)
    assert transfer.amount == 8000
    assert transfer.account == page.inner_text("dl.copied .code >> nth=0")
    page.click("button:has-text('Chép nội dung')")
    expect(page.locator("[role=status][data-copy-status]")).to_have_text("Đã chép nội dung")
    assert page.evaluate("navigator.clipboard.readText()") == transfer.purpose
    assert not page.locator("#apps").is_visible()
    with page.expect_download() as saved:
        page.click("text=Lưu ảnh mã QR")
    assert [barcode.text for barcode in zxingcpp.read_barcodes(Image.open(saved.value.path()))] == [text]
    phone = browser.new_context(**PHONE).new_page()
    phone.goto(f"{demo['base_url']}{path}ma-qr/")
    assert_good(phone)
    app = phone.locator("a[href^='https://dl.vietqr.io/pay?app=']").first
    phone.context.route("https://dl.vietqr.io/**", lambda route: route.abort())
    assert "Mã dùng được đến" in phone.inner_text("main")
    app.click()
    expect(phone.locator("[data-no-app]")).to_be_visible(timeout=5_000)


@pytest.mark.parametrize("with_script", [True, False])
def test_a_second_payment_is_warned_of_and_the_first_resumed_in_one_tap(
    demo: dict[str, Any], browser: Browser, with_script: bool
) -> None:
    page = browser.new_context(**PHONE, java_script_enabled=with_script).new_page()
    path = bill(demo)
    page.goto(demo["base_url"] + path)
    follow(page, "button:has-text('VNPT-Pay')")
    begun = page.url
    page.goto(demo["base_url"] + path)
    follow(page, "button:has-text('MoMo')")
    assert "Bạn đã bắt đầu thanh toán" in page.inner_text("main")
    if with_script:
        assert_good(page)
    follow(page, "button:has-text('Tiếp tục lần đó')")
    assert page.url == begun
    page.goto(f"{demo['base_url']}/tra-cuu/")
    follow(page, "button:has-text('Tiếp tục lần đó')")
    assert page.url == begun
    page.goto(demo["base_url"] + path)
    follow(page, "button:has-text('MoMo')")
    follow(page, "button.danger")
    assert "8.000" in page.inner_text("body")
    page.click("button[value=pay]")
    if with_script:
        page.wait_for_selector("[data-state=paid]", timeout=15_000)
        follow(page, "a[href^='/bien-lai/'] >> nth=0")
        assert "Thị" not in page.inner_text("main")
        assert_good(page)


def test_i_was_charged_opens_a_case_that_says_when_it_is_answered(demo: dict[str, Any], browser: Browser) -> None:
    page = browser.new_context(**PHONE).new_page()
    path = bill(demo)
    page.goto(demo["base_url"] + path)
    follow(page, "button:has-text('bằng VietQR') >> nth=0")
    page.goto(demo["base_url"] + path)
    follow(page, "a:has-text('Tôi đã bị trừ tiền')")
    assert_good(page)
    page.fill("#id_amount", "không biết")
    follow(page, "main button.primary")
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    assert_good(page)
    page.fill("#id_amount", "8.000")
    follow(page, "main button.primary")
    assert "Trả lời chậm nhất" in page.inner_text("#claims >> xpath=..")
    assert page.locator("a:has-text('Tôi đã bị trừ tiền')").count() == 0
    assert_good(page)


def test_a_clerk_pays_what_was_opened_one_after_the_other(demo: dict[str, Any], browser: Browser) -> None:
    page = browser.new_context(**PHONE).new_page()
    codes = [submit(page, demo["base_url"], passing_by) for _ in range(2)]
    page.goto(f"{demo['base_url']}/nop-nhieu-ho-so/")
    assert_good(page)
    assert "20.000" in page.inner_text(".amount")
    follow(page, "button:has-text('Chuyển khoản theo lô')")
    assert_good(page)
    assert page.locator("svg.qr").count() == 2
    page.goto(f"{demo['base_url']}/nop-nhieu-ho-so/")
    follow(page, "button:has-text('Nộp lần lượt 2 khoản')")
    assert codes[0] in page.inner_text("h1")
    follow(page, "button:has-text('Mở lại mã VietQR')")
    with page.context.expect_page() as opened:
        page.click("[data-bank-app]")
    opened.value.click("button[value=pay]")
    page.wait_for_selector("[data-state=paid]", timeout=15_000)
    follow(page, "a:has-text('Nộp tiếp (2/2)')")
    assert codes[1] in page.inner_text("h1")
    assert_good(page)


def test_a_paid_bill_is_passed_on_by_the_phones_own_means(demo: dict[str, Any], browser: Browser) -> None:
    context = browser.new_context(**PHONE)
    context.add_init_script("window.shared = []; navigator.share = async told => { window.shared.push(told); }")
    page = context.new_page()
    path = bill(demo)
    page.goto(demo["base_url"] + path)
    follow(page, "button:has-text('VNPT-Pay')")
    page.click("button[value=pay]")
    page.wait_for_selector("[data-state=paid]", timeout=15_000)
    page.click("button:has-text('Gửi cho người thân')")
    (shared,) = page.evaluate("window.shared")
    assert shared["url"].endswith(path)
    assert "Hồ sơ LOOK-" in shared["text"] and "8.000" in shared["text"]
    sms = unquote(str(page.get_attribute("a[href^='sms:']", "href")))
    assert sms.endswith(path) and "8.000" in sms
