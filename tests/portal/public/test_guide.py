"""Guides, counters and their posters, whose QR codes are read by a real decoder."""

from __future__ import annotations

import pypdfium2
import pytest
import segno
import zxingcpp
from django.conf import settings
from django.test import Client

from tests.support import factories


def test_every_picture_of_the_guides_exists() -> None:
    page = Client().get("/huong-dan/").content.decode()
    pictures = [part.split('"')[0] for part in page.split('src="/static/pictures/')[1:]]
    assert len(pictures) == 16
    for picture in pictures:
        assert (settings.BASE_DIR / "static" / "pictures" / picture).exists(), picture


@pytest.mark.django_db
def test_a_poster_is_one_page_whose_qr_opens_the_counter() -> None:
    agency = factories.agency("Phường Việt Trì")
    address = f"/huong-dan/quay/{agency.pk}/"
    page = pypdfium2.PdfDocument(Client().get(f"{address}ap-phich.pdf").content)
    assert len(page) == 1
    codes = zxingcpp.read_barcodes(page[0].render(scale=150 / 72).to_pil())
    assert settings.BASE_URL + address in [code.text for code in codes]
    words = page[0].get_textpage().get_text_bounded()
    assert "Phường Việt Trì" in words
    assert "tài khoản cá nhân" in words
    assert "Phường Việt Trì" in Client().get(address).content.decode()
    printed = Client().get(f"{address}ap-phich/").content.decode()
    # The same modules as the QR of this very address: what the page calls its address may not be shadowed.
    path = segno.make(settings.BASE_URL + address, error="m", micro=False).svg_inline(scale=8, border=4)
    assert path.split(' d="')[1].split('"')[0] in printed
    assert Client().get(f"/huong-dan/quay/{agency.pk + 1}/ap-phich.pdf").status_code == 404
