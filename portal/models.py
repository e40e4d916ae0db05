"""Tables of the site itself."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ReadOnlySpan(models.Model):
    """A span in which the portal is read-only. `ended_at` is when it is expected back, and ends it by itself.

    Called off or ended early by a smaller `ended_at`, prolonged by a greater one.
    """

    began_at = models.DateTimeField(_("Từ"))
    ended_at = models.DateTimeField(_("Đến"))
    reason = models.CharField(_("Lý do"), max_length=200)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Người báo")
    )

    class Meta:
        verbose_name = _("lần chỉ xem")
        verbose_name_plural = _("lần chỉ xem")
        ordering = ["-began_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ended_at__gte=F("began_at")), name="read_only_ends_after_it_began")
        ]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M} {self.reason}"
