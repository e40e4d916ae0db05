"""Reallocations: surplus of a discrepancy moved to the bills it was meant for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from payments.states import ReallocationState

from .bills import Bill
from .discrepancies import Discrepancy


class Reallocation(models.Model):
    """One transfer for several dossiers, or one for the wrong code, put right by two persons (R-35, R-37).

    `amount` is whole đồng, the sum of the bills' amounts, and held back from the discrepancy from
    the moment it is proposed.
    """

    discrepancy = models.ForeignKey(Discrepancy, on_delete=models.PROTECT, related_name="reallocations")
    bills = models.ManyToManyField(Bill, related_name="reallocations")
    amount = models.BigIntegerField(_("Số tiền (đồng)"))
    note = models.CharField(_("Giải thích"), max_length=500)
    state = models.CharField(
        _("Trạng thái"), max_length=16, choices=ReallocationState, default=ReallocationState.PROPOSED
    )
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checker = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    idempotency_key = models.CharField(max_length=255)
    proposed_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("chuyển tiền giữa các khoản")
        verbose_name_plural = _("chuyển tiền giữa các khoản")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="move_amount_positive"),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | ~Q(checker=models.F("maker")), name="move_maker_is_not_checker"
            ),
            models.CheckConstraint(
                condition=Q(state=ReallocationState.PROPOSED) | Q(checker__isnull=False), name="move_is_checked"
            ),
            models.UniqueConstraint(fields=["discrepancy", "idempotency_key"], name="move_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.discrepancy} → {self.amount} đ"
