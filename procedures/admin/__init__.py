"""Administration of procedures, fee schedules and the calendar."""

from . import calendar, catalogue, schedules

__all__ = ["calendar", "catalogue", "schedules"]
