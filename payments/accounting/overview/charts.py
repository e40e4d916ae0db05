"""Charts: money of a fortnight by gateway, open discrepancies of a month.

Each drawing stands in a table with its numbers, or above one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from core.charts import Bar, columns
from gateways import registry
from payments import search
from payments.accounting.access import AccountingStaff
from payments.bills import money_sources
from payments.models import Discrepancy, MerchantAccount

FORTNIGHT = 14
MONTH = 30
HEIGHT = 40
SLOT = 14


@dataclass(frozen=True, slots=True)
class Series:
    """One gateway's money of a fortnight."""

    slug: str
    name: str
    bars: Sequence[Bar[date]]
    count: int
    total: int


def bars(values: Mapping[date, int], first: date, days: int, highest: int) -> list[Bar[date]]:
    """Return a bar for each of so many days, those without a value too."""
    span = (first + timedelta(days=number) for number in range(days))
    return columns(((day, values.get(day, 0)) for day in span), height=HEIGHT, slot=SLOT, left=2, highest=highest)


def collected(staff: AccountingStaff, today: date) -> list[Series]:
    """Return what came in by day through each gateway, the largest first; what was moved came in before."""
    first = today - timedelta(days=FORTNIGHT - 1)
    rows = (
        money_sources.arrivals()
        .filter(
            bill__agency__in=staff.sees,
            # Named so that the index by contract and day serves.
            merchant_account__in=MerchantAccount.objects.all(),
            value_date__range=(first, today),
        )
        .values_list("gateway", "value_date")
        .annotate(total=Sum("amount"), count=Count("pk"))
    )
    by_gateway: dict[str, dict[date, int]] = {}
    counts: dict[str, int] = {}
    for gateway, day, total, count in rows:
        by_gateway.setdefault(gateway, {})[day] = total
        counts[gateway] = counts.get(gateway, 0) + count
    highest = max((max(days.values()) for days in by_gateway.values()), default=0)
    series_of_gateways = [
        Series(slug, registry.name_of(slug), bars(days, first, FORTNIGHT, highest), counts[slug], sum(days.values()))
        for slug, days in by_gateway.items()
    ]
    return sorted(series_of_gateways, key=lambda series: -series.total)


def open_cases(staff: AccountingStaff, today: date) -> list[Bar[date]]:
    """Return how many discrepancies were open at the end of each day of a month: the way to zero, or away from it."""
    first = today - timedelta(days=MONTH - 1)
    start, _end = search.span(first, None)
    mine = Discrepancy.objects.filter(agency__in=staff.sees).order_by()
    before = mine.filter(Q(closed_at=None) | Q(closed_at__gte=start), opened_at__lt=start).count()
    opened = _by_day(mine.filter(opened_at__gte=start).values_list(TruncDate("opened_at")).annotate(Count("pk")))
    closed = _by_day(mine.filter(closed_at__gte=start).values_list(TruncDate("closed_at")).annotate(Count("pk")))
    values, left = {}, before
    for number in range(MONTH):
        day = first + timedelta(days=number)
        left += opened.get(day, 0) - closed.get(day, 0)
        values[day] = left
    return bars(values, first, MONTH, max(values.values()))


def _by_day(rows: object) -> dict[date, int]:
    return dict(rows)  # type: ignore[call-overload, no-any-return]
