"""Signing requests: drafts of results for a signer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .dossier import Dossier


class SigningState(models.TextChoices):
    """What has become of a draft."""

    WAITING = "waiting", _("Đang chờ ký")
    SIGNED = "signed", _("Đã ký")
    SENT_BACK = "sent_back", _("Trả lại")
    RECALLED = "recalled", _("Rút lại")


class SigningRequest(models.Model):
    """Tờ trình: the draft as it was put before a signer, and the answer. One waits for a dossier at a time.

    Any signer of the agency may answer; `submitted_to` says in whose list it lies. Nobody
    signs what they have put forward.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="signing_requests")
    number = models.CharField(_("Số dự kiến"), max_length=60)
    file = models.FileField(_("Dự thảo kết quả"), upload_to="results/%Y/%m/")
    note = models.CharField(_("Ý kiến trình"), max_length=255, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(db_default=Now())
    state = models.CharField(max_length=9, choices=SigningState, default=SigningState.WAITING)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(_("Lý do trả lại"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("tờ trình ký")
        verbose_name_plural = _("tờ trình ký")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(state=SigningState.WAITING),
                name="one_draft_waits",
                violation_error_message=_("Hồ sơ này đã có một dự thảo đang chờ ký."),
            ),
            models.CheckConstraint(
                condition=Q(state=SigningState.WAITING, decided_at=None)
                | ~Q(state=SigningState.WAITING) & Q(decided_at__isnull=False),
                name="draft_waits_or_is_answered",
            ),
            models.CheckConstraint(
                condition=~Q(state=SigningState.SIGNED)
                | Q(decided_by__isnull=False) & ~Q(decided_by=F("submitted_by")),
                name="draft_is_signed_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state=SigningState.SENT_BACK) | ~Q(reason=""), name="draft_is_sent_back_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.number} {self.state}"
