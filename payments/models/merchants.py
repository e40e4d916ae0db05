"""The contracts with gateways: who collects, through whom, with which keys."""

from __future__ import annotations

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.encryption import EncryptedTextField
from agencies.models import Agency


class MerchantAccount(models.Model):
    """One merchant account of one agency (and of those under it) at one gateway.

    `secrets` and `previous_secrets` are JSON objects, encrypted at rest. After a rotation
    the previous keys still verify what arrives until `previous_secrets_until`. Disabling
    stops new payments only: money under way is still understood.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("Cơ quan"))
    gateway = models.CharField(_("Cổng thanh toán"), max_length=32)
    merchant_id = models.CharField(_("Mã đơn vị chấp nhận thanh toán"), max_length=64)
    settings = models.JSONField(_("Thông số hợp đồng"), default=dict, blank=True)
    secrets = EncryptedTextField(_("Khóa bí mật (JSON)"), default="{}")
    previous_secrets = EncryptedTextField(_("Khóa cũ (JSON)"), blank=True, default="")
    previous_secrets_until = models.DateTimeField(_("Khóa cũ còn hiệu lực đến"), null=True, blank=True)
    valid_during = DateRangeField(_("Hiệu lực"))
    is_enabled = models.BooleanField(_("Nhận thanh toán mới"), default=True)
    position = models.PositiveSmallIntegerField(_("Thứ tự"), default=0)

    class Meta:
        verbose_name = _("tài khoản cổng thanh toán")
        verbose_name_plural = _("tài khoản cổng thanh toán")
        ordering = ["position", "gateway", "id"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "merchant_id"], name="merchant_once_per_gateway"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.merchant_id}"


class GatewayHealth(models.Model):
    """How a gateway has answered us lately, per contract: what the circuit breaker remembers.

    While `closed_until` lies ahead no new payment is sent there. It lives in PostgreSQL so
    that every process knows it; it is advice, never a reason to refuse money.
    """

    merchant_account = models.OneToOneField(MerchantAccount, on_delete=models.CASCADE, related_name="health")
    failures = models.PositiveIntegerField(_("Lỗi liên tiếp"), default=0)
    closed_until = models.DateTimeField(_("Tạm ngừng đến"), null=True)
    last_success_at = models.DateTimeField(_("Trả lời tốt lần cuối"), null=True)
    last_failure_at = models.DateTimeField(_("Lỗi lần cuối"), null=True)
    last_error = models.CharField(_("Lỗi"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("tình trạng cổng")
        verbose_name_plural = _("tình trạng cổng")

    def __str__(self) -> str:
        return f"{self.merchant_account_id}: {self.failures}"
