"""Limits: counted before what they limit, all together, until their time is over."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from core import rate_limits
from core.http import came_from
from core.models import RateLimitCount
from core.rate_limits import Limit
from tests.support.concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)
THREE = Limit("trying", 3, timedelta(hours=1))
FOUR_ALL = Limit("trying by all", 4, timedelta(hours=1))


@pytest.fixture
def address() -> Iterator[None]:
    token = came_from.set("203.0.113.77")
    yield
    came_from.reset(token)


def test_of_twenty_at_once_three_are_let_through() -> None:
    assert sum(at_once(20, lambda _: THREE.spend("An"))) == 3
    assert THREE.spend("Binh"), "everybody has their own"
    assert not RateLimitCount.objects.filter(key__contains="An").exists()


def test_without_one_statement_more_slip_through() -> None:
    """The control: who reads first and writes then lets them pass side by side."""

    def read_and_write(_: int) -> bool:
        before = RateLimitCount.objects.filter(key="x").values_list("amount", flat=True).first() or 0
        gate.wait()
        RateLimitCount.objects.update_or_create(key="x", defaults={"amount": before + 1, "until": timezone.now()})
        return before < 3

    gate = threading.Barrier(6)
    assert sum(outcome is True for outcome in at_once(6, read_and_write)) > 3


def test_what_was_right_is_given_back_and_time_forgives() -> None:
    for _ in range(9):
        assert THREE.spend("An")
        THREE.give_back("An")
    assert [THREE.spend("An") for _ in range(4)] == [True, True, True, False]
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        assert THREE.spend("An")
    with time_machine.travel(timezone.now() + timedelta(hours=3), tick=False):
        assert rate_limits.forget_old() == 1


def test_one_address_does_not_use_up_what_all_share(address: None) -> None:
    for _ in range(9):
        rate_limits.spend((THREE, rate_limits.here()), (FOUR_ALL, rate_limits.EVERYBODY))
    assert rate_limits.spend((THREE, "another"), (FOUR_ALL, rate_limits.EVERYBODY))


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"), ("", "")],
    ids=["4", "6", "a socket"],
)
def test_neighbours_are_counted_together(address: str, network: str) -> None:
    token = came_from.set(address)
    try:
        assert rate_limits.network() == network
    finally:
        came_from.reset(token)
