"""Administration of days off, worked weekends and office hours."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from agencies.periods import PERIODS

from ..calendar_filling import fill_year
from ..models import CalendarDay, WorkingHours


@admin.register(CalendarDay)
class CalendarDayAdmin(ModelAdmin):
    """Days that differ from the week's pattern."""

    list_display = ["date", "kind", "note"]
    list_filter = ["kind"]
    date_hierarchy = "date"
    search_fields = ["note"]

    def save_model(self, request: HttpRequest, obj: CalendarDay, form: Any, change: bool) -> None:
        """The first day written for a year brings the year's known holidays with it."""
        super().save_model(request, obj, form, change)
        if not CalendarDay.objects.filter(date__year=obj.date.year).exclude(pk=obj.pk).exists():
            fill_year(obj.date.year)


@admin.register(WorkingHours)
class WorkingHoursAdmin(ModelAdmin):
    """Shifts of a week, in general or at one agency."""

    formfield_overrides = PERIODS
    list_display = ["__str__", "agency", "valid_during"]
    list_select_related = ["agency"]
    autocomplete_fields = ["agency"]
    search_fields = ["agency__search_key"]
