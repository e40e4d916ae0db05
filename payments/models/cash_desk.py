"""Cash shifts, and what was paid in each."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency

from .payments import Payment


class Tender(models.TextChoices):
    """How somebody pays at the counter."""

    CASH = "cash", _("Tiền mặt")
    POS = "pos", _("Thẻ qua máy POS")


class CashShift(models.Model):
    """One cashier's drawer from opening to counting. All amounts in whole đồng.

    `expected_amount` is opening plus cash taken (not cards), fixed at closing;
    the drawer's difference is what was counted less what was expected.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    cashier = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shifts")
    opened_at = models.DateTimeField(_("Mở ca lúc"), auto_now_add=True)
    opening_amount = models.BigIntegerField(_("Tiền đầu ca"), default=0)
    closed_at = models.DateTimeField(_("Đóng ca lúc"), null=True)
    expected_amount = models.BigIntegerField(_("Phải có"), null=True)
    counted_amount = models.BigIntegerField(_("Đếm được"), null=True)
    note = models.CharField(_("Giải thích chênh lệch"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("ca thu")
        verbose_name_plural = _("ca thu")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["cashier"],
                condition=Q(closed_at=None),
                name="shift_one_open_per_cashier",
                violation_error_message=_("Thu ngân này đang có một ca chưa đóng."),
            ),
            models.CheckConstraint(condition=Q(opening_amount__gte=0), name="shift_opening_not_negative"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(counted_amount__gte=0, expected_amount__isnull=False),
                name="shift_closed_is_counted",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(counted_amount=F("expected_amount")) | ~Q(note=""),
                name="shift_difference_is_explained",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cashier} {self.opened_at:%d/%m/%Y %H:%M}"

    @property
    def difference(self) -> int:
        """What the drawer has too much (or, negative, too little), whole đồng; 0 while open."""
        return (self.counted_amount or 0) - (self.expected_amount or 0)


class CounterPayment(models.Model):
    """What a payment at the counter adds to a payment: shift, tender, the terminal's reference.

    `terminal_key` names the charge: terminals count anew, so a reference stands for one payment of an agency and day.
    """

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="counter")
    shift = models.ForeignKey(CashShift, on_delete=models.PROTECT, related_name="payments")
    tender = models.CharField(_("Hình thức"), max_length=4, choices=Tender)
    terminal_ref = models.CharField(_("Số tham chiếu POS"), max_length=40, blank=True)
    terminal_key = models.CharField(max_length=64, blank=True, db_default="")
    received_amount = models.BigIntegerField(_("Tiền khách đưa"))

    class Meta:
        verbose_name = _("khoản thu tại quầy")
        verbose_name_plural = _("khoản thu tại quầy")
        constraints = [
            models.CheckConstraint(condition=Q(tender=Tender.CASH) | ~Q(terminal_ref=""), name="pos_has_a_reference"),
            models.UniqueConstraint(
                fields=["terminal_key"],
                condition=Q(tender=Tender.POS),
                name="pos_reference_once",
                violation_error_message=_("Số tham chiếu máy POS này hôm nay đã dùng cho một lần thu khác."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} {self.tender}"
