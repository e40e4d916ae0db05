"""Merchant accounts: who collects, through which gateway, with which keys."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from core.database.encryption import EncryptedTextField
from core.database.whole_row import WholeRow
from gateways import registry


class MerchantAccount(WholeRow):
    """One merchant account of one agency (and of those under it) at one gateway.

    `secrets` and `previous_secrets` are JSON objects, encrypted at rest. After a rotation
    the previous keys still verify what arrives until `previous_secrets_until`
    (`payments.merchants.key_rotation`). Disabling stops new payments only, and so does the end of
    `valid_during`: money under way is still understood. A new contract is a new row from
    the day on which the one before it ends.
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
            # Which of two would take a new payment? Disabled ones take none and may overlap.
            ExclusionConstraint(
                name="one_contract_at_a_time",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("gateway", RangeOperators.EQUAL),
                    ("valid_during", RangeOperators.OVERLAPS),
                ],
                condition=Q(is_enabled=True),
                violation_error_message=_(
                    "Cơ quan này đã có hợp đồng khác với cổng này trong cùng thời gian: "
                    "kết thúc hợp đồng cũ vào ngày hợp đồng mới bắt đầu."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{registry.name_of(self.gateway)} {self.merchant_id}"


class GatewayHealth(models.Model):
    """How a gateway has answered us lately, per contract: what the circuit breaker remembers.

    While `open_until` lies ahead no new payment is sent there. It lives in PostgreSQL so
    that every process knows it; it is advice, never a reason to refuse money.
    """

    merchant_account = models.OneToOneField(MerchantAccount, on_delete=models.CASCADE, related_name="health")
    failures = models.PositiveIntegerField(_("Lỗi liên tiếp"), default=0)
    open_until = models.DateTimeField(_("Tạm ngừng đến"), null=True)
    last_success_at = models.DateTimeField(_("Trả lời tốt lần cuối"), null=True)
    last_failure_at = models.DateTimeField(_("Lỗi lần cuối"), null=True)
    last_error = models.CharField(_("Lỗi"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("tình trạng cổng")
        verbose_name_plural = _("tình trạng cổng")

    def __str__(self) -> str:
        return f"{self.merchant_account_id}: {self.failures}"


class Outage(models.Model):
    """One span in which one contract takes no new payments by itself.

    Not planned: begun by the breaker, and `ended_at` is empty until the gateway answers again.
    Planned: announced with both ends by `announced_by`; ended early by a smaller `ended_at`.
    """

    merchant_account = models.ForeignKey(
        MerchantAccount, on_delete=models.PROTECT, related_name="outages", verbose_name=_("Hợp đồng cổng")
    )
    is_planned = models.BooleanField(_("Có báo trước"), default=False)
    began_at = models.DateTimeField(_("Từ"))
    ended_at = models.DateTimeField(_("Đến"), null=True, blank=True)
    reason = models.CharField(_("Lý do"), max_length=255)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Người báo")
    )

    class Meta:
        verbose_name = _("lần gián đoạn")
        verbose_name_plural = _("lần gián đoạn")
        ordering = ["-began_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["merchant_account"],
                condition=Q(is_planned=False, ended_at=None),
                name="outage_one_under_way",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, is_planned=False) | Q(ended_at__gte=F("began_at")),
                name="outage_ends_after_it_began",
            ),
        ]
        indexes = [models.Index(fields=["merchant_account", "ended_at"], name="outage_by_contract")]

    def __str__(self) -> str:
        return f"{self.merchant_account_id} {self.began_at:%Y-%m-%d %H:%M}"
