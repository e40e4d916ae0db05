"""A world with something behind every page, and the pages of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from psycopg2.extras import DateRange

from procedures.models import ScheduleState
from tests.support.matrix import addresses, table
from tests.support.schedules import schedule
from tests.support.world import ACTORS, World


def pages(world: World, *, is_administration: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield the path of every page with those who may see it."""
    defaults = {name: pattern.default_args for name, pattern in addresses()}
    for row in table():
        if row["method"] == "GET" and row["url"].startswith("admin:") == is_administration:
            path = world.paths.get(row["url"]) or reverse(
                row["url"], kwargs=world.objects[row["object"]] | dict(defaults[row["url"]])
            )
            yield path, [who for who in ACTORS if who != "api" and row[who].split("/")[0] == "yes"]


def inhabited_world() -> World:
    """The world with what lets a form go all its way: an office that takes the procedure in, and a price."""
    world = World()
    case = world.dossier.case
    case.procedure.agencies.add(world.home)
    schedule(
        case,
        10_000,
        date(2020, 1, 1),
        state=ScheduleState.ACTIVE,
        valid_during=DateRange(date(2020, 1, 1), date(2030, 1, 1)),
    )
    return world
