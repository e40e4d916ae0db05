"""What an office lists of its networks widens the limits there, while the office exists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DataError, IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from psycopg2.extras import DateRange

from agencies.models import Agency, AuditEntry, OfficeNetwork, Role
from core import office_networks
from core.rate_limits import OFFICE_FACTOR
from dossiers.tracking import pins
from tests.support import factories
from tests.support.signing_in import browser_of

pytestmark = pytest.mark.django_db
ADD = "/admin/agencies/officenetwork/add/"


@pytest.fixture(autouse=True)
def _read_anew() -> Iterator[None]:
    office_networks.listed.forget()
    yield
    office_networks.listed.forget()


@pytest.fixture
def province() -> Client:
    return browser_of(factories.officer(factories.agency("Tỉnh"), Role.PROVINCE_ADMIN))


def add(browser: Client, agency: Agency, network: str) -> str:
    return browser.post(ADD, {"agency": agency.pk, "network": network, "note": "Wi-Fi"}).content.decode()


def _guess(settings: Any, address: str, codes: list[str]) -> list[bool]:
    """Return for each code whether a wrong PIN was just wrong, and not one too many."""
    settings.TRUSTED_PROXY_COUNT = 1
    browser = Client(headers={"X-Forwarded-For": address})
    answers = [browser.post("/tra-cuu/", {"code": code, "pin": "0000"}).content.decode() for code in codes]
    return ["nhiều lần nhập sai" not in answer for answer in answers]


def test_from_an_office_many_mistype_and_one_dossier_is_guarded_as_ever(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "check_password", lambda pin, encoded: False)  # 100 hashes take a minute
    OfficeNetwork.objects.create(agency=factories.agency(), network="203.0.113.64/26")
    strangers = [f"H44.40-261123-{number:04d}" for number in range(pins.WRONG[0].most * OFFICE_FACTOR + 1)]
    assert _guess(settings, "203.0.113.70", strangers) == [True] * (len(strangers) - 1) + [False]
    one = ["H44.40-261124-0001"] * (pins.WRONG_OF_CODE.most + 1)
    assert _guess(settings, "203.0.113.71", one) == [True] * pins.WRONG_OF_CODE.most + [False]
    assert _guess(settings, "203.0.113.7", strangers[-21:]) == [True] * pins.WRONG[0].most + [False]


def test_an_office_that_is_no_more_has_no_network() -> None:
    ended = factories.agency()
    OfficeNetwork.objects.create(agency=ended, network="203.0.113.0/24")
    assert office_networks.around("203.0.113.1")
    Agency.objects.filter(pk=ended.pk).update(valid_during=DateRange(None, timezone.localdate()))
    office_networks.listed.forget()
    assert not office_networks.around("203.0.113.1")


def test_the_administration_lists_a_network_and_writes_it_down(province: Client) -> None:
    agency = factories.agency("Xã Hy Cương")
    add(province, agency, " 203.0.113.0/255.255.255.0")
    assert OfficeNetwork.objects.get().network == "203.0.113.0/24"
    entry = AuditEntry.objects.get(action="row_added")
    assert (entry.subject.partition(":")[0], entry.agency) == ("officenetwork", agency)
    page = province.get("/admin/agencies/officenetwork/?q=hy+cuong").content.decode()
    assert "203.0.113.0/24" in page


def test_its_form_says_what_is_wrong_and_what_to_write(province: Client) -> None:
    agency, other = factories.agency(), factories.agency()
    OfficeNetwork.objects.create(agency=agency, network="203.0.113.0/24")
    assert "ví dụ 203.0.113.0/24" in add(province, agency, "Wi-Fi của xã")
    assert "Có phải 203.0.113.0/24" in add(province, agency, "203.0.113.9/24")
    assert "rộng quá" in add(province, agency, "10.0.0.0/8")
    assert "của chính máy chủ" in add(province, agency, "127.0.0.1")
    assert "đã ghi mạng này" in add(province, agency, "203.0.113.0/24")
    assert OfficeNetwork.objects.count() == 1
    add(province, other, "203.0.113.0/24")  # two offices in one building
    assert OfficeNetwork.objects.count() == 2


@pytest.mark.parametrize("network", ["Wi-Fi", "203.0.113.7/24", "10.0.0.0/8", "2001::/16"])
def test_the_database_refuses_it_too(network: str) -> None:
    with pytest.raises((DataError, IntegrityError)), transaction.atomic():
        OfficeNetwork.objects.create(agency=factories.agency(), network=network)
