"""The same seed tells the same: two tellings of the same people on the same day agree in every value."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from devtools.province import load, scene
from devtools.province.aside import samples
from devtools.province.stories import teller
from devtools.province.world import World
from devtools.province.writer.pages import Pages
from devtools.province.writer.press import Press
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


def test_what_is_written_is_forgotten(province: load.Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    """The collector is off while a year is loaded: rows that hang together in circles would stay for good."""
    now = timezone.localtime()
    world = World(province.scene, load.empty_pages(), now.date(), now, "!", samples.lay_down(), ["Phường Việt Trì"])
    gc.collect()
    monkeypatch.setattr(Press, "print", lambda *_: None)
    with collector_off():
        earlier = _rows_alive()
        for number in range(1, 61):
            teller.tell(world, load._rng(f"{number}"), now - timedelta(days=300, minutes=number), "online", number)
        assert _rows_alive() > earlier + 1000
        world.pages.turn(datetime.max.replace(tzinfo=UTC))
        world.banks.clear()  # until the next morning's file
        kept = len(world._series) + len(world._shifts)
        assert _rows_alive() <= earlier + kept + 10


def _rows_alive() -> int:
    return sum(issubclass(type(thing), Row) for thing in gc.get_objects())  # a dead proxy would answer isinstance


@contextmanager
def collector_off() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
