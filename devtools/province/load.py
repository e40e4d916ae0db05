"""Loads a year of the province's life into an empty database: one transaction, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from agencies.models import AuditEntry
from dossiers.models import Dossier, DossierCounter
from payments.models import Bill

from . import rhythm, statements
from .aside import (
    contract_changes,
    desks,
    durations,
    errands,
    forgeries,
    networks,
    outages,
    returns,
    samples,
    sandbox_books,
    systems,
)
from .linking import Linker
from .scene import Scene, build, communes
from .stories import opening, teller, waiting
from .world import PIN, World, count_drawers
from .writer.pages import Pages
from .writer.row import Row, forget
from .writer.tables import tables

SEED = "Phú Thọ"
#: Nothing is told of the last minutes: what follows a step by seconds shall not lie ahead of us.
_MARGIN = timedelta(minutes=3)
#: Rows are written when so many dossiers were told, at the end of a day.
_CHUNK = 1500
Progress = Callable[[int, int, str], None]


class NotEmpty(Exception):
    """There are dossiers already: a year of life is loaded into an empty database only."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was written: rows by table, and where it happened."""

    rows: Mapping[str, int]
    scene: Scene


def is_empty() -> bool:
    """Tell whether nothing has happened here yet."""
    return not (Dossier.objects.exists() or Bill.objects.exists() or AuditEntry.objects.exists())


def load(
    count: int,
    banks: Mapping[str, Mapping[str, Any]],
    *,
    now: datetime | None = None,
    seed: str = SEED,
    books: Path | None = None,
    progress: Progress = lambda done, total, label: None,
) -> Loaded:
    """Write the year that ends now, with so many dossiers. `banks` are the sandbox's sides of the contracts.

    `books` are the sandbox's SQLite books, to know what the year's payments came to. Raises NotEmpty.
    """
    if not is_empty():
        raise NotEmpty
    moment = (now or timezone.now()) - _MARGIN
    spool = sandbox_books.Spool(books)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Keys are checked at each COPY, not all in memory at the end.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        world = _world(moment, banks, seed)
        world.pages.after["audit"] = Linker(world.pages).link
        _tell_all(world, count, seed, progress, spool)
        del world.pages.after["audit"]  # the last entries are linked, and the chain signed, by the product
        world.pages.turn(datetime.max.replace(tzinfo=UTC))
        spool.write(world.books)
        _finish(world)
        desks.lay(world.clock.day_of(world.now))
        networks.enter(world.scene.administrators[0], world.clock.day_of(world.now))
        systems.connect(_rng(f"{seed}:systems"))
        contract_changes.begin()
        Linker.link_the_rest()
    spool.commit()
    _analyze()
    return Loaded(world.pages.written, world.scene)


def _world(now: datetime, banks: Mapping[str, Mapping[str, Any]], seed: str) -> World:
    today = timezone.localdate(now)
    first = rhythm.days(today)[0]
    rng = _rng(f"{seed}:{today}:scene")
    durations.enter()
    scene = build(first, today, banks, rng)
    pages = empty_pages()
    pages.begin()
    scene.prices.read_all(scene.cases, first, today)
    local = now.astimezone(timezone.get_default_timezone())
    world = World(scene, pages, first, local, make_password(PIN), samples.lay_down(), communes(scene))
    outages.plan(world, rng, scene.administrators[0])
    return world


def empty_pages() -> Pages:
    """Return pages on which nothing stands yet."""
    pages = Pages(tables(), {"receipt": _number_receipts, "shift": count_drawers})
    pages.after |= dict.fromkeys(("dossier", "bill", "payment"), forget)
    return pages


def _tell_all(world: World, count: int, seed: str, progress: Progress, spool: sandbox_books.Spool) -> None:
    today = world.clock.day_of(world.now)
    span = rhythm.days(today)
    shares = rhythm.share_out(max(count - waiting.COUNT, 0), world.clock.calendar, span)
    number = told = 0
    waiting.leave_a_drawer_open(world)
    system = systems.of(world, _rng(f"{seed}:receiver"))
    for day, share in zip(span, shares, strict=True):
        rng = _rng(f"{seed}:{today}:{day}")
        for at, channel in teller.moments(rng, day, share, is_open=world.clock.works(day)):
            number += 1
            teller.tell(world, _rng(f"{seed}:{today}:{number}"), at, channel, number)
        _abandon(world, rng, day, share)
        errands.day(world, system, day, share, rng)
        if day in (span[40], span[200], span[-9], span[-1]):
            errands.try_out(world, day, rng)
        forgeries.day(world, day, rng)
        if day == span[-7]:
            waiting.tell_all(world, rng)
            returns.tell(world, system, rng)
        statements.morning(world, day, rng)
        told += share
        if told >= _CHUNK:
            told = 0
            world.pages.turn(world.clock.midnight(day) + timedelta(days=1))
            spool.write(world.books)
            progress(number, count, "hồ sơ")
    progress(count, count, "hồ sơ")


def _abandon(world: World, rng: Random, day: Any, share: int) -> None:
    """One form in five is never handed in."""
    for _number in range(round(share * 0.2)):
        case, place = world.scene.case_and_place(rng)
        opening.abandoned(world, rng, rhythm.online(rng, day), case, place)


def _finish(world: World) -> None:
    """Leave counters, books of receipts and sequences as they would stand."""
    world.pages.finish()
    DossierCounter.objects.bulk_create(
        [
            DossierCounter(identifier=identifier, day=day, last_number=last)
            for (identifier, day), last in world.counters.items()
        ],
        batch_size=5000,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE payments_receiptseries series SET next_number = taken.last + 1"
            " FROM (SELECT series_id, max(number) AS last FROM payments_receipt GROUP BY series_id) taken"
            " WHERE taken.series_id = series.id"
        )


def _number_receipts(rows: list[Row]) -> None:
    """Give receipts their numbers in the order in which they are issued."""
    for row in rows:
        series = row["series_id"]
        row["number"] = series["_next"] = series.get("_next", 0) + 1


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _rng(seed: str) -> Random:
    return Random(seed)  # noqa: S311 - nobody is to guess nothing here: the same year comes of the same seed
