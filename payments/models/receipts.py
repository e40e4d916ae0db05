"""Receipts (biên lai), numbered without gaps."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from core.database.triggers import AppendOnly

from .bills import Bill, FeeKind, new_token
from .payments import Payment


class ReceiptSeries(models.Model):
    """A run of numbers of one agency for one kind: phí, lệ phí and postage are never mixed.

    See docs/reference/fees.md#receipts.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=FeeKind)
    template = models.CharField(_("Mẫu số"), max_length=20, default="01BLP0-001")
    serial = models.CharField(_("Ký hiệu"), max_length=20)
    next_number = models.PositiveBigIntegerField(default=1)

    class Meta:
        verbose_name = _("quyển biên lai")
        verbose_name_plural = _("quyển biên lai")
        constraints = [
            models.UniqueConstraint(fields=["agency", "kind", "template", "serial"], name="receipt_series_once"),
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.serial}"


class LostNumbers(models.Model):
    """Numbers that may have been printed although the database, restored to an earlier hour, has no record of them.

    They are not given out again (R-66); the report on the use of receipts shows them as lost.
    """

    series = models.ForeignKey(ReceiptSeries, on_delete=models.PROTECT, related_name="lost")
    first = models.PositiveBigIntegerField(_("Từ số"))
    last = models.PositiveBigIntegerField(_("Đến số"))
    reason = models.CharField(_("Lý do"), max_length=255)
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("số biên lai bị mất")
        verbose_name_plural = _("số biên lai bị mất")
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=models.F("first")), name="lost_numbers_are_some"),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.first}-{self.last}"


class Receipt(models.Model):
    """One receipt. Amount, payer, lines and the agency's name are frozen in it (I7)."""

    token = models.CharField(max_length=32, default=new_token, editable=False, verbose_name=_("Mã đường dẫn"))
    # Found by the unique numbers below; an index of their own would only cost.
    series = models.ForeignKey(
        ReceiptSeries,
        on_delete=models.PROTECT,
        related_name="receipts",
        db_index=False,
        verbose_name=_("Quyển biên lai"),
    )
    number = models.PositiveBigIntegerField(verbose_name=_("Số biên lai"))
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="receipts", verbose_name=_("Khoản phải nộp"))
    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="receipts", db_index=False, verbose_name=_("Lần thanh toán")
    )
    kind = models.CharField(max_length=8, choices=FeeKind, verbose_name=_("Loại"))
    amount = models.BigIntegerField(verbose_name=_("Số tiền (đồng)"))
    payer_name = models.CharField(max_length=200, verbose_name=_("Người nộp"))
    agency_name = models.CharField(max_length=255, verbose_name=_("Cơ quan thu"))
    lines = models.JSONField(verbose_name=_("Các khoản"))
    revision = models.PositiveSmallIntegerField(default=1, verbose_name=_("Lần lập"))
    issued_at = models.DateTimeField(db_default=Now(), verbose_name=_("Lập lúc"))

    class Meta:
        triggers = [AppendOnly(name="receipts_are_frozen")]
        verbose_name = _("biên lai")
        verbose_name_plural = _("biên lai")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["token"], name="receipt_token_once"),
            models.UniqueConstraint(fields=["series", "number"], name="receipt_number_once"),
            models.UniqueConstraint(fields=["payment", "kind", "revision"], name="receipt_once_per_payment_and_kind"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_amount_positive"),
        ]

    def __str__(self) -> str:
        return self.full_number

    @property
    def title(self) -> str:
        """What the paper is called: of the post's money the agency only collects, there is no biên lai."""
        titles = {
            FeeKind.PHI: _("Biên lai thu phí"),
            FeeKind.LE_PHI: _("Biên lai thu lệ phí"),
            FeeKind.POSTAGE: _("Phiếu thu hộ cước bưu chính"),
        }
        return str(titles[FeeKind(self.kind)])

    @property
    def full_number(self) -> str:
        """Serial and number as printed, e.g. `BP-26T 0000042`."""
        return f"{self.series.serial}-{self.number:07d}"

    @property
    def is_cancelled(self) -> bool:
        """Its money was given back or taken back. Reads `cancellation`: select it for lists."""
        return hasattr(self, "cancellation")


class ReceiptCancellation(models.Model):
    """Why a receipt no longer counts, and which one took its place. Append-only, as receipts are."""

    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="cancellation")
    replacement = models.OneToOneField(Receipt, null=True, on_delete=models.PROTECT, related_name="replaces")
    reason = models.CharField(_("Lý do"), max_length=255)
    cause = models.CharField(max_length=64)
    cancelled_at = models.DateTimeField(_("Hủy lúc"), db_default=Now())

    class Meta:
        triggers = [AppendOnly(name="receipt_cancellations_are_frozen")]
        verbose_name = _("hủy biên lai")
        verbose_name_plural = _("hủy biên lai")

    def __str__(self) -> str:
        return f"{self.receipt_id}: {self.reason}"
