"""Networks that hundreds share on purpose: wider limits of an address and its network, and of nothing else."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.core.exceptions import ValidationError

from core import office_networks, rate_limits
from core.http import came_from
from core.rate_limits import EVERYBODY, OFFICE_FACTOR, Limit
from core.values import networks

pytestmark = pytest.mark.django_db
THREE = Limit("trying", 3, timedelta(hours=1))
OFFICE, WIDE = ip_network("203.0.113.64/26"), ip_network("198.51.0.0/16")


@pytest.fixture(autouse=True)
def _listed() -> Iterator[None]:
    office_networks.listed.put((OFFICE, WIDE), seconds=600)
    yield
    office_networks.listed.forget()


@pytest.fixture
def at(request: pytest.FixtureRequest) -> Iterator[None]:
    token = came_from.set(request.param)
    yield
    came_from.reset(token)


def _times(who: str) -> int:
    return sum(THREE.spend(who) for _ in range(3 * OFFICE_FACTOR + 5))


@pytest.mark.parametrize("at", ["203.0.113.70", "::ffff:203.0.113.70"], indirect=True)
def test_in_an_office_an_address_and_its_network_have_room_for_many(at: None) -> None:
    assert _times(rate_limits.here()) == 3 * OFFICE_FACTOR
    assert _times(rate_limits.network()) == 3 * OFFICE_FACTOR


@pytest.mark.parametrize("at", ["203.0.113.70"], indirect=True)
def test_in_an_office_nothing_else_is_wider(at: None) -> None:
    assert _times("H44.21-261130-0001") == 3
    assert _times(EVERYBODY) == 3
    assert _times(f"lan\0{rate_limits.here()}") == 3, "a name from here is a name"
    assert _times("203.0.113.71") == 3, "an address that nobody comes from now"


@pytest.mark.parametrize("at", ["203.0.113.7", "", "a socket"], indirect=True)
def test_elsewhere_nothing_is_wider(at: None) -> None:
    assert _times(rate_limits.here()) == 3


@pytest.mark.parametrize(
    ("at", "counted"),
    [
        ("203.0.113.70", "203.0.113.64/26"),  # neighbours of the office have a count of their own
        ("203.0.113.7", "203.0.113.0/24"),
        ("198.51.100.7", "198.51.100.0/24"),  # a wide network is no one count
        ("::ffff:192.0.2.1", "192.0.2.0/24"),
    ],
    indirect=["at"],
)
def test_an_office_is_counted_apart_from_its_neighbours(at: None, counted: str) -> None:
    assert rate_limits.network() == counted


def test_an_office_never_uses_up_what_everybody_shares() -> None:
    """The factor fits every limit there is: a new one for which it does not is found here."""
    places = {
        "dossiers.one_time_codes.forms": "ASKED",
        "dossiers.tracking.pins": "WRONG",
        "payments.api.authentication": "WRONG_KEYS",
        "payments.receipts.views": "ASKED",
        "portal.public.csp_report_views": "TOLD",
    }
    for module, name in places.items():
        address, network, everybody = getattr(importlib.import_module(module), name)
        assert address.most <= network.most, module
        assert network.most * OFFICE_FACTOR < everybody.most, module


@pytest.mark.parametrize(
    ("typed", "network"),
    [
        (" 203.0.113.0/24 ", "203.0.113.0/24"),
        ("203.0.113.7", "203.0.113.7/32"),
        ("203.0.113.0/255.255.255.0", "203.0.113.0/24"),
        ("10.20.0.0/16", "10.20.0.0/16"),
        ("2001:DB8:0:0::/48", "2001:db8::/48"),
        ("2001:db8::1", "2001:db8::1/128"),
    ],
)
def test_a_network_is_read_as_people_write_it(typed: str, network: str) -> None:
    assert str(networks.read(typed)) == network


def test_what_is_no_network_of_people_is_refused_with_what_to_do() -> None:
    wrong = {
        "ví dụ 203.0.113.0/24": ["", "Wi-Fi", "203.0.113.0/33", "203.0.113", "203.0.113.0/", "٢٠٣.0.113.0", "1" * 5000],
        "Có phải 203.0.113.0/24": ["203.0.113.7/24"],
        "rộng quá": ["0.0.0.0/0", "10.0.0.0/8", "203.0.0.0/15", "::/0", "2001::/16", "2001:db8::/31"],
        "của chính máy chủ": ["127.0.0.1", "127.0.0.0/16", "::1", "::ffff:0:0/96", "::/32", "0.0.0.1", "224.0.0.0/16"],
    }
    for words, typed in wrong.items():
        for text in typed:
            with pytest.raises(ValidationError) as refused:
                networks.read(text)
            assert words in "".join(refused.value.messages), text
