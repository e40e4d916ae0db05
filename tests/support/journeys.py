"""Steps of journeys in a browser."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from tests.looks.looking import faults_at


def one_time_code(secret: str) -> str:
    """RFC 6238 with SHA-1, 30 s, 6 digits."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


def assert_good(page: Page) -> None:
    """Nothing is wrong with what is on the screen, at its own width: `tests/looks` looks at the others."""
    own = page.viewport_size
    assert own
    assert faults_at(page, [own["width"]]) == []
    page.set_viewport_size(own)


def follow(page: Page, click: str) -> None:
    """Click and wait for the page it leads to; "Enter" presses the key."""
    with page.expect_navigation():
        page.keyboard.press("Enter") if click == "Enter" else page.click(click)


def passing_by(page: Page) -> None:
    """Another journey looks at this page."""


def submit(page: Page, base: str, look: Callable[[Page], None] = assert_good) -> str:
    """Find the procedure without accents, submit, and return the dossier's code; `look` at each page on the way."""
    page.goto(base)
    look(page)
    page.fill("#q", "chung thuc ban sao")
    follow(page, "Enter")
    look(page)
    page.goto(f"{base}/thu-tuc/2.000815/")
    look(page)
    follow(page, "a.button:has-text('Nộp hồ sơ')")
    look(page)
    page.fill("#id_owner_name", "Nguyễn Thị Bình")
    page.fill("#id_owner_identity_number", "12")
    page.fill("#id_owner_phone", "0912 345 678")
    follow(page, "main button.primary")
    look(page)
    page.fill("#id_owner_identity_number", "025190000123")
    follow(page, "main button.primary")
    look(page)
    page.select_option("#id_agency", label="Phường Việt Trì")
    page.fill("#id_pages", "3")
    page.fill("#id_copies", "2")
    follow(page, "main button.primary")
    look(page)
    follow(page, "main button.primary")
    look(page)
    assert "10.000" in page.inner_text("main"), "the fee is explained before it is owed"
    follow(page, "main button.primary")
    look(page)
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def sign_in(page: Page, demo: dict[str, Any], who: str = "reception_officer") -> None:
    """A member of staff, with the second factor."""
    account = demo["accounts"][who]
    page.goto(f"{demo['base_url']}/quay/")
    assert_good(page)
    page.fill("[name=login]", account["username"])
    page.fill("[name=password]", account["password"])
    follow(page, "main button.primary")
    assert_good(page)
    page.fill("[name=code]", one_time_code(account["otp_secret"]))
    follow(page, "main button.primary")
    page.wait_for_url("**/quay/")


PHONE: Any = {"viewport": {"width": 360, "height": 800}, "has_touch": True, "is_mobile": True}


#: The focused element is seen: an outline of at least two pixels.
IS_SEEN = """element => {
  const style = getComputedStyle(element);
  return parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== 'none';
}"""
