"""When people come: so many a day, at which hours. Mondays, month ends, the weeks before and after Tết."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from procedures.calendar.working_time import WorkingCalendar

#: Of an ordinary day, by its name.
_WEEKDAYS = {0: 1.35, 1: 1.12, 2: 1.0, 3: 0.98, 4: 0.95}
#: Of an ordinary day, what comes online while offices are closed.
_CLOSED = 0.14
#: Of a hundred dossiers that come online, so many in each hour of the day.
_ONLINE = (0.6, 0.3, 0.1, 0.1, 0.2, 0.8, 2, 5, 13, 12, 7, 4, 3, 5, 11, 10, 6, 3, 2, 3, 5, 4, 2, 1)
#: At the counter, by minutes: most come when it opens and after lunch.
_COUNTER = (
    (7, 30, 8),
    (8, 0, 26),
    (9, 0, 22),
    (10, 0, 12),
    (11, 0, 3),
    (13, 30, 8),
    (14, 0, 24),
    (15, 0, 17),
    (16, 0, 7),
)


def days(last: date, count: int = 365) -> list[date]:
    """Return the days of the year that ends today."""
    return [last - timedelta(days=back) for back in range(count, -1, -1)]


def share_out(total: int, calendar: WorkingCalendar, span: Sequence[date]) -> list[int]:
    """Return how many dossiers come on each day, of the last day those who are still to come as well."""
    weights = [_weight(day, calendar) * (0.8 + 0.45 * place / len(span)) for place, day in enumerate(span)]
    whole, given, shares = sum(weights), 0, []
    passed = 0.0
    for weight in weights:
        passed += weight
        due = round(total * passed / whole)
        shares.append(due - given)
        given = due
    return shares


def _weight(day: date, calendar: WorkingCalendar) -> float:
    if not calendar.is_working_day(day):
        return _CLOSED * (0.5 if day in calendar.off else 1.0)
    weight = _WEEKDAYS[min(day.weekday(), 4)]
    if (day + timedelta(days=3)).month != day.month:
        weight *= 1.2
    free = [ahead for ahead in range(1, 15) if day + timedelta(days=ahead) in calendar.off]
    if len(free) >= 5:  # Tết is near
        weight *= 1.3
    behind = [back for back in range(1, 10) if day - timedelta(days=back) in calendar.off]
    return weight * 0.55 if len(behind) >= 5 else weight


def online(rng: Random, day: date) -> datetime:
    """Return when somebody hands in from home."""
    hour = rng.choices(range(24), _ONLINE)[0]
    return _moment(day, hour, rng.random() * 3600, rng)


def at_counter(rng: Random, day: date) -> datetime:
    """Return when somebody stands at a window of a day on which offices work."""
    hour, minute, _share = rng.choices(_COUNTER, [share for *_, share in _COUNTER])[0]
    return _moment(day, hour, minute * 60 + rng.random() * (3600 - minute * 60 if hour != 11 else 1700), rng)


def _moment(day: date, hour: int, seconds: float, rng: Random) -> datetime:
    begin = datetime.combine(day, time(hour), tzinfo=timezone.get_default_timezone())
    return begin + timedelta(seconds=int(seconds), microseconds=rng.randrange(1_000_000))
