"""Procedures and the cases that decide fee and deadline."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from core.values.language import is_english
from core.values.text import briefly, fold
from procedures import conditions
from procedures.catalogue.topics import Audience, LifeEvent, Sector


class Procedure(models.Model):
    """A thủ tục hành chính by its national code. `keywords` are what people call it ("sổ đỏ")."""

    code = models.CharField(_("Mã thủ tục"), max_length=40, unique=True)
    name = models.CharField(_("Tên"), max_length=600)
    name_en = models.CharField(_("Tên tiếng Anh"), max_length=300, blank=True)
    department = models.CharField(_("Lĩnh vực, cơ quan"), max_length=255)
    level = models.CharField(_("Cấp"), max_length=8)
    note = models.TextField(_("Ghi chú"), blank=True)
    sector = models.CharField(_("Lĩnh vực"), max_length=20, choices=Sector, blank=True)
    life_events = ArrayField(
        models.CharField(max_length=12, choices=LifeEvent),
        verbose_name=_("Sự kiện trong đời"),
        default=list,
        blank=True,
    )
    audiences = ArrayField(
        models.CharField(max_length=12, choices=Audience), verbose_name=_("Dành cho"), default=list, blank=True
    )
    keywords = models.CharField(_("Từ người dân hay dùng"), max_length=1500, blank=True)
    valid_during = DateRangeField(_("Hiệu lực"))
    agencies = models.ManyToManyField(Agency, related_name="procedures", verbose_name=_("Nơi nhận hồ sơ"))
    search_key = models.TextField(editable=False, verbose_name=_("Khóa tìm kiếm"))

    class Meta:
        verbose_name = _("thủ tục")
        verbose_name_plural = _("thủ tục")
        ordering = ["name"]
        indexes = [GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="procedure_search")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the search key in step with the names."""
        self.search_key = fold(f"{self.code} {self.name} {self.keywords} {self.name_en} {self.department}")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def display_name(self) -> str:
        """The name in the reader's language: English where there is one, else Vietnamese."""
        return self.name_en if is_english() and self.name_en else self.name

    @property
    def brief_name(self) -> str:
        """The name as it fits a phone's heading; some official ones fill the screen."""
        return briefly(self.display_name)


class CollectWhen(models.TextChoices):
    """When the fee is asked for (docs/reference/fees.md#when-a-fee-is-due)."""

    ON_SUBMIT = "on_submit", _("Khi nộp hồ sơ")
    ON_ACCEPT = "on_accept", _("Khi hồ sơ được tiếp nhận")
    BEFORE_RESULT = "before_result", _("Trước khi nhận kết quả")
    NONE = "none", _("Không thu")


#: When somebody pays, one sentence for every page that says it.
_WHEN_TO_PAY = {
    CollectWhen.ON_SUBMIT: _("Nộp ngay sau khi gửi hồ sơ: nộp xong thì hồ sơ mới được tiếp nhận."),
    CollectWhen.ON_ACCEPT: _(
        "Nộp khi hồ sơ được tiếp nhận; nộp ngay sau khi gửi hồ sơ cũng được, chậm nhất là trước khi nhận kết quả."
    ),
    CollectWhen.BEFORE_RESULT: _("Nộp lúc nào cũng được sau khi gửi hồ sơ, chậm nhất là trước khi nhận kết quả."),
    CollectWhen.NONE: _("Không phải nộp."),
}


class DurationUnit(models.TextChoices):
    """What a duration counts (docs/reference/domain.md#deadlines)."""

    HOUR = "hour", _("giờ làm việc")
    WORKING_DAY = "working_day", _("ngày làm việc")
    CALENDAR_DAY = "calendar_day", _("ngày")
    MONTH = "month", _("tháng")
    NONE = "none", _("không quy định")


#: How long something takes; English has "1 working day".
_DURATIONS = {
    DurationUnit.HOUR: ngettext_lazy("%(n)s giờ làm việc", "%(n)s giờ làm việc", "n"),
    DurationUnit.WORKING_DAY: ngettext_lazy("%(n)s ngày làm việc", "%(n)s ngày làm việc", "n"),
    DurationUnit.CALENDAR_DAY: ngettext_lazy("%(n)s ngày", "%(n)s ngày", "n"),
    DurationUnit.MONTH: ngettext_lazy("%(n)s tháng", "%(n)s tháng", "n"),
}


