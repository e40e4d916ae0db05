"""Administration of days off, worked weekends and office hours."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agencies.admin_base import AuditedAdmin
from agencies.admin_periods import WithPeriod
from procedures.calendar.fill import fill_year
from procedures.models import CalendarDay, WorkingHours


@admin.register(CalendarDay)
class CalendarDayAdmin(AuditedAdmin):
    """Days that differ from the week's pattern."""

    helps = {
        "date": _("Ghi ngày đầu tiên của một năm thì các ngày lễ đã biết của năm đó được thêm vào."),
        "kind": _("Nghỉ: hạn trả kết quả lùi qua ngày này. Làm bù: thứ bảy, chủ nhật tính là ngày làm việc."),
    }
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
class WorkingHoursAdmin(WithPeriod, AuditedAdmin):
    """Shifts of a week, in general or at one agency."""

    helps = {
        "agency": _("Để trống: mọi cơ quan. Giờ riêng của một cơ quan thay cho giờ chung."),
        "opens": _("Mỗi dòng là một ca: sáng một dòng, chiều một dòng."),
    }
    list_display = ["__str__", "agency", "period"]
    list_select_related = ["agency"]
    autocomplete_fields = ["agency"]
    search_fields = ["agency__search_key"]
