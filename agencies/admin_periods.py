"""Form field and display of a period (`valid_during`) as two days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.forms import RangeWidget
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from psycopg2.extras import DateRange
from unfold.widgets import UnfoldAdminDateWidget


class PeriodWidget(RangeWidget):
    """The first day, and the first day after; a screen reader hears which is which."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(UnfoldAdminDateWidget(), attrs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Name both boxes; shapes as in django.forms.MultiWidget."""
        context = super().get_context(name, value, attrs)
        for part, label in zip(context["widget"]["subwidgets"], (_("Từ ngày"), _("Đến trước ngày")), strict=True):
            part["attrs"] |= {"aria-label": label, "placeholder": label}
        return context


#: For `formfield_overrides` of every page of the administration that has a period.
PERIODS = {DateRangeField: {"widget": PeriodWidget}}


def in_words(value: Any) -> str:
    """Return a period as its first and last day, "từ 01/07/2025", "01/01/2004 – 30/06/2025"; all else as its text."""
    if not isinstance(value, DateRange):
        return str(value)
    if value.isempty:
        return gettext("không có ngày nào")
    first = f"{value.lower:%d/%m/%Y}" if value.lower else ""
    last = f"{value.upper - timedelta(days=1):%d/%m/%Y}" if value.upper else ""
    if not last:
        return gettext("từ %(day)s") % {"day": first} if first else gettext("không thời hạn")
    return f"{first} – {last}" if first else gettext("đến hết %(day)s") % {"day": last}


class WithPeriod:
    """For a page or an inline of rows with a `valid_during`: read as two days, typed as two days."""

    formfield_overrides = PERIODS

    @admin.display(description=_("Hiệu lực"), ordering="valid_during")
    def period(self, row: Any) -> str:
        """The time in which the row counts."""
        return in_words(row.valid_during) if row.valid_during is not None else ""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the period in words to whoever cannot change it."""
        fields = [field for field in super().get_fields(request, obj) if field != "period"]  # type: ignore[misc]
        is_read = obj is not None and not self.has_change_permission(request, obj)  # type: ignore[attr-defined]
        return ["period" if field == "valid_during" else field for field in fields] if is_read else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The words are never typed."""
        return [*super().get_readonly_fields(request, obj), "period"]  # type: ignore[misc]
