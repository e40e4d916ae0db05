"""Fills the calendar of a year and the default office hours."""

from __future__ import annotations

from datetime import date

from psycopg2.extras import DateRange

from procedures.models import CalendarDay, WorkingHours

from .days import package_days
from .working_time import STANDARD_SHIFTS


def fill_year(year: int) -> int:
    """Add the package's holidays and swap days of a year and return how many; what people wrote stays."""
    before = CalendarDay.objects.count()
    CalendarDay.objects.bulk_create(
        [CalendarDay(date=day, kind=kind, note=note[:255]) for day, kind, note in package_days(year)],
        ignore_conflicts=True,
    )
    return CalendarDay.objects.count() - before


def fill_hours(begins: date) -> None:
    """Add the usual hours (07:00-11:30, 13:30-17:00) when there are none at all."""
    if not WorkingHours.objects.exists():
        WorkingHours.objects.bulk_create(
            WorkingHours(opens=shift.opens, closes=shift.closes, valid_during=DateRange(begins, None))
            for shift in STANDARD_SHIFTS
        )
