"""How a period (`valid_during`) is asked for in the administration: two days, each with its name."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.contrib.postgres.forms import RangeWidget
from django.utils.translation import gettext_lazy as _
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
