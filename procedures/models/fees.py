"""Fee schedules: dated, approved by a second person, never edited once active (trigger)."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from core.database.whole_row import WholeRow
from procedures.fees.inputs import APPLICANTS, AREAS, FACT_LABELS, TIMINGS
from procedures.fees.records import ANY

from .guards import FrozenRows, FrozenSchedule
from .procedure import Procedure, ProcedureCase


class ScheduleState(models.TextChoices):
    """The life of a schedule."""

    DRAFT = "draft", _("Bản nháp")
    PROPOSED = "proposed", _("Chờ duyệt")
    APPROVED = "approved", _("Đã duyệt")
    ACTIVE = "active", _("Đang áp dụng")
    RETIRED = "retired", _("Ngừng áp dụng")


class FeeSchedule(WholeRow):
    """Everything one procedure costs in one period, at all agencies or at the one named.

    A schedule is complete: at any day one schedule per procedure and agency is active
    (exclusion constraint), so a line that is missing from it is seen, not guessed. Only a
    draft can be edited (trigger); verbs of its life are in `procedures.schedules.lifecycle`.
    """

    procedure = models.ForeignKey(
        Procedure, on_delete=models.PROTECT, related_name="schedules", verbose_name=_("Thủ tục")
    )
    agency = models.ForeignKey(
        Agency,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Chỉ áp dụng tại"),
        help_text=_("Để trống: áp dụng ở mọi cơ quan."),
    )
    version = models.PositiveSmallIntegerField(_("Phiên bản"))
    valid_during = DateRangeField(_("Hiệu lực"), help_text=_("Ngày bắt đầu và ngày đầu tiên hết hiệu lực."))
    legal_basis = models.CharField(_("Căn cứ pháp lý"), max_length=255)
    state = models.CharField(
        _("Trạng thái"), max_length=12, choices=ScheduleState, default=ScheduleState.DRAFT, editable=False
    )
    note = models.CharField(_("Ghi chú"), max_length=500, blank=True)
    cloned_from = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Sao chép từ"),
    )
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Người lập"),
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Người duyệt"),
    )

    class Meta:
        triggers = [FrozenSchedule(name="active_schedule_is_frozen")]
        verbose_name = _("biểu phí")
        verbose_name_plural = _("biểu phí")
        ordering = ["procedure_id", "version"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "version"], name="schedule_version_once"),
            models.CheckConstraint(
                condition=Q(prepared_by=None) | Q(approved_by=None) | ~Q(prepared_by=F("approved_by")),
                name="schedule_two_persons",
            ),
            # Schedules loaded with the product have neither person; what people make has both.
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "active"])
                | Q(prepared_by__isnull=False, approved_by__isnull=False)
                | Q(state="active", prepared_by=None, approved_by=None),
                name="schedule_approved_by_a_second_person",
            ),
            ExclusionConstraint(
                name="schedule_active_once_a_day",
                expressions=[
                    ("procedure", RangeOperators.EQUAL),
                    (Coalesce("agency", Value(0)), RangeOperators.EQUAL),
                    ("valid_during", RangeOperators.OVERLAPS),
                ],
                condition=Q(state="active"),
                violation_error_message=_("Đã có biểu phí khác áp dụng trong thời gian này."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure.code} v{self.version}"

    def has_ended_by(self, day: date) -> bool:
        """Tell whether its time is over on a day."""
        return self.valid_during.upper is not None and self.valid_during.upper <= day


_FACTS = [(name, label) for name, (label, _unit) in FACT_LABELS.items()]


class FeeRule(WholeRow):
    """One line of a schedule. `price` is đồng per unit; `tiers` price by position instead.

    `tiers` is a list of {"up_to": n or null, "price": đồng}, applied to the fact named by
    `quantity_fact`; `cap` limits the tiered sum; `times_fact` multiplies the result (copies).
    `free_quantity` is subtracted from the quantity first ("from the third copy on").
    With `is_to_be_determined` an officer sets the amount after examination.
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

    class Refund(models.TextChoices):
        """Whether money comes back when there is no result (docs/reference/fees.md#refunds)."""

        NONE = "none", _("Không hoàn")
        FULL_IF_NOT_ACCEPTED = "full_if_not_accepted", _("Hoàn đủ nếu hồ sơ không được tiếp nhận")
        FULL_IF_NOT_STARTED = "full_if_not_started", _("Hoàn đủ nếu chưa bắt đầu giải quyết")
        MANUAL = "manual", _("Hai người xét từng trường hợp")

    _ANY = [(ANY, _("Tất cả"))]

    schedule = models.ForeignKey(
        FeeSchedule, on_delete=models.CASCADE, related_name="rules", verbose_name=_("Biểu phí")
    )
    case = models.ForeignKey(
        ProcedureCase,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="rules",
        verbose_name=_("Trường hợp"),
        help_text=_("Để trống: mọi trường hợp."),
    )
    code = models.CharField(
        _("Mã khoản"), max_length=64, help_text=_("Giữ nguyên qua các phiên bản: mỗi mã là một khoản phải nộp.")
    )
    name = models.CharField(_("Tên khoản"), max_length=255)
    kind = models.CharField(_("Loại"), max_length=8, choices=Kind)
    channel = models.CharField(_("Kênh"), max_length=8, choices=Channel, default=Channel.ANY)
    applicant = models.CharField(_("Người nộp"), max_length=16, choices=[*_ANY, *APPLICANTS.items()], default=ANY)
    area = models.CharField(_("Địa bàn"), max_length=16, choices=[*_ANY, *AREAS.items()], default=ANY)
    timing = models.CharField(_("Thời điểm"), max_length=8, choices=[*_ANY, *TIMINGS.items()], default=ANY)
    unit = models.CharField(_("Đơn vị"), max_length=60, blank=True)
    price = models.BigIntegerField(_("Mức thu (đồng)"))
    is_to_be_determined = models.BooleanField(_("Xác định sau thẩm định"), default=False)
    quantity_fact = models.CharField(_("Số lượng theo"), max_length=16, blank=True, choices=_FACTS)
    times_fact = models.CharField(_("Nhân với"), max_length=16, blank=True, choices=_FACTS)
    free_quantity = models.PositiveSmallIntegerField(_("Không tính (đơn vị đầu)"), default=0)
    tiers = models.JSONField(_("Bậc"), default=list, blank=True)
    cap = models.BigIntegerField(_("Tối đa (đồng)"), null=True, blank=True)
    refund_policy = models.CharField(_("Hoàn tiền"), max_length=24, choices=Refund, default=Refund.MANUAL)
    refund_text = models.CharField(_("Căn cứ về hoàn tiền"), max_length=300, blank=True)
    legal_basis = models.CharField(
        _("Căn cứ riêng"), max_length=255, blank=True, help_text=_("Để trống: như của biểu phí.")
    )
    position = models.PositiveSmallIntegerField(_("Thứ tự"), default=0)

    class Meta:
        triggers = [FrozenRows(name="active_rules_are_frozen")]
        verbose_name = _("mức phí")
        verbose_name_plural = _("mức phí")
        ordering = ["schedule_id", "position"]
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="fee_price_not_negative"),
            models.CheckConstraint(condition=Q(cap=None) | Q(cap__gte=0), name="fee_cap_not_negative"),
            models.UniqueConstraint(
                fields=["schedule", "case", "code", "channel", "applicant", "area", "timing"],
                name="fee_rule_once",
                nulls_distinct=False,
                violation_error_message=_("Khoản này đã có mức cho đúng đối tượng và kênh đó."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Exemption(WholeRow):
    """Who pays less for the lines of a schedule: `percent` (100 is full exemption) or `amount` đồng.

    An empty group is a reduction for everybody, for example a national half-price scheme.
    """

    schedule = models.ForeignKey(
        FeeSchedule, on_delete=models.CASCADE, related_name="exemptions", verbose_name=_("Biểu phí")
    )
    group = models.SlugField(_("Mã nhóm"), max_length=40, blank=True, help_text=_("Để trống: giảm cho mọi người."))
    name = models.CharField(_("Đối tượng"), max_length=255)
    percent = models.PositiveSmallIntegerField(_("Giảm (%)"), default=100)
    amount = models.PositiveBigIntegerField(_("Giảm (đồng)"), default=0)
    evidence = models.CharField(_("Giấy tờ chứng minh"), max_length=255, blank=True)
    channel = models.CharField(_("Kênh"), max_length=8, choices=FeeRule.Channel, default=FeeRule.Channel.ANY)
    kind = models.CharField(_("Chỉ với"), max_length=8, choices=[*FeeRule._ANY, *FeeRule.Kind.choices], default=ANY)
    valid_during = DateRangeField(_("Chỉ trong thời gian"), null=True, blank=True)
    legal_basis = models.CharField(_("Căn cứ"), max_length=255, blank=True)

    class Meta:
        triggers = [FrozenRows(name="active_exemptions_are_frozen")]
        verbose_name = _("miễn, giảm")
        verbose_name_plural = _("miễn, giảm")
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "group", "channel", "kind", "valid_during"],
                name="exemption_once",
                nulls_distinct=False,
                violation_error_message=_("Đối tượng này đã có mức giảm cho đúng kênh và loại đó."),
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="exemption_percent_sane"),
            models.CheckConstraint(
                condition=Q(percent=0) | Q(amount=0),
                name="exemption_percent_or_amount",
                violation_error_message=_("Ghi phần trăm hoặc số tiền, không ghi cả hai."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
