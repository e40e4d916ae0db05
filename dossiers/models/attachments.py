"""Attachments and their scan state."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .dossier import Dossier
from .drafts import Draft


class PaperState(models.TextChoices):
    """Scan result of a paper. Nobody opens one that is not clean."""

    PENDING = "pending", _("Đang kiểm tra")
    CLEAN = "clean", _("Đã kiểm tra")
    REFUSED = "refused", _("Không dùng được")


class Refusal(models.TextChoices):
    """Why a paper is of no use, and what its sender can do."""

    UNREADABLE = "unreadable", _("Ảnh bị hỏng, không mở được. Hãy chụp lại rồi gửi ảnh mới.")
    HEIC = "heic", _("Ảnh HEIC này không mở được. Hãy chụp màn hình ảnh đó rồi gửi, hoặc chụp lại ngay tại đây.")
    INFECTED = "infected", _("Tệp có mã độc nên đã bị xóa. Hãy chụp lại giấy tờ bằng điện thoại rồi gửi ảnh đó.")


class Attachment(models.Model):
    """A paper the citizen sent, to a draft first. The stored name is ours; the given name is only shown.

    `attempts` counts the scans begun: a scan overtaken by a later one writes nothing.
    Of a refused paper only the row is left, so that its sender reads why; the file is gone.
    """

    dossier = models.ForeignKey(Dossier, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments")
    draft = models.ForeignKey(Draft, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments")
    #: Which of the procedure's papers it is, as the list called it then.
    requirement = models.CharField(_("Là giấy tờ nào"), max_length=300, blank=True)
    file = models.FileField(upload_to="attachments/%Y/%m/")
    name = models.CharField(max_length=150)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    uploaded_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(
        max_length=8, choices=PaperState, default=PaperState.PENDING, db_default=PaperState.PENDING
    )
    refusal = models.CharField(max_length=10, choices=Refusal, blank=True, default="", db_default="")
    attempts = models.PositiveIntegerField(default=0, db_default=0)
    next_check_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("giấy tờ")
        verbose_name_plural = _("giấy tờ")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(dossier__isnull=False) | models.Q(draft__isnull=False), name="paper_of_something"
            ),
            models.CheckConstraint(
                condition=models.Q(state=PaperState.REFUSED) ^ models.Q(refusal=""), name="refused_paper_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["next_check_at"], condition=models.Q(state=PaperState.PENDING), name="paper_to_check"),
        ]

    def __str__(self) -> str:
        return self.name
