"""Due times of an agency: calendar and hours loaded once, counting is pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache

import holidays
from django.db.models import Q
from django.utils import timezone

from agencies.models import Agency
from procedures.models import CalendarDay, WorkingHours

from . import working_time
from .working_time import STANDARD_SHIFTS, Pause, Shift, WorkingCalendar


def calendar_from(day: date, agency: Agency | None = None) -> WorkingCalendar:
    """Load what is known from a day on, in two queries, whatever the length of the computation.

    Years that nobody has filled in follow the `holidays` package, so that a forgotten
    January is not a year without Tết. The hours of an agency replace the general ones.
    """
    return _calendar(day, _shifts(day, agency))


def calendars_from(day: date, agencies: Iterable[Agency]) -> dict[int, WorkingCalendar]:
    """Return `calendar_from` of several agencies by their id, in the same two queries."""
    ids = {agency.pk for agency in agencies}
    rows = list(WorkingHours.objects.filter(Q(agency=None) | Q(agency__in=ids)))
    general = _calendar(day, ())
    return {
        pk: replace(general, shifts=_shifts_from(day, [row for row in rows if row.agency_id in (None, pk)]))
        for pk in ids
    }


def _calendar(day: date, shifts: tuple[Shift, ...]) -> WorkingCalendar:
    days = CalendarDay.objects.filter(date__gte=date(day.year, 1, 1)).values_list("date", "kind")
    by_kind: dict[str, set[date]] = {kind: set() for kind in CalendarDay.Kind.values}
    for calendar_day, kind in days:
        by_kind[kind].add(calendar_day)
    filled = {each.year for members in by_kind.values() for each in members}
    for year in range(day.year, day.year + 6):
        if year not in filled:
            for calendar_day, kind, _note in package_days(year):
                by_kind[kind].add(calendar_day)
    return WorkingCalendar(
        off=frozenset(by_kind[CalendarDay.Kind.OFF]),
        worked=frozenset(by_kind[CalendarDay.Kind.WORKED]),
        shifts=shifts,
    )


def opening_hours(day: date, agency: Agency | None = None) -> list[Shift]:
    """Return the shifts on weekdays that hold on a day: an agency's own, or else the general ones."""
    holding = [shift for shift in _shifts(day, agency) if shift.holds_on(day)]
    own = [shift for shift in holding if shift.is_own]
    return sorted(own or holding, key=lambda shift: (shift.first, shift.opens))


def _shifts(day: date, agency: Agency | None) -> tuple[Shift, ...]:
    rows = WorkingHours.objects.filter(Q(agency=None) | Q(agency=agency) if agency else Q(agency=None))
    return _shifts_from(day, rows)


def _shifts_from(day: date, rows: Iterable[WorkingHours]) -> tuple[Shift, ...]:
    remaining = [row for row in rows if row.valid_during.upper is None or row.valid_during.upper > day]
    return (
        tuple(
            Shift(
                opens=row.opens,
                closes=row.closes,
                first=row.first_weekday,
                last=row.last_weekday,
                starts=row.valid_during.lower or date.min,
                ends=row.valid_during.upper,
                is_own=row.agency_id is not None,
            )
            for row in remaining
        )
        or STANDARD_SHIFTS
    )


@lru_cache(maxsize=64)
def package_days(year: int) -> tuple[tuple[date, str, str], ...]:
    """Return (date, kind, note) of a year from the `holidays` package, swap days included."""
    national = holidays.country_holidays("VN", years=year, language="vi")
    off = [(day, str(CalendarDay.Kind.OFF), name) for day, name in sorted(national.items()) if day.year == year]
    worked = sorted(day for day in national.weekend_workdays if day.year == year)
    return (*off, *((day, str(CalendarDay.Kind.WORKED), "Làm bù") for day in worked))


def is_working_day(day: date, agency: Agency | None = None) -> bool:
    """Tell whether offices work; a Saturday swapped for a holiday counts. Two queries: not for loops."""
    return calendar_from(day, agency).is_working_day(day)


def due_at(
    received: datetime,
    value: int,
    unit: str = "working_day",
    *,
    agency: Agency | None = None,
    pauses: Iterable[Pause] = (),
) -> datetime | None:
    """Return when a result is due, counted in the unit of its case; None when nothing is laid down.

    Give every pause so far (an open one until now) to have the moved date; without
    pauses it is the original one.
    """
    local = timezone.localtime(received)
    stops = [Pause(timezone.localtime(pause.started), timezone.localtime(pause.ended)) for pause in pauses]
    return working_time.due(calendar_from(local.date(), agency), local, value, unit, stops)
