"""Claims of payers that the bank took money we have not seen."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .discrepancies import Discrepancy
from .payments import Payment


class ChargeClaim(models.Model):
    """“Tôi đã bị trừ tiền”: one per attempt, answered through its discrepancy until `due_at`.

    `amount` is whole đồng as the payer says. `proof` is a JPEG we encoded ourselves;
    only the discrepancy's own page gives it out.
    """

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="claim")
    discrepancy = models.OneToOneField(Discrepancy, on_delete=models.PROTECT, related_name="claim")
    amount = models.BigIntegerField(_("Số tiền bị trừ"))
    charged_at = models.DateTimeField(_("Bị trừ lúc"))
    bank_ref = models.CharField(_("Mã giao dịch ngân hàng"), max_length=64, blank=True)
    proof = models.FileField(_("Ảnh chụp"), upload_to="claims/%Y/%m/", blank=True)
    opened_at = models.DateTimeField(_("Báo lúc"), db_default=Now())
    due_at = models.DateTimeField(_("Trả lời trước"))

    class Meta:
        verbose_name = _("báo bị trừ tiền")
        verbose_name_plural = _("báo bị trừ tiền")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="claim_amount_positive")]

    def __str__(self) -> str:
        return f"{self.payment_id} · {self.amount} đ"

    @property
    def is_open(self) -> bool:
        """Nobody has answered yet."""
        return self.discrepancy.closed_at is None
