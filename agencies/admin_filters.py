"""Filters of the administration's lists that more than one app uses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter, RangeDateFilter

#: As the calendar beside the field writes a day, and as people here do; never the month first.
_DAY = forms.DateField(input_formats=["%Y-%m-%d", "%d/%m/%Y"])


class ChosenFilter(AutocompleteSelectFilter):
    """One of many, found by typing; only what the reader could open is named."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Return the form; whom somebody does not see stays nameless though its number be typed into the address."""
        page = self.model_admin.admin_site.get_model_admin(self.field.remote_field.model)
        for choice in super().choices(changelist):
            choice["form"].fields[self.lookup_kwarg].queryset = page.get_queryset(self.request)
            yield choice


class WordsFilter(admin.AllValuesFieldListFilter):
    """The codes of a column by the words its page has for them (`admin_base.WithWords`)."""

    def __init__(
        self, field: Any, request: HttpRequest, params: Any, model: Any, model_admin: Any, field_path: str
    ) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        self._words = model_admin.words[field_path]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Return them; the first is for all."""
        for choice in super().choices(changelist):
            is_code = choice["display"] in self.lookup_choices
            yield {**choice, "display": str(self._words(choice["display"]))} if is_code else choice


class DaysFilter(RangeDateFilter):
    """From one day to another, both with all their hours, of a time; a day that cannot be read filters nothing."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep what lies within the days."""
        for end, lookup, hour in (("from", "gte", time.min), ("to", "lte", time.max)):
            with suppress(ValidationError):
                day = _DAY.clean(self.used_parameters.get(f"{self.parameter_name}_{end}"))
                bound = timezone.make_aware(datetime.combine(day, hour))
                queryset = queryset.filter(**{f"{self.parameter_name}__{lookup}": bound})
        return queryset
