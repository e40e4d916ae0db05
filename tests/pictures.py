"""The pictures of the documentation: `make pictures` plays a demo and photographs its ten main screens.

Written to docs/pictures/, each at most 120 kB.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize

from devtools.stack import ROOT
from tests.journeys.stage import running_demo
from tests.support.browser import chromium
from tests.support.journeys import follow, one_time_code, sign_in, submit

PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 120_000
DESK: ViewportSize = {"width": 1100, "height": 760}
PHONE: ViewportSize = {"width": 390, "height": 780}


def save(page: Page, name: str) -> None:
    """Photograph what is on the screen, in few colours. Raises AssertionError when it is too heavy."""
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as shot:
        shot.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)
    assert path.stat().st_size <= MOST_BYTES, f"{name}: {path.stat().st_size} bytes"


def main() -> None:
    """Play and photograph."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, running_demo(Path(folder)) as demo, chromium() as browser:
        base = demo["base_url"]
        citizen = browser.new_context(viewport=PHONE).new_page()
        wide = browser.new_context(viewport=DESK).new_page()
        for name, path in (
            ("home", "/"),
            ("catalogue", "/thu-tuc/?q=so+do"),
            ("procedure", "/thu-tuc/2.000635/"),
            ("guide", "/huong-dan/"),
            ("design", "/thiet-ke/#states"),
        ):
            wide.goto(base + path)
            save(wide, name)
        code = submit(citizen, base)
        save(citizen, "dossier")
        follow(citizen, "a.button.wide")
        follow(citizen, "button:has-text('qua VietinBank') >> nth=0")
        citizen.locator("svg.qr").scroll_into_view_if_needed()
        save(citizen, "pay")
        citizen.evaluate("scrollTo(0, 0)")
        follow(citizen, "text=Chọn cách nộp khác")
        follow(citizen, "button:has-text('VNPT-Pay')")
        follow(citizen, "button.danger")  # the warning: a VietQR is open
        citizen.click("button[value=pay]")
        citizen.wait_for_selector("[data-state=paid]", timeout=20_000)
        save(citizen, "paid")
        officer = browser.new_context(viewport=DESK).new_page()
        sign_in(officer, demo)
        officer.goto(f"{base}/quay/{code}/")
        officer.wait_for_selector("[data-state=paid]")
        save(officer, "desk")
        accountant = browser.new_context(viewport=DESK).new_page()
        account = demo["accounts"]["accountant"]
        accountant.goto(f"{base}/doi-soat/")
        accountant.fill("[name=login]", account["username"])
        accountant.fill("[name=password]", account["password"])
        follow(accountant, "main button.primary")
        accountant.fill("[name=code]", one_time_code(account["otp_secret"]))
        follow(accountant, "main button.primary")
        accountant.goto(f"{base}/doi-soat/")
        save(accountant, "accounting")


if __name__ == "__main__":
    main()
