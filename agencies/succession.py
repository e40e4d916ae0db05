"""Who does the work of an agency that is no more, and who answers for an agency."""

from __future__ import annotations

from datetime import date

from .models import Agency, AgencySuccession


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
