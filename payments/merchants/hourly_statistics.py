"""Statistics of each gateway by hour of the last day, for a chart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from core.charts import Bar, columns
from core.values.percent import percent
from gateways import internal, registry

HOURS = 24
BAR = 50
_BY_HOUR = """
SELECT gateway, date_trunc('hour', created_at), count(*), count(*) FILTER (WHERE state = 'paid'),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(extract(epoch FROM paid_at - created_at), 0))
        FILTER (WHERE state = 'paid')
FROM payments_payment WHERE created_at >= %s AND gateway <> ALL(%s) GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Hour:
    """Attempts begun within one hour; `seconds` is the median from the click to the confirmation."""

    at: datetime
    started: int = 0
    paid: int = 0
    seconds: float | None = None

    @property
    def words(self) -> str:
        """When it began, in Viet Nam."""
        return f"{timezone.localtime(self.at):%H:%M}"

    @property
    def percent(self) -> int:
        """Whole percent that were paid."""
        return percent(self.paid, self.started)


@dataclass(frozen=True, slots=True)
class Course:
    """One gateway's last hours, the oldest first."""

    name: str
    hours: tuple[Hour, ...]

    @property
    def started(self) -> int:
        """Attempts of all hours."""
        return sum(hour.started for hour in self.hours)

    @property
    def percent(self) -> int:
        """Whole percent of them that were paid."""
        return percent(sum(hour.paid for hour in self.hours), self.started)

    @property
    def bars(self) -> list[Bar[Hour]]:
        """The percent paid of each hour, 10 units an hour and BAR high."""
        return columns(((hour, hour.percent) for hour in self.hours), height=BAR, slot=10, highest=100)


def of_a_day() -> list[Course]:
    """Return the gateways somebody used in the last day, the busiest first, in one query."""
    last = timezone.now().replace(minute=0, second=0, microsecond=0)
    first = last - timedelta(hours=HOURS - 1)
    by_gateway: dict[str, dict[datetime, Hour]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_BY_HOUR, [first, list(internal.SLUGS)])
        for gateway, at, started, paid, seconds in cursor.fetchall():
            by_gateway[gateway][at] = Hour(at, started, paid, seconds)
    moments = [first + timedelta(hours=number) for number in range(HOURS)]
    courses = [
        Course(registry.name_of(slug), tuple(hours.get(at) or Hour(at) for at in moments))
        for slug, hours in by_gateway.items()
    ]
    return sorted(courses, key=lambda course: -course.started)