class ProcedureCase(models.Model):
    """A trường hợp: the variant that decides the fee and the deadline.

    `duration_days` counts `duration_unit`s (the name is older than the unit); online it
    may be shorter. A case may hold only for some answers to one question (`procedures.conditions`):
    a number between `at_least` and `at_most`, a day so many days before the day of submission, one of `answers`.
    """

    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="cases", verbose_name=_("Thủ tục"))
    slug = models.SlugField(max_length=80, unique=True, verbose_name=_("Đường dẫn"))
    name = models.CharField(_("Trường hợp"), max_length=300)
    duration_days = models.PositiveSmallIntegerField(_("Thời hạn"), default=3)
    duration_unit = models.CharField(
        _("Tính bằng"), max_length=12, choices=DurationUnit, default=DurationUnit.WORKING_DAY
    )
    online_duration = models.PositiveSmallIntegerField(_("Thời hạn khi nộp trực tuyến"), null=True, blank=True)
    collect_when = models.CharField(_("Thu khi"), max_length=16, choices=CollectWhen, default=CollectWhen.BEFORE_RESULT)
    decided_by = models.ForeignKey(
        "procedures.Question",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="decides",
        verbose_name=_("Tùy câu hỏi"),
        help_text=_("Để trống: trường hợp này hợp với mọi câu trả lời."),
    )
    at_least = models.PositiveIntegerField(
        _("Từ (số, hoặc số ngày đã qua)"), null=True, blank=True, help_text=_("Số nhỏ nhất thuộc trường hợp này.")
    )
    at_most = models.PositiveIntegerField(_("Đến (số, hoặc số ngày đã qua)"), null=True, blank=True)
    answers = ArrayField(
        models.CharField(max_length=120),
        verbose_name=_("Khi trả lời, cách nhau dấu phẩy"),
        default=list,
        blank=True,
        db_default=Value([], output_field=ArrayField(models.CharField(max_length=120))),
    )
    position = models.PositiveSmallIntegerField(default=0, verbose_name=_("Thứ tự"))

    class Meta:
        verbose_name = _("trường hợp")
        verbose_name_plural = _("trường hợp")
        ordering = ["procedure_id", "position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=False) | Q(at_least=None, at_most=None, answers=[]),
                name="case_condition_is_over_a_question",
                violation_error_message=_("Hãy chọn câu hỏi mà điều kiện này tùy theo."),
            ),
            models.CheckConstraint(
                condition=Q(at_least=None) | Q(at_most=None) | Q(at_least__lte=F("at_most")),
                name="case_condition_bounds_in_order",
                violation_error_message=_("“Từ” không được lớn hơn “Đến”."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """A condition is over a question of the same procedure, as its kind has it. Raises ValidationError."""
        if fault := conditions.fault_of(self):
            raise ValidationError({"decided_by": fault})

    @property
    def condition(self) -> str:
        """For whom it is, in words; "" for a case of every answer."""
        return conditions.in_words(self)

    def duration_by(self, channel: str) -> int:
        """Return how long it takes for who comes by a channel, in `duration_unit`s."""
        if channel == "online" and self.online_duration is not None:
            return self.online_duration
        return self.duration_days

    def duration_in_words(self, channel: str) -> str:
        """Return how long it takes as people say it: no days are "the same day"."""
        number = self.duration_by(channel)
        if self.duration_unit == DurationUnit.NONE:
            return self.get_duration_unit_display()
        return str(_DURATIONS[DurationUnit(self.duration_unit)] % {"n": number}) if number else gettext("trong ngày")

    @property
    def when_to_pay(self) -> str:
        """When its fee is paid, a sentence."""
        return str(_WHEN_TO_PAY[CollectWhen(self.collect_when)])

    @property
    def counter_duration(self) -> str:
        """How long it takes for who comes to the counter."""
        return self.duration_in_words("counter")

    @property
    def shorter_online(self) -> str:
        """How long it takes online where that differs; "" where it does not."""
        own = self.duration_in_words("online")
        return own if own != self.counter_duration else ""


class DocumentRequirement(models.Model):
    """A paper that must come with the dossier."""

    procedure = models.ForeignKey(
        Procedure, on_delete=models.CASCADE, related_name="documents", verbose_name=_("Thủ tục")
    )
    name = models.CharField(_("Giấy tờ"), max_length=300)
    is_required = models.BooleanField(_("Bắt buộc"), default=True)
    position = models.PositiveSmallIntegerField(default=0, verbose_name=_("Thứ tự"))

    class Meta:
        verbose_name = _("giấy tờ cần có")
        verbose_name_plural = _("giấy tờ cần có")
        ordering = ["procedure_id", "position"]

    def __str__(self) -> str:
        return self.name
