"""Payments: attempts to pay a bill."""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from payments.states import OPEN_PAYMENT_STATES, Evidence, PaymentState, RefundState

from .bills import Bill, new_token
from .merchants import MerchantAccount


class Payment(models.Model):
    """One attempt through one gateway. It is committed before the request leaves (I12).

    `request` is what we sent, as sent: a status query needs the very same values
    (T-6). `is_applied` means that this payment's money settled the bill;
    a paid payment that is not applied is surplus money with a discrepancy.
    `evidence` is what its money was last booked by, "" before.
    """

    token = models.CharField(max_length=32, default=new_token, editable=False, verbose_name=_("Mã đường dẫn"))
    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="payments", verbose_name=_("Khoản phải nộp"))
    # No index: a contract has half of all payments, nothing would look them up by it.
    merchant_account = models.ForeignKey(
        MerchantAccount,
        on_delete=models.PROTECT,
        related_name="payments",
        db_index=False,
        verbose_name=_("Hợp đồng cổng"),
    )
    gateway = models.CharField(_("Cổng thanh toán"), max_length=32)
    merchant_ref = models.CharField(_("Mã giao dịch của ta"), max_length=64)
    gateway_ref = models.CharField(_("Mã giao dịch của ngân hàng"), max_length=64, blank=True)
    amount = models.BigIntegerField(_("Số tiền (đồng)"))
    state = models.CharField(_("Trạng thái"), max_length=16, choices=PaymentState, default=PaymentState.CREATED)
    is_applied = models.BooleanField(default=False, verbose_name=_("Đã ghi nhận cho khoản phải nộp"))
    #: Held back from each proposal of a refund until it is rejected: given back or not yet.
    reserved_amount = models.BigIntegerField(_("Đã hoàn hoặc đang chờ hoàn (đồng)"), default=0)
    request = models.JSONField(default=dict, blank=True, verbose_name=_("Yêu cầu đã gửi"))
    redirect_url = models.TextField(blank=True, verbose_name=_("Trang thanh toán của ngân hàng"))
    qr_text = models.TextField(blank=True, verbose_name=_("Nội dung VietQR"))
    qr_details = models.JSONField(default=dict, blank=True, verbose_name=_("Thông tin VietQR"))
    client_ip = models.GenericIPAddressField(null=True, blank=True, verbose_name=_("Địa chỉ mạng người nộp"))
    created_at = models.DateTimeField(auto_now_add=True, verbose_name=_("Bắt đầu lúc"))
    sent_at = models.DateTimeField(null=True, blank=True, verbose_name=_("Gửi ngân hàng lúc"))
    expires_at = models.DateTimeField(verbose_name=_("Hết hạn lúc"))
    returned_at = models.DateTimeField(_("Trình duyệt quay lại lúc"), null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True, verbose_name=_("Nộp lúc"))
    evidence = models.CharField(_("Căn cứ ghi nhận"), max_length=8, choices=Evidence, blank=True, db_default="")
    failure_code = models.CharField(max_length=32, blank=True, verbose_name=_("Mã lỗi của ngân hàng"))
    checked_at = models.DateTimeField(_("Hỏi ngân hàng lần cuối"), null=True, blank=True)
    check_count = models.PositiveIntegerField(default=0, verbose_name=_("Số lần hỏi ngân hàng"))
    next_check_at = models.DateTimeField(_("Hỏi ngân hàng lần tới"), null=True, blank=True)

    class Meta:
        verbose_name = _("lần thanh toán")
        verbose_name_plural = _("lần thanh toán")
        ordering = ["-id"]
        # Indexes are named here and not by unique=True or db_index=True, which add a second one for LIKE:
        # every settled payment writes each of them.
        constraints = [
            models.UniqueConstraint(fields=["token"], name="payment_token_once"),
            models.UniqueConstraint(fields=["gateway", "merchant_ref"], name="payment_reference_once"),
            # Double click, two tabs, back button: one open attempt per bill and gateway.
            models.UniqueConstraint(
                fields=["bill", "gateway"],
                condition=Q(state__in=OPEN_PAYMENT_STATES),
                name="payment_one_open_per_gateway",
            ),
            # I2: at most one applied payment per bill.
            models.UniqueConstraint(fields=["bill"], condition=Q(is_applied=True), name="payment_one_applied_per_bill"),
            models.CheckConstraint(
                condition=Q(is_applied=False) | Q(state=PaymentState.PAID), name="payment_applied_is_paid"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            # Never more than was paid: refunds under way count as given.
            models.CheckConstraint(
                condition=Q(reserved_amount__gte=0, reserved_amount__lte=models.F("amount")),
                name="payment_refunded_at_most_its_amount",
            ),
            models.CheckConstraint(
                condition=~Q(state=PaymentState.PAID) | Q(paid_at__isnull=False),
                name="payment_paid_has_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["gateway_ref"], name="payment_by_gateway_ref"),
            models.Index(fields=["next_check_at"], condition=Q(next_check_at__isnull=False), name="payment_checks_due"),
            # For figures of a span of time. A BRIN index costs a payment next to nothing.
            BrinIndex(fields=["created_at"], name="payment_by_time", autosummarize=True),
            # The day an accountant asks for: of the money, or where none came, of the attempt.
            BrinIndex(Coalesce("paid_at", "created_at"), name="payment_by_day", autosummarize=True),
        ]

    def __str__(self) -> str:
        return self.merchant_ref

    @property
    def was_offered(self) -> bool:
        """The payer was given somewhere to pay: a page of the gateway, or a QR."""
        return bool(self.redirect_url or self.qr_text)

    @property
    def is_in_doubt(self) -> bool:
        """Money may have moved and we do not know yet: the browser is back, or the bank is unclear.

        An attempt whose start was never answered has shown the payer nothing to pay at; it is asked about all the same.
        """
        is_unclear = self.state == PaymentState.UNKNOWN and self.was_offered
        return is_unclear or (self.state in OPEN_PAYMENT_STATES and self.returned_at is not None)

    @property
    def refunded_amount(self) -> int:
        """What has gone back to the payer, whole đồng. Reads `refunds`: prefetch them for lists."""
        return sum(refund.amount for refund in self.refunds.all() if refund.state == RefundState.DONE)

    @property
    def pending_refund_amount(self) -> int:
        """What is held back for refunds that are proposed, approved or under way, whole đồng. Reads `refunds`."""
        return self.reserved_amount - self.refunded_amount

    @property
    def remaining_amount(self) -> int:
        """What could still be given back, whole đồng; zero unless this payment settled its bill."""
        return self.amount - self.reserved_amount if self.is_applied else 0

    @property
    def is_open(self) -> bool:
        """May still bring money without a correction."""
        return self.state in OPEN_PAYMENT_STATES
