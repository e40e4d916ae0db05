"""Requests to erase personal data."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .dossier import Dossier


class ErasureRequest(models.Model):
    """One wish, proved by a one-time code; open until an administrator decides, who says why when refusing."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="erasure_requests")
    asked_at = models.DateTimeField(_("Yêu cầu lúc"), db_default=Now())
    decided_at = models.DateTimeField(_("Quyết định lúc"), null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    refusal = models.CharField(_("Lý do từ chối"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("yêu cầu xóa dữ liệu")
        verbose_name_plural = _("yêu cầu xóa dữ liệu")
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"],
                condition=Q(decided_at=None),
                name="one_open_erasure",
                violation_error_message=_("Hồ sơ này đã có một yêu cầu xóa đang chờ."),
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, refusal="")
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="erasure_is_decided_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.asked_at:%d/%m/%Y %H:%M}"
