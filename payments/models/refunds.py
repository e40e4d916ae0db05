"""Refunds: proposed by one person, approved by another, never more than was paid."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from core.database.encryption import EncryptedTextField
from core.values.money import dong
from payments.states import RefundState

from .clients import ApiClient
from .discrepancies import Discrepancy
from .payments import Payment


class RefundReason(models.TextChoices):
    """Why money goes back; only a mistake of ours overrides a fee that is not refundable."""

    COLLECTED_IN_ERROR = "collected_in_error", _("Thu sai, thu thừa")
    REFUSED = "refused", _("Hồ sơ bị từ chối")
    WITHDRAWN = "withdrawn", _("Công dân rút hồ sơ")
    EXEMPTED_LATER = "exempted_later", _("Được miễn, giảm sau khi nộp")
    NOT_POSTED = "not_posted", _("Thôi gửi qua bưu điện")
    SURPLUS = "surplus", _("Trả lại tiền thừa")


#: Surplus is given back from its discrepancy, not from the payment that settled the bill.
REASONS_OF_A_PAYMENT = tuple(reason for reason in RefundReason if reason != RefundReason.SURPLUS)


class Refund(models.Model):
    """One return of money, of a payment that settled a bill or of a discrepancy that holds surplus.

    `amount` is whole đồng and held back from the source from the moment it is proposed.
    `remaining_seen` is the refundable amount the maker was shown: another number means
    that somebody was faster (optimistic lock on money, docs/reference/payment-systems.md#promises). The caller's
    `idempotency_key` makes a doubled request one refund.
    """

    token = models.UUIDField(unique=True, editable=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="refunds")
    discrepancy = models.ForeignKey(Discrepancy, null=True, on_delete=models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField(_("Số tiền (đồng)"))
    remaining_seen = models.BigIntegerField()
    reason = models.CharField(_("Lý do"), max_length=24, choices=RefundReason)
    note = models.CharField(_("Giải thích"), max_length=500, blank=True)
    state = models.CharField(_("Trạng thái"), max_length=20, choices=RefundState, default=RefundState.PROPOSED)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Người đề nghị"),
    )
    client = models.ForeignKey(ApiClient, null=True, on_delete=models.PROTECT, related_name="+")
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Người duyệt"),
    )
    idempotency_key = models.CharField(max_length=255)
    bank_account = EncryptedTextField(_("Tài khoản nhận hoàn"), blank=True, default="")
    gateway_ref = models.CharField(_("Mã giao dịch hoàn"), max_length=64, blank=True)
    error = models.CharField(max_length=255, blank=True)
    proposed_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    check_count = models.PositiveIntegerField(default=0)
    next_check_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("hoàn tiền")
        verbose_name_plural = _("hoàn tiền")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.CheckConstraint(
                condition=Q(payment__isnull=True) ^ Q(discrepancy__isnull=True), name="refund_has_one_source"
            ),
            models.CheckConstraint(
                condition=Q(maker__isnull=True) ^ Q(client__isnull=True), name="refund_has_one_maker"
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | Q(maker__isnull=True) | ~Q(checker=models.F("maker")),
                name="refund_maker_is_not_checker",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(RefundState.PROPOSED, RefundState.REJECTED)) | Q(checker__isnull=False),
                name="refund_is_checked",
            ),
            models.UniqueConstraint(fields=["agency", "idempotency_key"], name="refund_key_once"),
        ]
        indexes = [
            models.Index(fields=["next_check_at"], condition=Q(next_check_at__isnull=False), name="refund_work_due"),
            models.Index(fields=["agency", "state"], name="refund_worklist"),
        ]

    def __str__(self) -> str:
        return f"{self.token} · {dong(self.amount)}"
