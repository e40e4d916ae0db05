"""Ratings by citizens."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from .dossier import Dossier


class Rating(models.Model):
    """One to five, and words if somebody likes; once for each dossier whose result was handed over."""

    dossier = models.OneToOneField(Dossier, on_delete=models.CASCADE, related_name="rating")
    score = models.PositiveSmallIntegerField(_("Điểm"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    words = models.CharField(_("Góp ý"), max_length=500, blank=True)
    at = models.DateTimeField(_("Lúc"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("đánh giá")
        verbose_name_plural = _("đánh giá")
        constraints = [
            models.CheckConstraint(condition=models.Q(score__gte=1, score__lte=5), name="rating_of_one_to_five"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}: {self.score}"
