"""The append-only ledger."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.database.triggers import AppendOnly
from core.values.money import dong
from payments.states import MONEY_IN, EventKind

from .bills import Bill
from .merchants import MerchantAccount
from .payments import Payment


class LedgerEvent(models.Model):
    """One thing that happened to a bill or a payment. Never changed, never deleted (trigger).

    Money comes in with a positive amount and is booked with a negative one (settling the
    bill, or as surplus), so the amounts of a bill always add up to zero (I1); money that
    goes out has the opposite signs. `money_key` names the bank's transaction: the database
    books each of them once. `value_date` is the bank's day of the money in Vietnam time
    (moved to today when that day is closed already), under which it is reconciled.
    """

    kind = models.CharField(max_length=24, choices=EventKind, verbose_name=_("Sự kiện"))
    bill = models.ForeignKey(
        Bill, null=True, on_delete=models.PROTECT, related_name="events", verbose_name=_("Khoản phải nộp")
    )
    payment = models.ForeignKey(
        Payment, null=True, on_delete=models.PROTECT, related_name="events", verbose_name=_("Lần thanh toán")
    )
    amount = models.BigIntegerField(default=0, verbose_name=_("Số tiền (đồng)"))
    before = models.CharField(max_length=16, blank=True, verbose_name=_("Trước"))
    after = models.CharField(max_length=16, blank=True, verbose_name=_("Sau"))
    money_key = models.CharField(max_length=160, blank=True, verbose_name=_("Mã khoản tiền"))
    merchant_account = models.ForeignKey(
        MerchantAccount,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("Hợp đồng cổng"),
    )
    value_date = models.DateField(null=True, verbose_name=_("Ngày giá trị"))
    is_correction = models.BooleanField(default=False, verbose_name=_("Là điều chỉnh"))
    cause = models.CharField(max_length=16, verbose_name=_("Nguyên nhân"))
    cause_id = models.CharField(max_length=64, blank=True, verbose_name=_("Mã nguyên nhân"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("Người làm"),
    )
    detail = models.JSONField(default=dict, verbose_name=_("Chi tiết"))
    at = models.DateTimeField(db_default=Now(), verbose_name=_("Lúc"))

    class Meta:
        triggers = [AppendOnly(name="ledger_is_append_only")]
        verbose_name = _("dòng sổ cái")
        verbose_name_plural = _("sổ cái")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["money_key"],
                condition=Q(kind__in=MONEY_IN) & ~Q(money_key=""),
                name="money_booked_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["merchant_account", "value_date"],
                condition=Q(value_date__isnull=False),
                name="ledger_money_by_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {dong(self.amount)}"

    @property
    def reference(self) -> str:
        """The bank's number of money, without the contract it is scoped by."""
        return self.money_key.split(":", 2)[-1]
