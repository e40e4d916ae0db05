"""Days that differ from the week's pattern, and working hours."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency


class CalendarDay(models.Model):
    """A day off, or a weekend day worked for it. Pre-filled from a package, edited by people."""

    class Kind(models.TextChoices):
        """What the day is."""

        OFF = "off", _("Nghỉ")
        WORKED = "worked", _("Làm bù")

    date = models.DateField(_("Ngày"), unique=True)
    kind = models.CharField(_("Loại"), max_length=8, choices=Kind)
    note = models.CharField(_("Ghi chú"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("ngày nghỉ, làm bù")
        verbose_name_plural = _("lịch nghỉ, làm bù")
        ordering = ["-date"]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.get_kind_display()}"


class WorkingHours(models.Model):
    """One shift on some weekdays: at all agencies, or at the one named, whose rows replace the general ones."""

    class Weekday(models.IntegerChoices):
        """As Python counts them."""

        MONDAY = 0, _("Thứ hai")
        TUESDAY = 1, _("Thứ ba")
        WEDNESDAY = 2, _("Thứ tư")
        THURSDAY = 3, _("Thứ năm")
        FRIDAY = 4, _("Thứ sáu")
        SATURDAY = 5, _("Thứ bảy")
        SUNDAY = 6, _("Chủ nhật")

    agency = models.ForeignKey(
        Agency,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Cơ quan"),
        help_text=_("Để trống: mọi cơ quan."),
    )
    first_weekday = models.PositiveSmallIntegerField(_("Từ"), choices=Weekday, default=Weekday.MONDAY)
    last_weekday = models.PositiveSmallIntegerField(_("Đến"), choices=Weekday, default=Weekday.FRIDAY)
    opens = models.TimeField(_("Mở cửa"))
    closes = models.TimeField(_("Đóng cửa"))
    valid_during = DateRangeField(_("Áp dụng"))

    class Meta:
        verbose_name = _("giờ làm việc")
        verbose_name_plural = _("giờ làm việc")
        ordering = ["agency_id", "first_weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=Q(opens__lt=F("closes")), name="hours_open_before_they_close"),
            models.CheckConstraint(
                condition=Q(first_weekday__lte=F("last_weekday"), last_weekday__lte=6), name="hours_weekdays_in_order"
            ),
        ]

    def __str__(self) -> str:
        days = f"{self.get_first_weekday_display()} – {self.get_last_weekday_display()}"
        return f"{days} {self.opens:%H:%M}–{self.closes:%H:%M}"
