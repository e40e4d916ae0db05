"""Reorganisations that are taken back."""

from __future__ import annotations

from psycopg2.extras import DateRange

from agencies.models import Agency, AgencySuccession
from portal.administration.reorganisation.plan import Link, Plan


def rewound_plans() -> list[Plan]:
    """Undo the loaded reform, down to the agencies that were, and return it as plans."""
    links = list(AgencySuccession.objects.select_related("predecessor", "successor").order_by("pk"))
    ended = list(Agency.objects.exclude(valid_during__endswith=None))
    AgencySuccession.objects.all().delete()
    current = Agency.objects.filter(valid_during__endswith=None)
    current.update(parent=None)
    current.delete()
    days = {agency.pk: agency.valid_during.upper for agency in ended}
    for agency in ended:
        agency.valid_during = DateRange(agency.valid_during.lower, None)
    Agency.objects.bulk_update(ended, ["valid_during"], batch_size=500)
    by_id = {agency.pk: agency for agency in ended}
    made: dict[int, Agency] = {}
    for link in links:
        fresh = link.successor
        if fresh.pk not in made:
            made[fresh.pk] = Agency(
                code=fresh.code, name=fresh.name, level=fresh.level, identifier=fresh.identifier,
                valid_during=fresh.valid_during,
            )  # fmt: skip
    plans = []
    for day in sorted({link.effective_date for link in links}):
        own = [link for link in links if link.effective_date == day]
        has_heir = {link.predecessor_id for link in own}
        plans.append(
            Plan(
                day,
                f"Sắp xếp {day}",
                tuple(Link(by_id[link.predecessor_id], made[link.successor_id], link.note) for link in own),
                tuple(agency for pk, agency in by_id.items() if days[pk] == day and pk not in has_heir),
            )
        )
    return plans
