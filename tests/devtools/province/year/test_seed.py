"""The same seed tells the same: two tellings of the same people on the same day agree in every value."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from devtools.province import load, scene
from devtools.province.aside import samples
from devtools.province.stories import teller
from devtools.province.world import World
from devtools.province.writer.pages import Pages
from devtools.province.writer.row import Row
from devtools.province.writer.tables import tables

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("province")]


def _plain(value: Any) -> str:
    return "row" if isinstance(value, Row) else "later" if callable(value) else repr(value)


def _told(stage: scene.Scene, seed: str, now: datetime) -> list[tuple[str, list[tuple[str, str]]]]:
    world = World(
        stage, Pages(tables()), now.date() - timedelta(days=60), now, "!", samples.lay_down(), ["Phường Việt Trì"]
    )
    for number in range(1, 25):
        at = now - timedelta(days=50, minutes=number)
        teller.tell(world, load._rng(f"{seed}{number}"), at, "online" if number % 3 else "counter", number)
    rows = [(name, row) for name, waiting in world.pages._waiting.items() for row in waiting]
    return [(name, sorted((key, _plain(row[key])) for key in row if key[0] != "_")) for name, row in rows]


def test_the_same_seed_tells_the_same_year(province: load.Loaded) -> None:
    now = timezone.localtime()
    first = _told(province.scene, "a", now)
    assert len(first) > 24 * 20
    assert _told(province.scene, "a", now) == first
    assert _told(province.scene, "b", now) != first
