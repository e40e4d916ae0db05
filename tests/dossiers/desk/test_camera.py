"""The camera reads what the scanner would, in a browser that cannot by itself; where there is no script, a photo."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import segno
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageFilter
from playwright.sync_api import Playwright

from dossiers.desk.scanner.photo_views import code_in
from dossiers.models import Dossier
from tests.support import factories
from tests.support.browser import CHROMIUM, NEEDS_WHOLE_CHROMIUM, launch
from tests.support.screens import desk_of, officer_of
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db(transaction=True)
SIZE = (640, 480)


def slip_before_a_camera(dossier: Dossier) -> Image.Image:
    """What a camera sees of a slip held before it: small, askew, not quite sharp, on a dark table."""
    drawn = io.BytesIO()
    segno.make(f"https://thanhtoan.example/giay-hen/{dossier.slip_token}/").save(drawn, kind="png", scale=6)
    paper = (
        Image.open(drawn).convert("RGBA").resize((260, 260)).rotate(17, expand=True, resample=Image.Resampling.BICUBIC)
    )
    seen = Image.new("RGB", SIZE, (70, 60, 50))
    seen.paste(paper, (150, 60), paper)
    return seen.filter(ImageFilter.GaussianBlur(0.8))


def as_film(picture: Image.Image, path: Path) -> Path:
    """Write a film of one picture as Chromium's false camera plays it (YUV4MPEG2, 4:2:0)."""
    y, u, v = picture.convert("YCbCr").split()
    half = (SIZE[0] // 2, SIZE[1] // 2)
    frame = b"FRAME\n" + y.tobytes() + u.resize(half).tobytes() + v.resize(half).tobytes()
    path.write_bytes(b"YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n" % SIZE + frame * 3)
    return path


@NEEDS_WHOLE_CHROMIUM[0]
@NEEDS_WHOLE_CHROMIUM[1]
def test_a_slip_held_before_the_camera_opens_its_dossier(
    live_server: Any, playwright: Playwright, tmp_path: Path
) -> None:
    dossier = factories.dossier()
    film = as_film(slip_before_a_camera(dossier), tmp_path / "slip.y4m")
    camera = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    chromium = launch(playwright, *camera, program=CHROMIUM)
    desk = desk_of(officer_of(dossier.agency), chromium, live_server.url, permissions=["camera"])
    urls: list[str] = []
    desk.on("request", lambda request: urls.append(request.url))
    desk.goto("/quay/")
    knows = "'BarcodeDetector' in window && BarcodeDetector.getSupportedFormats().then(all => all.includes('qr_code'))"
    assert not desk.evaluate(knows), "this Chromium reads QR by itself: ours is not tested"
    assert not [url for url in urls if "vendor" in url], "nobody has opened the camera"
    desk.keyboard.press("Shift+F2")
    desk.wait_for_url(f"**/quay/{dossier.code}/")
    desk.goto("/quay/")
    desk.context.clear_permissions()
    desk.keyboard.press("Shift+F2")
    desk.wait_for_selector("#camera [role=status]:not(:empty)")
    desk.click("#camera a")
    desk.wait_for_url("**/quay/anh/")
    chromium.close()


def photo(picture: Image.Image) -> SimpleUploadedFile:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=60)
    return SimpleUploadedFile("anh.jpg", file.getvalue(), "image/jpeg")


def test_a_photo_of_a_slip_opens_its_dossier_without_script() -> None:
    dossier = factories.dossier()
    client = browser_of(factories.officer(dossier.agency))
    answer = client.post("/quay/anh/", {"photo": photo(slip_before_a_camera(dossier))}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/quay/{dossier.code}/"
    answer = client.post("/quay/anh/", {"photo": photo(Image.new("RGB", SIZE, "white"))})
    assert (answer.status_code, "Không thấy mã QR" in answer.content.decode()) == (422, True)
    for file in (SimpleUploadedFile("anh.jpg", b"no picture"), SimpleUploadedFile("a.svg", b"<svg/>"), ""):
        assert client.post("/quay/anh/", {"photo": file}).status_code == 422
    assert code_in(b"\xff\xd8\xff\xe0broken") == ""
