"""Loads agencies and successions from the province's data.

`data/agencies.csv` holds 414 units, `data/successions.csv` 493 links. Rows marked
`@2025` (or `H44-2025…`) exist since the reform; 275 predecessors in Vĩnh Phúc and Hòa
Bình are known by name only and are kept with an empty code.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import date

from django.conf import settings
from django.db import transaction
from psycopg2.extras import DateRange

from core.values.text import fold

from .models import Agency, AgencySuccession, Level

DATA = settings.PROVINCE_DATA
BEGINNING = date(2004, 1, 1)
REFORM = date(2025, 7, 1)
CURRENT_PROVINCE = "H44-2025"
HERE, CENTRE = "tỉnh Phú Thọ", "Trung tâm Phục vụ hành chính công"
#: Dossier numbers of the new generation begin here, clear of the old departments' H44.01-20.
FIRST_IDENTIFIER = 21

Progress = Callable[[int, int, str], None]


def load(progress: Progress = lambda done, total, label: None) -> None:
    """Load units and successions once; a second call changes nothing."""
    if Agency.objects.exists():
        return
    with transaction.atomic():
        links = list(_rows("successions.csv"))
        units = _load_units(list(_rows("agencies.csv")), links, progress)
        _load_successions(links, units, progress)


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _load_units(rows: list[dict[str, str]], links: list[dict[str, str]], progress: Progress) -> dict[str, Agency]:
    ends = {link["from_code"]: date.fromisoformat(link["effective_date"]) for link in links}
    starts = {link["to_code"]: date.fromisoformat(link["effective_date"]) for link in reversed(links)}
    units: dict[str, Agency] = {}
    for row in rows:
        key = row["code"]
        is_current = key.startswith(CURRENT_PROVINCE) or row["parent"] == CURRENT_PROVINCE
        begin = starts.get(key, REFORM) if is_current else BEGINNING
        end = None if is_current else ends.get(key, REFORM)
        code = "H44" if key == CURRENT_PROVINCE else key.removesuffix("@2025")
        name = row["name_vi"].split(" (")[0] if row["level"] == Level.PROVINCE else row["name_vi"]
        units[key] = Agency(
            code=code,
            name=name,
            level=row["level"],
            address=_address_of(row["level"], name) if is_current else "",
            valid_during=DateRange(begin, end),
            search_key=fold(f"{code} {name}"),
            identifier="" if is_current or not key.startswith("H44.") else key,
        )
    _give_identifiers(units)
    Agency.objects.bulk_create(units.values())
    for row in rows:
        if row["parent"]:
            units[row["code"]].parent = units[row["parent"]]
    Agency.objects.bulk_update(units.values(), ["parent"], batch_size=500)
    progress(len(rows), len(rows), "cơ quan")
    return units


def _address_of(level: str, name: str) -> str:
    """Return where people go, as far as a name tells: the streets are not in our data."""
    if level == Level.COMMUNE:
        return f"Trụ sở UBND {name[:1].lower()}{name[1:]}, {HERE}"
    return f"{CENTRE}, phường Việt Trì, {HERE}"


def _give_identifiers(units: dict[str, Agency]) -> None:
    order = [Level.DEPARTMENT, Level.CENTRE, Level.VERTICAL, Level.COMMUNE]
    current = [unit for unit in units.values() if unit.valid_during.upper is None and unit.level in order]
    current.sort(key=lambda unit: (order.index(Level(unit.level)), unit.name != "Phường Việt Trì", unit.search_key))
    for number, unit in enumerate(current, FIRST_IDENTIFIER):
        unit.identifier = f"H44.{number}"


def _load_successions(links: list[dict[str, str]], units: dict[str, Agency], progress: Progress) -> None:
    by_name: dict[tuple[str, str], Agency] = {}
    for link in links:
        if not link["from_code"]:
            key = (link["from_name"], link["from_district"])
            by_name.setdefault(
                key,
                Agency(
                    name=link["from_name"],
                    level=Level.COMMUNE,
                    valid_during=DateRange(BEGINNING, date.fromisoformat(link["effective_date"])),
                    search_key=fold(link["from_name"]),
                ),
            )
    Agency.objects.bulk_create(by_name.values())
    successions: list[AgencySuccession] = []
    has_heir: set[int] = set()
    for link in links:
        code = link["from_code"]
        predecessor = units[code] if code else by_name[link["from_name"], link["from_district"]]
        successions.append(
            AgencySuccession(
                predecessor=predecessor,
                successor=units[link["to_code"]],
                effective_date=date.fromisoformat(link["effective_date"]),
                takes_over=predecessor.pk not in has_heir,
                note=link["note"][:255],
            )
        )
        has_heir.add(predecessor.pk)
    AgencySuccession.objects.bulk_create(successions)
    progress(len(links), len(links), "quan hệ kế thừa")
