"""Counts working time: calendar in, moments out, pure (docs/reference/domain.md#deadlines).

All moments are local and aware. Nothing here reads a database: `procedures.calendar.days`
loads the days and hours of an agency once for a computation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

#: What comes after this counts as the next working day's when the result is due the same day.
CUT_OFF = time(15, 0)
#: An online dossier is accepted, returned or refused within so many working hours.
RECEPTION_HOURS = 8
_NO_SHIFTS_IN = 400


class NoWorkingTime(Exception):
    """The calendar has no working hours for more than a year: it was never filled in."""


@dataclass(frozen=True, slots=True)
class Shift:
    """From `opens` to `closes` on weekdays `first` to `last` (Monday is 0), in a half-open span of days.

    While an agency has shifts of its own, the general ones do not count there.
    """

    opens: time
    closes: time
    first: int = 0
    last: int = 4
    starts: date = date.min
    ends: date | None = None
    is_own: bool = False

    def holds_on(self, day: date) -> bool:
        """Tell whether the shift is in use on a day, whatever the weekday."""
        return self.starts <= day and (self.ends is None or day < self.ends)


STANDARD_SHIFTS = (Shift(time(7), time(11, 30)), Shift(time(13, 30), time(17)))


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The days that differ from the week's pattern, and the shifts. A worked weekend has a Monday's shifts."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()
    shifts: tuple[Shift, ...] = STANDARD_SHIFTS

    def shifts_on(self, day: date) -> list[tuple[time, time]]:
        """Return the spans of work on a day, in order and without overlap; none on a day off."""
        if day in self.off:
            return []
        weekday = 0 if day in self.worked and day.weekday() >= 5 else day.weekday()
        used = [shift for shift in self.shifts if shift.holds_on(day)]
        own = [shift for shift in used if shift.is_own]
        spans: list[tuple[time, time]] = []
        for opens, closes in sorted((s.opens, s.closes) for s in own or used if s.first <= weekday <= s.last):
            if spans and opens <= spans[-1][1]:
                spans[-1] = (spans[-1][0], max(spans[-1][1], closes))
            else:
                spans.append((opens, closes))
        return spans

    def is_working_day(self, day: date) -> bool:
        """Tell whether anybody works on a day."""
        return bool(self.shifts_on(day))

    def next_working_day(self, day: date) -> date:
        """Return the day itself or the first working day after it. Raises NoWorkingTime."""
        for ahead in range(_NO_SHIFTS_IN):
            if self.is_working_day(candidate := day + timedelta(days=ahead)):
                return candidate
        raise NoWorkingTime(day.isoformat())

    def closing(self, day: date, like: datetime) -> datetime:
        """Return the end of the last shift of a working day, in the zone of `like`."""
        return datetime.combine(day, self.shifts_on(day)[-1][1], tzinfo=like.tzinfo)


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stood still: a supplement or a financial obligation was awaited."""

    started: datetime
    ended: datetime


def due(
    calendar: WorkingCalendar, received: datetime, value: int, unit: str, pauses: Iterable[Pause] = ()
) -> datetime | None:
    """Return when a result is due, moved by exactly what the pauses took; None when nothing is laid down.

    `unit` is a `DurationUnit`. Days end with the last shift; the day of receipt is not
    counted, and what comes after 15:00 for the same day is due the next working day.
    Calendar days and months that end on a day off roll forward. Pauses that overlap
    count once.
    """
    stops = list(pauses)
    if unit == "none":
        return None
    if unit == "hour":
        return after_hours(calendar, received, timedelta(hours=value) + paused_time(calendar, stops))
    day = received.date()
    if unit == "working_day":
        left = value + len(_paused_days(calendar, stops, only_working=True))
        if left == 0 and received.time() >= CUT_OFF:
            left = 1
        day = calendar.next_working_day(day) if left == 0 else day
        for _ in range(left):
            day = calendar.next_working_day(day + timedelta(days=1))
        return calendar.closing(day, received)
    paused = timedelta(days=len(_paused_days(calendar, stops, only_working=False)))
    if unit == "calendar_day":
        day += timedelta(days=value)
    elif unit == "month":
        day = _months_later(day, value)
    else:
        raise ValueError(f"unknown unit {unit}")
    return calendar.closing(calendar.next_working_day(day + paused), received)


def reception_deadline(
    calendar: WorkingCalendar, submitted: datetime, fee_paid: datetime | None = None, hours: int = RECEPTION_HOURS
) -> datetime:
    """Return until when an online dossier must be accepted, returned or refused.

    Where the fee comes first, paying it later starts the clock again.
    """
    started = max(submitted, fee_paid) if fee_paid else submitted
    return after_hours(calendar, started, timedelta(hours=hours))


def after_hours(calendar: WorkingCalendar, start: datetime, left: timedelta) -> datetime:
    """Return the moment at which so much working time has passed since `start`. Raises NoWorkingTime."""
    day = start.date()
    while True:
        day = calendar.next_working_day(day)
        for opens, closes in calendar.shifts_on(day):
            begin = max(datetime.combine(day, opens, tzinfo=start.tzinfo), start)
            end = datetime.combine(day, closes, tzinfo=start.tzinfo)
            if begin <= end and left <= end - begin:
                return begin + left
            left -= max(end - begin, timedelta())
        day += timedelta(days=1)


def paused_time(calendar: WorkingCalendar, pauses: Iterable[Pause]) -> timedelta:
    """Return the working time inside the pauses, overlapping ones once."""
    total = timedelta()
    for started, ended in _merged(pauses):
        day = started.date()
        while day <= ended.date():
            for opens, closes in calendar.shifts_on(day):
                begin = max(datetime.combine(day, opens, tzinfo=started.tzinfo), started)
                end = min(datetime.combine(day, closes, tzinfo=started.tzinfo), ended)
                total += max(end - begin, timedelta())
            day += timedelta(days=1)
    return total


def _merged(pauses: Iterable[Pause]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for pause in sorted(pauses, key=lambda pause: pause.started):
        if merged and pause.started <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], pause.ended))
        else:
            merged.append((pause.started, pause.ended))
    return merged


def _paused_days(calendar: WorkingCalendar, pauses: Iterable[Pause], *, only_working: bool) -> set[date]:
    """Days of the pauses without the first, as a day of receipt is not counted either."""
    days = {
        pause.started.date() + timedelta(days=ahead)
        for pause in pauses
        for ahead in range(1, (pause.ended.date() - pause.started.date()).days + 1)
    }
    return {day for day in days if not only_working or calendar.is_working_day(day)}


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last (31/1 + 1 month is the end of February)."""
    count = day.year * 12 + day.month - 1 + months
    first = date(count // 12, count % 12 + 1, 1)
    following = date((count + 1) // 12, (count + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))
