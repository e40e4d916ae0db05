"""Guides, counters and their posters, whose QR codes are read by a real decoder."""

from __future__ import annotations

import pypdfium2
import pytest
import segno
import zxingcpp
from django.conf import settings
from django.test import Client

from agencies.models import Agency, AgencySuccession, Level
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


@pytest.mark.django_db
def test_a_counter_says_where_it_is_and_how_to_get_there() -> None:
    agency = factories.agency("Phường Việt Trì")
    page = Client().get(f"/huong-dan/quay/{agency.pk}/").content.decode()
    assert "google.com/maps/search/?api=1&amp;query=Ph%C6%B0%E1%BB%9Dng%20Vi%E1%BB%87t%20Tr%C3%AC" in page, (
        "by its name"
    )
    Agency.objects.filter(pk=agency.pk).update(address="Trụ sở UBND phường Việt Trì & bến xe")
    owed = factories.bill(agency=agency)
    for path in (f"/huong-dan/quay/{agency.pk}/", f"/nop-tai-quay/{owed.token}/"):
        page = Client().get(path).content.decode()
        assert "Trụ sở UBND phường Việt Trì &amp; bến xe" in page
        link = page[page.index("google.com/maps") :].partition(">")[0]
        assert "query=Tr%E1%BB%A5%20s%E1%BB%9F" in link and "%26" in link
        assert "noreferrer" in link, "the address of a bill is nobody's there"


@pytest.mark.django_db
def test_counters_are_found_by_their_former_names_and_districts() -> None:
    offering = factories.case().procedure
    here, there, centre = factories.agency("Phường Âu Cơ"), factories.agency("Xã Mường Thàng"), factories.agency("Sở")
    Agency.objects.filter(pk=centre.pk).update(level=Level.DEPARTMENT)
    offering.agencies.add(here, there, centre)
    district = factories.agency("Thị xã Phú Thọ", level=Level.DISTRICT)
    before = factories.agency("Phường Thanh Vinh", parent=district)
    AgencySuccession.objects.create(predecessor=before, successor=here, effective_date="2025-07-01")
    page = Client().get("/huong-dan/quay/").content.decode()
    groups = ["Cơ quan cấp tỉnh", "Thị xã Phú Thọ", "Các xã, phường khác"]
    places = [page.index(name) for name in (groups[0], ">Sở<", groups[1], here.name, groups[2], there.name)]
    assert places == sorted(places)
    found = Client().get("/huong-dan/quay/?q=thanh+vinh").content.decode()
    assert here.name in found and there.name not in found and "<details" not in found.partition("<main")[2]
