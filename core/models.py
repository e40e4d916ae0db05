"""Counters of rate limits."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class RateLimitCount(models.Model):
    """What of one limit one person, address or thing has used up. `key` is a keyed hash: it names nobody."""

    key = models.CharField(max_length=64, primary_key=True)
    amount = models.BigIntegerField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("số lần đã thử")
        verbose_name_plural = _("số lần đã thử")

    def __str__(self) -> str:
        return f"{self.amount}"
