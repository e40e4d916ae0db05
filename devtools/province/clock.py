"""Due dates and working moments, by the product's own counting, remembered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from random import Random

from django.utils import timezone

from procedures.calendar import days, working_time
from procedures.calendar.working_time import CUT_OFF, Pause, WorkingCalendar


class _Remembered(WorkingCalendar):
    """The product's calendar, which looks at each day once."""

    @cached_property
    def _shifts(self) -> dict[date, list[tuple[time, time]]]:
        return {}

    def shifts_on(self, day: date) -> list[tuple[time, time]]:
        shifts = self._shifts.get(day)
        if shifts is None:
            shifts = self._shifts[day] = super().shifts_on(day)
        return shifts


class Clock:
    """Counts as the product does, for agencies that keep the general hours."""

    def __init__(self, first: date) -> None:
        loaded = days.calendar_from(first)
        self.calendar: WorkingCalendar = _Remembered(loaded.off, loaded.worked, loaded.shifts)
        self._zone = timezone.get_default_timezone()
        self._working = lru_cache(maxsize=4096)(self.calendar.is_working_day)
        self._plain = lru_cache(maxsize=100_000)(self._due_of)

    def due(self, start: datetime, value: int, unit: str, pauses: Sequence[Pause] = ()) -> datetime | None:
        """Return what `days.due_at` returns."""
        local = start.astimezone(self._zone)
        if unit == "working_day" and not pauses:
            return self._plain(local.date(), local.time() >= CUT_OFF, value)
        return working_time.due(self.calendar, local, value, unit, [self._local(pause) for pause in pauses])

    def _due_of(self, day: date, is_late: bool, value: int) -> datetime | None:
        moment = datetime.combine(day, CUT_OFF if is_late else time(9), tzinfo=self._zone)
        return working_time.due(self.calendar, moment, value, "working_day")

    def _local(self, pause: Pause) -> Pause:
        return Pause(pause.started.astimezone(self._zone), pause.ended.astimezone(self._zone))

    def works(self, day: date) -> bool:
        """Tell whether offices work on a day."""
        return self._working(day)

    def at_work(self, rng: Random, after: datetime, hours: float) -> datetime:
        """Return a moment of work about so many working hours after another."""
        wanted = timedelta(seconds=int(3600 * hours * rng.uniform(0.6, 1.4)) + 40)
        found = working_time.after_hours(self.calendar, after.astimezone(self._zone), wanted)
        return found + timedelta(microseconds=rng.randrange(1_000_000))

    def next_morning(self, after: datetime, hour: int = 8, minute: int = 0) -> datetime:
        """Return a time of the first working day after a moment."""
        day = after.astimezone(self._zone).date() + timedelta(days=1)
        while not self.works(day):
            day += timedelta(days=1)
        return datetime.combine(day, time(hour, minute), tzinfo=self._zone)

    def midnight(self, day: date) -> datetime:
        """Return the beginning of a day."""
        return datetime.combine(day, time(), tzinfo=self._zone)

    def day_of(self, moment: datetime) -> date:
        """Return the day of a moment in Vietnam."""
        return moment.astimezone(self._zone).date()
