"""Assignments, pauses, written notices and results."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.database.triggers import AppendOnly
from dossiers.states import DossierState

from .dossier import Dossier


class Stage(models.TextChoices):
    """What a dossier is given to somebody for."""

    HANDLING = "handling", _("Thụ lý")
    SIGNING = "signing", _("Trình ký")
    RESULT = "result", _("Chuyển trả kết quả")


class Assignment(models.Model):
    """Giao - nhận: one line of the control sheet. Append-only (trigger); the newest says whose turn it is."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="assignments")
    stage = models.CharField(_("Để"), max_length=8, choices=Stage)
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Người giao")
    )
    taker = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Người nhận việc")
    )
    note = models.CharField(_("Ý kiến"), max_length=255, blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = [AppendOnly(name="assignment_is_append_only")]
        verbose_name = _("giao việc")
        verbose_name_plural = _("giao việc")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.dossier_id} → {self.taker_id}"


class ClockPause(models.Model):
    """The clock stood still in one state; while `ended_at` is empty it still does."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="pauses")
    state = models.PositiveSmallIntegerField(choices=DossierState)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("lần dừng tính hạn")
        verbose_name_plural = _("lần dừng tính hạn")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["dossier"], condition=Q(ended_at=None), name="pause_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="pause_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.state} {self.started_at:%d/%m/%Y %H:%M}"


class NoticeKind(models.TextChoices):
    """What is put to the citizen in writing: forms 02 to 05 of TT 03/2025/TT-VPCP, appendix I."""

    SUPPLEMENT = "supplement", _("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ")
    REFUSAL = "refusal", _("Phiếu từ chối tiếp nhận giải quyết hồ sơ")
    APOLOGY = "apology", _("Văn bản xin lỗi và đề nghị gia hạn")
    STOP = "stop", _("Thông báo dừng giải quyết hồ sơ")


class WrittenNotice(models.Model):
    """One written notice. It lists all that is missing at once, one item a line."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=12, choices=NoticeKind)
    reason = models.TextField(_("Lý do"))
    items = models.TextField(_("Giấy tờ cần bổ sung"), blank=True)
    due_before = models.DateTimeField(_("Hẹn trả cũ"), null=True)
    due_after = models.DateTimeField(_("Hẹn trả mới"), null=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("văn bản gửi công dân")
        verbose_name_plural = _("văn bản gửi công dân")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=NoticeKind.APOLOGY) | Q(due_after__isnull=False), name="apology_names_a_new_date"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="notice_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.kind}"


class Result(models.Model):
    """What came out: number, date, signer, and the file if there is one.

    `signed_by` is who signed here; empty where an officer wrote down what was signed on paper.
    """

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="result")
    number = models.CharField(_("Số kết quả"), max_length=60)
    signed_on = models.DateField(_("Ngày ký"))
    signer = models.CharField(_("Người ký"), max_length=120)
    file = models.FileField(_("Tệp kết quả"), upload_to="results/%Y/%m/", blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("kết quả giải quyết")
        verbose_name_plural = _("kết quả giải quyết")

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.number}"
