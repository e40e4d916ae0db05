"""Working days of Viet Nam: holidays with their swap days, from the `holidays` package."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import holidays
from django.utils import timezone

CUT_OFF = time(15, 0)
CLOSING = time(17, 0)
_CALENDAR = holidays.country_holidays("VN")


def is_working_day(day: date) -> bool:
    """Tell whether offices work; a Saturday swapped for a holiday counts."""
    return bool(_CALENDAR.is_working_day(day))


def due_at(received: datetime, working_days: int) -> datetime:
    """Return the closing hour of the day a result is due, counted in working days.

    The day of receipt is not counted; what comes after 15:00 counts as the next day's when
    the result is due the same day (domain.md 1.7).
    """
    local = timezone.localtime(received)
    day, left = local.date(), working_days
    if left == 0 and local.time() >= CUT_OFF:
        left = 1
    while left > 0 or not is_working_day(day):
        day += timedelta(days=1)
        if is_working_day(day):
            left -= 1
    return timezone.make_aware(datetime.combine(day, CLOSING))
