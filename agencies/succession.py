"""Who does the work of an agency that is no more, and who answers for an agency."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from core.values.text import fold

from .models import Agency, AgencySuccession, Level


def heir_of(agency: Agency, on: date) -> Agency:
    """Return who does an agency's unfinished work on a day: itself while it exists, then who took over."""
    seen = {agency.pk}
    while on not in agency.valid_during:
        links = AgencySuccession.objects.filter(predecessor=agency, effective_date__lte=on, takes_over=True)
        link = links.select_related("successor").first()
        if link is None or link.successor_id in seen:
            break
        agency = link.successor
        seen.add(agency.pk)
    return agency


def heirs_on(on: date) -> dict[int, int]:
    """Return agency → who does its work on a day, for every agency that is no more: one query over all of them."""
    ended = AgencySuccession.objects.filter(effective_date__lte=on, takes_over=True)
    direct = dict(ended.values_list("predecessor_id", "successor_id"))
    heirs: dict[int, int] = {}
    for agency in direct:
        heir, seen = direct[agency], {agency}
        while heir in direct and heir not in seen:
            seen.add(heir)
            heir = direct[heir]
        heirs[agency] = heir
    return heirs


def chain_of(agency: Agency, on: date) -> list[int]:
    """Return who answers for an agency on a day, nearest first: it or its heir, then those above."""
    chain: list[int] = []
    current: Agency | None = heir_of(agency, on)
    while current is not None and current.pk not in chain:
        chain.append(current.pk)
        current = current.parent
    return chain


def by_former_district(agencies: Iterable[Agency]) -> list[tuple[str, list[Agency]]]:
    """Group agencies as people look for them: by the district most of a commune was in, "" where none is known.

    Districts ended with the reform, but everybody knows theirs. What is no commune comes first, as "tinh".
    """
    given = list(agencies)
    links = AgencySuccession.objects.filter(successor__in=given, predecessor__parent__level=Level.DISTRICT)
    districts: dict[int, Counter[str]] = defaultdict(Counter)
    for successor, district in links.values_list("successor_id", "predecessor__parent__name"):
        districts[successor][district] += 1
    groups: dict[str, list[Agency]] = defaultdict(list)
    for agency in given:
        former = districts[agency.pk].most_common(1)
        groups[Level.PROVINCE if agency.level != Level.COMMUNE else former[0][0] if former else ""].append(agency)
    order = {Level.PROVINCE.value: 0, "": 2}
    return sorted(groups.items(), key=lambda group: (order.get(group[0], 1), fold(group[0])))
