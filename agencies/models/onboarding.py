"""Onboarding steps that a person attests, because no table shows them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .agency import Agency


class OnboardingStep(models.Model):
    """One step done on paper, with its evidence; the others are counted (`onboarding.board_views`)."""

    class Step(models.TextChoices):
        """What somebody must attest (docs/reference/domain.md#rollout-of-a-commune, commune rollout)."""

        AGREEMENT = "agreement", _("Đã ký thỏa thuận với ngân hàng")
        TRAINING = "training", _("Đã tập huấn cán bộ")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="onboarding", verbose_name=_("Cơ quan"))
    step = models.CharField(_("Bước"), max_length=12, choices=Step)
    day = models.DateField(_("Ngày"))
    evidence = models.CharField(_("Văn bản, minh chứng"), max_length=255)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Người ghi"),
    )

    class Meta:
        verbose_name = _("bước triển khai")
        verbose_name_plural = _("bước triển khai")
        ordering = ["agency_id", "step"]
        constraints = [models.UniqueConstraint(fields=["agency", "step"], name="onboarding_step_once")]

    def __str__(self) -> str:
        return f"{self.agency} · {self.get_step_display()}"
