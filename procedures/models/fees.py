"""Fee schedules: dated, approved by a second person, never edited once active (trigger)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .procedure import Procedure, ProcedureCase


class ScheduleState(models.TextChoices):
    """The life of a schedule."""

    DRAFT = "draft", _("Bản nháp")
    PROPOSED = "proposed", _("Chờ duyệt")
    APPROVED = "approved", _("Đã duyệt")
    ACTIVE = "active", _("Đang áp dụng")
    RETIRED = "retired", _("Ngừng áp dụng")


class FeeSchedule(models.Model):
    """The fees of one procedure under one legal basis for one period."""

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="schedules")
    version = models.PositiveSmallIntegerField(_("Phiên bản"))
    valid_during = DateRangeField(_("Hiệu lực"))
    legal_basis = models.CharField(_("Căn cứ pháp lý"), max_length=255)
    state = models.CharField(_("Trạng thái"), max_length=12, choices=ScheduleState, default=ScheduleState.DRAFT)
    note = models.CharField(_("Ghi chú"), max_length=500, blank=True)
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("biểu phí")
        verbose_name_plural = _("biểu phí")
        ordering = ["procedure_id", "version"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "version"], name="schedule_version_once"),
            models.CheckConstraint(
                condition=Q(prepared_by=None) | Q(approved_by=None) | ~Q(prepared_by=F("approved_by")),
                name="schedule_two_persons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure.code} v{self.version}"


class FeeRule(models.Model):
    """One line of a schedule. `price` is đồng per unit; `tiers` price by position instead.

    `tiers` is a list of {"up_to": n or null, "price": đồng}, applied to the fact named by
    `quantity_fact`; `cap` limits the tiered sum; `times_fact` multiplies the result (copies).
    `free_quantity` is subtracted from the quantity first ("from the third copy on").
    """

    class Kind(models.TextChoices):
        """Phí pays for a service, lệ phí goes to the budget."""

        PHI = "phi", _("Phí")
        LE_PHI = "le_phi", _("Lệ phí")

    class Channel(models.TextChoices):
        """By which channel the price holds."""

        ANY = "any", _("Mọi kênh")
        ONLINE = "online", _("Trực tuyến")
        COUNTER = "counter", _("Tại quầy, bưu chính")

    schedule = models.ForeignKey(FeeSchedule, on_delete=models.CASCADE, related_name="rules")
    case = models.ForeignKey(ProcedureCase, null=True, blank=True, on_delete=models.PROTECT, related_name="rules")
    code = models.CharField(max_length=64)
    name = models.CharField(_("Tên khoản"), max_length=255)
    kind = models.CharField(_("Loại"), max_length=8, choices=Kind)
    channel = models.CharField(_("Kênh"), max_length=8, choices=Channel, default=Channel.ANY)
    unit = models.CharField(_("Đơn vị"), max_length=60, blank=True)
    price = models.BigIntegerField(_("Mức thu (đồng)"))
    quantity_fact = models.CharField(_("Số lượng theo"), max_length=16, blank=True)
    times_fact = models.CharField(_("Nhân với"), max_length=16, blank=True)
    free_quantity = models.PositiveSmallIntegerField(default=0)
    tiers = models.JSONField(default=list, blank=True)
    cap = models.BigIntegerField(_("Tối đa (đồng)"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("mức phí")
        verbose_name_plural = _("mức phí")
        ordering = ["schedule_id", "position"]
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="fee_price_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name


class Exemption(models.Model):
    """A group that pays less for the lines of a schedule; 100 percent is full exemption."""

    schedule = models.ForeignKey(FeeSchedule, on_delete=models.CASCADE, related_name="exemptions")
    group = models.SlugField(max_length=40)
    name = models.CharField(_("Đối tượng"), max_length=255)
    percent = models.PositiveSmallIntegerField(_("Giảm (%)"), default=100)

    class Meta:
        verbose_name = _("miễn, giảm")
        verbose_name_plural = _("miễn, giảm")
        constraints = [
            models.UniqueConstraint(fields=["schedule", "group"], name="exemption_once"),
            models.CheckConstraint(condition=Q(percent__lte=100), name="exemption_percent_sane"),
        ]

    def __str__(self) -> str:
        return self.name
