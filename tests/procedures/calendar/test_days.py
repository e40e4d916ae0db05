"""The calendar tables: filled from the package, edited by people, loaded once."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from psycopg2.extras import DateRange

from procedures.calendar import days
from procedures.calendar.fill import fill_hours, fill_year
from procedures.models import CalendarDay, WorkingHours
from tests.support import factories

pytestmark = pytest.mark.django_db
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY = datetime(2026, 11, 23, 16, tzinfo=HANOI)


def test_a_year_that_nobody_filled_in_follows_the_package() -> None:
    assert days.due_at(MONDAY, 1) == datetime(2026, 11, 25, 17, tzinfo=HANOI)


def test_what_people_write_holds_against_the_package() -> None:
    fill_year(2026)
    CalendarDay.objects.filter(date=date(2026, 11, 24)).delete()
    CalendarDay.objects.create(date=date(2026, 11, 25), kind=CalendarDay.Kind.OFF, note="Bão")
    assert fill_year(2026) == 1  # the deleted holiday comes back, the storm stays
    assert not days.is_working_day(date(2026, 11, 25))
    assert days.is_working_day(date(2026, 8, 22))


def test_an_agencys_own_hours_replace_the_general_ones_only_there_and_then() -> None:
    fill_hours(date(2017, 1, 1))
    early, other = factories.agency(), factories.agency()
    WorkingHours.objects.create(
        agency=early, opens=time(7), closes=time(15), valid_during=DateRange(date(2026, 1, 1), date(2026, 12, 1))
    )
    day = datetime(2026, 11, 18, 9, tzinfo=HANOI)
    assert days.due_at(day, 1, agency=early) == datetime(2026, 11, 19, 15, tzinfo=HANOI)
    assert days.due_at(day, 1, agency=other) == datetime(2026, 11, 19, 17, tzinfo=HANOI)
    december = datetime(2026, 12, 2, 9, tzinfo=HANOI)
    assert days.due_at(december, 1, agency=early) == datetime(2026, 12, 3, 17, tzinfo=HANOI)
    assert days.due_at(day, 10, agency=early) == datetime(2026, 12, 3, 17, tzinfo=HANOI)


def test_a_deadline_of_a_year_costs_two_queries(django_assert_num_queries: Any) -> None:
    fill_year(2026)
    with django_assert_num_queries(2):
        days.due_at(MONDAY, 250)
