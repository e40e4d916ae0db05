"""Outages of gateways: observed by the circuit breaker, or announced."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from .merchants import MerchantAccount


class Outage(models.Model):
    """One span in which one contract takes no new payments by itself.

    Not planned: begun by the breaker, and `ended_at` is empty until the gateway answers again.
    Planned: announced with both ends by `announced_by`; ended early by a smaller `ended_at`.
    """

    merchant_account = models.ForeignKey(
        MerchantAccount, on_delete=models.PROTECT, related_name="outages", verbose_name=_("Hợp đồng cổng")
    )
    is_planned = models.BooleanField(_("Có báo trước"), default=False)
    began_at = models.DateTimeField(_("Từ"))
    ended_at = models.DateTimeField(_("Đến"), null=True, blank=True)
    reason = models.CharField(_("Lý do"), max_length=255)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Người báo")
    )

    class Meta:
        verbose_name = _("lần gián đoạn")
        verbose_name_plural = _("lần gián đoạn")
        ordering = ["-began_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_account"],
                condition=Q(is_planned=False, ended_at=None),
                name="outage_one_under_way",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, is_planned=False) | Q(ended_at__gte=F("began_at")),
                name="outage_ends_after_it_began",
            ),
        ]
        indexes = [models.Index(fields=["merchant_account", "ended_at"], name="outage_by_contract")]

    def __str__(self) -> str:
        return f"{self.merchant_account_id} {self.began_at:%Y-%m-%d %H:%M}"
