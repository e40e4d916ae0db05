"""Filters of the catalogue and its shelves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise

from agencies.models import Agency
from procedures.models import Procedure

from .topics import Audience, LifeEvent, Sector


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody looks for; an unknown value of an address counts as none."""

    text: str = ""
    life_event: str = ""
    sector: str = ""
    audience: str = ""
    agency: int | None = None

    @property
    def is_filtered(self) -> bool:
        """More than words narrow the list."""
        return bool(self.life_event or self.sector or self.audience or self.agency)

    @property
    def is_empty(self) -> bool:
        """Nothing was asked: show the shelves."""
        return not self.text and not self.is_filtered

    def narrow(self, among: QuerySet[Procedure]) -> QuerySet[Procedure]:
        """Keep what the filters leave; the words are for `search`."""
        if self.life_event:
            among = among.filter(life_events__contains=[self.life_event])
        if self.sector:
            among = among.filter(sector=self.sector)
        if self.audience:
            among = among.filter(audiences__contains=[self.audience])
        return among.filter(agencies=self.agency) if self.agency else among


def read(query: QueryDict) -> Choice:
    """Return what an address asks for."""
    agency = query.get("noi-nhan", "")
    return Choice(
        text=query.get("q", "").replace("\x00", "").strip()[:100],
        life_event=_one_of(query.get("dip", ""), LifeEvent.values),
        sector=_one_of(query.get("linh-vuc", ""), Sector.values),
        audience=_one_of(query.get("danh-cho", ""), Audience.values),
        agency=int(agency) if agency.isdecimal() and len(agency) < 10 else None,
    )


def _one_of(value: str, values: list[str]) -> str:
    return value if value in values else ""


def open_on(day: date) -> QuerySet[Procedure]:
    """Return the procedures that take dossiers on a day."""
    return Procedure.objects.filter(valid_during__contains=day)


def receiving_on(day: date) -> QuerySet[Agency]:
    """Return the agencies that receive dossiers, departments before communes."""
    return Agency.objects.existing_on(day).filter(procedures__isnull=False).distinct().order_by("-level", "name")


def shelves(among: QuerySet[Procedure]) -> dict[str, list[tuple[str, str | Promise, int]]]:
    """Return the life events and sectors with the number of procedures in each, in one query."""
    events: Counter[str] = Counter()
    sectors: Counter[str] = Counter()
    for sector, life_events in among.values_list("sector", "life_events"):
        sectors[sector] += 1
        events.update(life_events)
    return {
        "life_events": [(value, label, events[value]) for value, label in LifeEvent.choices if events[value]],
        "sectors": [(value, label, sectors[value]) for value, label in Sector.choices if sectors[value]],
    }
