"""A draft in real Chromium: files sent as soon as they are chosen, gone on with on another phone, by keyboard."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.support.journeys import assert_good, follow

from .stage import MARKS

pytestmark = MARKS
PHONE: ViewportSize = {"width": 360, "height": 740}


def one_time_code(demo: dict[str, Any]) -> str:
    """Wait for the newest one-time code among what the demo's phones received."""
    path = Path(demo["messages"])
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        codes = re.findall(r"xac nhan cua ban la (\d{6})", path.read_text() if path.exists() else "")
        if codes:
            return str(codes[-1])
        time.sleep(0.2)
    raise AssertionError("no code came")


def first_step(page: Page, base: str) -> str:
    page.goto(f"{base}/thu-tuc/1.001193/")
    follow(page, "a.button:has-text('Nộp hồ sơ')")
    page.fill("#id_owner_name", "Nguyễn Thị Bình")
    page.fill("#id_owner_identity_number", "025190000123")
    page.fill("#id_owner_phone", "0912 345 678")
    page.focus("#id_owner_phone")
    follow(page, "Enter")
    return page.inner_text("main .notice .code")


def test_begun_on_one_phone_and_handed_in_on_another(browser: Browser, demo: dict[str, Any], tmp_path: Path) -> None:
    errors: list[str] = []
    home = browser.new_context(viewport=PHONE).new_page()
    code = first_step(home, demo["base_url"])
    assert_good(home)
    other = browser.new_context(viewport=PHONE).new_page()
    other.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    other.goto(f"{demo['base_url']}/nop-ho-so/dien-tiep/")
    assert_good(other)
    other.fill("#id_draft", code.lower())
    follow(other, "main button.primary")
    assert_good(other)
    other.fill("#id_one_time_code", one_time_code(demo))
    follow(other, "main button.primary")
    other.select_option("#id_agency", label="Phường Việt Trì")
    for name, value in (
        ("child_name", "Nguyễn An"),
        ("born_on", f"{timezone.localdate():%-d.%-m.%Y}"),
        ("born_at", "Phú Thọ"),
    ):
        other.fill(f"#id_q_{name}", value)
    other.fill("#id_q_mother_name", "Nguyễn Thị Bình")
    other.select_option("#id_q_sex", "Nữ")
    follow(other, "main button.primary")
    assert_good(other)
    paper = tmp_path / "giay-chung-sinh.png"
    Image.new("RGB", (300, 400), "white").save(paper)
    other.set_input_files("form:has(input[value='Giấy chứng sinh']) input[type=file]", paper)  # chosen is sent
    expect(other.locator(".papers")).to_contain_text("giay-chung-sinh.png")
    assert_good(other)
    follow(other, "main form:not([data-upload]) button.primary")
    assert_good(other)
    follow(other, "main button.primary.wide")
    assert_good(other)
    assert "/ho-so/" in other.url and "Mã PIN" in other.inner_text("main")
    assert errors == []


def test_without_script_the_button_sends_the_file(browser: Browser, demo: dict[str, Any], tmp_path: Path) -> None:
    page = browser.new_context(viewport=PHONE, java_script_enabled=False).new_page()
    first_step(page, demo["base_url"])
    page.goto(page.url.replace("noi-dung", "giay-to"))
    paper = tmp_path / "giay.txt"
    paper.write_text("no picture")
    form = "form:has(input[value='Giấy chứng sinh'])"
    page.set_input_files(f"{form} input[type=file]", paper)
    follow(page, f"{form} button")
    assert "giay.txt: Chỉ nhận ảnh JPG, PNG, HEIC hoặc tệp PDF." in page.inner_text("main")
