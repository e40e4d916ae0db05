"""Test payments: a small real payment through a merchant account."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .bills import Bill
from .merchants import MerchantAccount


class TestPayment(models.Model):
    """Marks a bill as a test_payment of one contract; no figure of fees counts a bill that has one.

    Its money is real and goes the way of all money: ledger, reconciliation, refund.
    """

    __test__ = False  # no class of tests, whatever pytest thinks of its name

    bill = models.OneToOneField(
        Bill, on_delete=models.PROTECT, related_name="test_payment", verbose_name=_("Khoản phải nộp")
    )
    merchant_account = models.ForeignKey(
        MerchantAccount, on_delete=models.PROTECT, related_name="test_payments", verbose_name=_("Hợp đồng cổng")
    )
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Người thử")
    )
    begun_at = models.DateTimeField(_("Bắt đầu lúc"), db_default=Now())

    class Meta:
        verbose_name = _("lần thanh toán thử")
        verbose_name_plural = _("lần thanh toán thử")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.merchant_account_id} {self.bill_id}"
