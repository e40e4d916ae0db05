"""Prints, each counted."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .dossier import Dossier


class Printing(models.Model):
    """One print of one paper; the second of a kind says on its face that it is a copy."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="printings")
    paper = models.CharField(_("Giấy"), max_length=20)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("lần in")
        verbose_name_plural = _("lần in")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.paper}"
