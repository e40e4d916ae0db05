"""Papers in real Chromium on a phone: sent one by one, each told of by itself, checked by the demo's own workers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser

from tests.support.journeys import PHONE, assert_good, follow
from tests.support.uploads import half_a_picture, picture

from .stage import MARKS

pytestmark = MARKS


def test_of_three_files_each_is_told_what_became_of_it(demo: dict[str, Any], browser: Browser, tmp_path: Path) -> None:
    contents = {"tot.jpg": picture(), "chuong-trinh.jpg": b"MZ\x90\x00 no picture", "hong.jpg": half_a_picture()}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    page = browser.new_context(**PHONE).new_page()
    page.goto(f"{demo['base_url']}/nop-ho-so/1-001193-dang-ky-khai-sinh-dung-han/")
    for name, value in {"name": "Nguyễn Thị Bình", "identity_number": "025190000123", "phone": "0912345678"}.items():
        page.fill(f"[name=owner_{name}]", value)
    follow(page, "main form button.primary")
    page.goto(page.url.replace("noi-dung", "giay-to"))
    urls = []
    page.on("request", lambda request: urls.append(request.url) if request.method == "POST" else None)
    page.select_option("#id_return_method", "post")
    page.evaluate("window.isTheSamePage = true")
    page.set_input_files("input[type=file] >> nth=0", [tmp_path / name for name in contents])
    page.wait_for_selector("text=✓ hong.jpg", timeout=15_000)
    assert page.evaluate("window.isTheSamePage") and page.input_value("#id_return_method") == "post", "nothing is lost"
    assert len(urls) == len(contents), "one request each: a line that breaks loses one file"
    shown = page.inner_text("main")
    assert "chuong-trinh.jpg: Chỉ nhận ảnh" in page.inner_text("body")
    assert "✓ tot.jpg" in shown
    assert "✓ hong.jpg" in shown
    assert_good(page)
    for _ in range(30):
        if "đang kiểm tra" not in page.inner_text("main"):
            break
        page.wait_for_timeout(500)
        page.reload()
    shown = page.inner_text("main")
    assert "✓ tot.jpg" in shown
    assert "hong.jpg: Ảnh bị hỏng" in shown
    assert_good(page)


def test_a_large_photo_is_made_smaller_before_it_is_sent(
    demo: dict[str, Any], browser: Browser, tmp_path: Path
) -> None:
    photo = tmp_path / "may-anh.png"
    Image.effect_noise((3000, 2000), 80).convert("RGB").save(photo)
    assert photo.stat().st_size > 10 * 1024 * 1024, "more than the server takes"
    page = browser.new_context(**PHONE).new_page()
    page.goto(f"{demo['base_url']}/nop-ho-so/1-001193-dang-ky-khai-sinh-dung-han/")
    for name, value in {"name": "Nguyễn Thị Bình", "identity_number": "025190000123", "phone": "0912345678"}.items():
        page.fill(f"[name=owner_{name}]", value)
    follow(page, "main form button.primary")
    page.goto(page.url.replace("noi-dung", "giay-to"))
    page.set_input_files("input[type=file] >> nth=0", photo)
    page.wait_for_selector("text=✓ may-anh.jpg", timeout=15_000)
    size = page.evaluate(
        """async () => {
          const script = document.querySelector('script[src*="js/uploads"]').src;
          const { prepared } = await import(script.replace("uploads", "photos"));
          const canvas = Object.assign(document.createElement("canvas"), { width: 4000, height: 1000 });
          const blob = await new Promise((resolve) => canvas.toBlob(resolve));
          const picture = await createImageBitmap(await prepared(new File([blob], "a.png", { type: "image/png" })));
          return [picture.width, picture.height];
        }"""
    )
    assert size == [1600, 400]
    page.click("text=Bỏ tệp")
    page.wait_for_selector("text=✓ may-anh.jpg", state="detached")
