"""Filters of the administration's lists that more than one app uses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unfold.contrib.filters.admin import AutocompleteSelectFilter


class ChosenFilter(AutocompleteSelectFilter):
    """One of many, found by typing; only what the reader could open is named."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Return the form; whom somebody does not see stays nameless though its number be typed into the address."""
        page = self.model_admin.admin_site.get_model_admin(self.field.remote_field.model)
        for choice in super().choices(changelist):
            choice["form"].fields[self.lookup_kwarg].queryset = page.get_queryset(self.request)
            yield choice
