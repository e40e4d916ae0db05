"""Deadlines without a database: BR-6 to BR-9, and the counting behind them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures.calendar.days import package_days
from procedures.calendar.working_time import (
    NoWorkingTime,
    Pause,
    Shift,
    WorkingCalendar,
    after_hours,
    due,
    paused_time,
    reception_deadline,
)

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
_DAYS = [day for year in (2021, 2026, 2027) for day in package_days(year)]
CALENDAR = WorkingCalendar(
    off=frozenset(day for day, kind, _ in _DAYS if kind == "off"),
    worked=frozenset(day for day, kind, _ in _DAYS if kind == "worked"),
)


def at(day: int, month: int, hour: int = 9, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=HANOI)


def test_rule_6_a_holiday_is_not_a_working_day() -> None:
    assert due(CALENDAR, at(23, 11, 16), 1, "working_day") == at(25, 11, 17)


def test_rule_7_a_saturday_is_worked_for_a_monday() -> None:
    assert CALENDAR.is_working_day(date(2026, 8, 22))
    assert not CALENDAR.is_working_day(date(2026, 8, 31))
    assert due(CALENDAR, at(21, 8), 1, "working_day") == at(22, 8, 17)
    assert due(CALENDAR, at(28, 8), 1, "working_day") == at(3, 9, 17)


def test_rule_8_a_supplement_of_three_working_days_moves_the_due_date_by_three() -> None:
    received = at(2, 11)
    assert due(CALENDAR, received, 5, "working_day") == at(9, 11, 17)
    pause = Pause(at(4, 11, 10), at(9, 11, 15))  # Wednesday to Monday: Thursday, Friday, Monday
    assert due(CALENDAR, received, 5, "working_day", [pause]) == at(12, 11, 17)


def test_rule_9_a_late_payment_restarts_the_eight_hours_of_reception() -> None:
    assert reception_deadline(CALENDAR, at(18, 11, 14)) == at(19, 11, 14)
    assert reception_deadline(CALENDAR, at(18, 11, 14), fee_paid=at(20, 11, 10)) == at(23, 11, 10)
    assert reception_deadline(CALENDAR, at(18, 11, 14), fee_paid=at(18, 11, 13)) == at(19, 11, 14)


def test_reception_skips_lunch_night_weekend_and_holidays() -> None:
    assert reception_deadline(CALENDAR, at(23, 11, 16)) == at(25, 11, 16)  # 24/11 is off
    assert reception_deadline(CALENDAR, at(21, 11, 9)) == at(23, 11, 17)  # a Saturday
    assert after_hours(CALENDAR, at(18, 11, 11), timedelta(hours=1)) == at(18, 11, 14)
    assert after_hours(CALENDAR, at(18, 11, 12), timedelta(hours=1)) == at(18, 11, 14, 30)


def test_a_same_day_result_has_a_cut_off_at_three() -> None:
    assert due(CALENDAR, at(18, 11, 14, 59), 0, "working_day") == at(18, 11, 17)
    assert due(CALENDAR, at(18, 11, 15), 0, "working_day") == at(19, 11, 17)
    assert due(CALENDAR, at(21, 11, 9), 0, "working_day") == at(23, 11, 17)


def test_calendar_days_and_months_roll_forward_to_a_working_day() -> None:
    assert due(CALENDAR, at(18, 11), 3, "calendar_day") == at(23, 11, 17)  # Saturday → Monday
    assert due(CALENDAR, at(20, 11), 4, "calendar_day") == at(25, 11, 17)  # 24/11 is off
    assert due(CALENDAR, at(30, 10), 1, "month") == at(30, 11, 17)
    assert due(CALENDAR, at(31, 1), 1, "month") == at(2, 3, 17)  # 28/02 is a Saturday
    assert due(CALENDAR, at(30, 11), 2, "month") == at(1, 2, 17, year=2027)  # 30/01 is a Saturday


def test_hours_and_no_deadline() -> None:
    assert due(CALENDAR, at(18, 11, 8), 4, "hour") == at(18, 11, 14)
    assert due(CALENDAR, at(18, 11), 9, "none") is None
    with pytest.raises(ValueError, match="fortnight"):
        due(CALENDAR, at(18, 11), 1, "fortnight")


def test_pauses_move_each_unit_exactly_and_overlapping_ones_count_once() -> None:
    supplement, obligation = Pause(at(18, 11, 10), at(19, 11, 10)), Pause(at(18, 11, 14), at(20, 11, 10))
    both = [supplement, obligation]
    assert paused_time(CALENDAR, both) == timedelta(hours=16)
    assert due(CALENDAR, at(18, 11, 8), 4, "hour", both) == at(20, 11, 14)
    assert due(CALENDAR, at(17, 11), 3, "working_day", both) == at(25, 11, 17)  # 20/11 + 2, 24/11 off
    assert due(CALENDAR, at(16, 11), 3, "calendar_day", both) == at(23, 11, 17)  # 19/11 + 2, rolled
    assert due(CALENDAR, at(18, 10), 1, "month", both) == at(20, 11, 17)


def test_an_agency_may_work_saturday_mornings_from_a_day_on() -> None:
    saturday = Shift(time(7), time(11), first=5, last=5, starts=date(2026, 11, 1))
    calendar = WorkingCalendar(shifts=(*WorkingCalendar().shifts, saturday))
    assert not calendar.is_working_day(date(2026, 10, 31))
    assert due(calendar, at(20, 11), 1, "working_day") == at(21, 11, 11)


def test_a_calendar_without_hours_is_told_and_does_not_loop_for_ever() -> None:
    with pytest.raises(NoWorkingTime):
        due(WorkingCalendar(shifts=()), at(18, 11), 1, "working_day")


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(HANOI))  # noqa: DTZ001


@given(received=MOMENTS, value=st.integers(0, 60), days=st.integers(0, 30))
def test_a_pause_of_n_working_days_is_worth_n_working_days(received: datetime, value: int, days: int) -> None:
    pause = Pause(received, received + timedelta(days=days))
    working = sum(CALENDAR.is_working_day(received.date() + timedelta(days=ahead)) for ahead in range(1, days + 1))
    moved = due(CALENDAR, received, value, "working_day", [pause])
    assert moved == due(CALENDAR, received, value + working, "working_day")
    assert moved is not None
    assert CALENDAR.is_working_day(moved.date())


@given(start=MOMENTS, hours=st.integers(0, 40), more=st.integers(0, 40))
def test_working_time_adds_up_and_ends_inside_a_shift(start: datetime, hours: int, more: int) -> None:
    middle = after_hours(CALENDAR, start, timedelta(hours=hours))
    assert (
        after_hours(CALENDAR, start, timedelta(hours=hours + more))
        == after_hours(CALENDAR, middle, timedelta(hours=more))
        or hours == 0
    )
    assert any(opens <= middle.time() <= closes for opens, closes in CALENDAR.shifts_on(middle.date()))
    assert paused_time(CALENDAR, [Pause(start, middle)]) == timedelta(hours=hours)
