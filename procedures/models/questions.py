"""A procedure's own questions as rows, so that a new procedure needs no code."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.values.language import is_english

from .procedure import Procedure


class QuestionKind(models.TextChoices):
    """What an answer looks like; the form checks it and phones show the right keys."""

    TEXT = "text", _("Một dòng")
    LONG_TEXT = "long_text", _("Nhiều dòng")
    NUMBER = "number", _("Số")
    DATE = "date", _("Ngày")
    CHOICE = "choice", _("Chọn một")
    PHONE = "phone", _("Số điện thoại")
    IDENTITY = "identity", _("Giấy tờ tùy thân")


class DayLies(models.TextChoices):
    """Where a day lies by nature: of a birth, death, marriage or issue behind us, of a wedding to come before us."""

    PAST = "past", _("Đã qua (sinh, mất, kết hôn, cấp giấy)")
    FUTURE = "future", _("Sắp tới")


class Question(models.Model):
    """One question of a procedure's own. Asked in the order of `position`."""

    procedure = models.ForeignKey(
        Procedure, on_delete=models.CASCADE, related_name="questions", verbose_name=_("Thủ tục")
    )
    slug = models.SlugField(
        _("Tên ngắn"), max_length=40, validators=[RegexValidator(r"^[a-z][a-z0-9_]*$", _("Chỉ chữ thường, số và _."))]
    )
    label = models.CharField(_("Câu hỏi"), max_length=200)
    label_en = models.CharField(_("Câu hỏi bằng tiếng Anh"), max_length=200, blank=True)
    help_text = models.CharField(_("Gợi ý"), max_length=200, blank=True)
    kind = models.CharField(_("Kiểu trả lời"), max_length=12, choices=QuestionKind, default=QuestionKind.TEXT)
    day_lies = models.CharField(
        _("Ngày đã qua hay sắp tới"), max_length=6, choices=DayLies, blank=True, default="", db_default=""
    )
    options = ArrayField(
        models.CharField(max_length=120), verbose_name=_("Các lựa chọn, cách nhau dấu phẩy"), default=list, blank=True
    )
    is_required = models.BooleanField(_("Bắt buộc"), default=True)
    position = models.PositiveSmallIntegerField(_("Thứ tự"), default=0)

    class Meta:
        verbose_name = _("câu hỏi riêng")
        verbose_name_plural = _("câu hỏi riêng")
        ordering = ["procedure_id", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["procedure", "slug"], name="question_once")]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        """A choice needs something to choose from, and only a day lies somewhere. Raises ValidationError."""
        if self.day_lies and self.kind != QuestionKind.DATE:
            raise ValidationError({"day_lies": _("Chỉ dùng cho câu hỏi kiểu Ngày.")})
        if self.kind == QuestionKind.CHOICE and len(self.options or []) < 2:
            raise ValidationError({"options": _("Cần ít nhất hai lựa chọn.")})

    @property
    def display_label(self) -> str:
        """The question in the reader's language: English where there is one, else Vietnamese."""
        return self.label_en if is_english() and self.label_en else self.label

    def answer_text(self, value: Any) -> str:
        """Return an answer as a person reads it, for the dossier to keep beside the question."""
        return value.strftime("%d/%m/%Y") if hasattr(value, "strftime") else str(value)
