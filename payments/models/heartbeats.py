"""Heartbeats of processes."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """One process on one machine. Written by its work itself, so who lives but does nothing falls silent."""

    process = models.CharField(_("Tiến trình"), max_length=16)
    host = models.CharField(_("Máy"), max_length=64)
    at = models.DateTimeField(_("Lần cuối"), db_default=Now())

    class Meta:
        verbose_name = _("nhịp tiến trình")
        verbose_name_plural = _("nhịp tiến trình")
        constraints = [models.UniqueConstraint(fields=["process", "host"], name="heartbeat_once")]

    def __str__(self) -> str:
        return f"{self.process} @ {self.host}"
