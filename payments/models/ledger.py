"""The append-only ledger."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ..states import MONEY_IN, EventKind
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

    kind = models.CharField(max_length=24, choices=EventKind)
    bill = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="events")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="events")
    amount = models.BigIntegerField(default=0)
    before = models.CharField(max_length=16, blank=True)
    after = models.CharField(max_length=16, blank=True)
    money_key = models.CharField(max_length=160, blank=True)
    merchant_account = models.ForeignKey(
        MerchantAccount, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    value_date = models.DateField(null=True)
    is_correction = models.BooleanField(default=False)
    cause = models.CharField(max_length=16)
    cause_id = models.CharField(max_length=64, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    class Meta:
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
        return f"{self.kind} {self.amount}"
