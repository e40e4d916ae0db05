"""The append-only ledger, and the differences somebody must close."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency

from ..states import MONEY_IN, EventKind
from .bills import Bill
from .inbox import Notice
from .payments import Payment


class LedgerEvent(models.Model):
    """One thing that happened to a bill or a payment. Never changed, never deleted (trigger).

    Money comes in with a positive amount and is booked with a negative one (settling the
    bill, or as surplus), so the amounts of a bill always add up to zero (I1). `money_key`
    names the bank's transaction: the database books each of them once.
    """

    kind = models.CharField(max_length=24, choices=EventKind)
    bill = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="events")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="events")
    amount = models.BigIntegerField(default=0)
    before = models.CharField(max_length=16, blank=True)
    after = models.CharField(max_length=16, blank=True)
    money_key = models.CharField(max_length=160, blank=True)
    is_correction = models.BooleanField(default=False)
    cause = models.CharField(max_length=16)
    cause_id = models.CharField(max_length=64, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
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

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"


class DiscrepancyKind(models.TextChoices):
    """Why money and bill do not fit."""

    SURPLUS = "surplus", _("Tiền thừa: khoản đã được nộp hoặc đã đóng")
    SHORT = "short", _("Chuyển thiếu")
    OVER = "over", _("Chuyển thừa")
    UNKNOWN_REFERENCE = "unknown_reference", _("Không rõ nộp cho khoản nào")
    WRONG_CURRENCY = "wrong_currency", _("Sai loại tiền")
    WRONG_ACCOUNT = "wrong_account", _("Sai tài khoản nhận")
    CONFLICT = "conflict", _("Cùng mã giao dịch, khác nội dung")
    CONTRADICTION = "contradiction", _("Ngân hàng báo khác với tiền đã nhận")
    QUARANTINED = "quarantined", _("Không xử lý được")


class Discrepancy(models.Model):
    """A difference with an owner until it is closed."""

    kind = models.CharField(max_length=24, choices=DiscrepancyKind)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    bill = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="discrepancies")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="discrepancies")
    notice = models.ForeignKey(Notice, on_delete=models.PROTECT, related_name="discrepancies")
    amount = models.BigIntegerField(default=0)
    suggested_action = models.CharField(max_length=255)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=255, blank=True)

    class Meta:
        verbose_name = _("sai lệch")
        verbose_name_plural = _("sai lệch")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "kind"], name="discrepancy_once_per_notice"),
        ]
        indexes = [
            models.Index(fields=["agency", "opened_at"], condition=Q(closed_at=None), name="discrepancy_open"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.amount} đ"
