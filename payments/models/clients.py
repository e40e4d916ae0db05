"""API clients and idempotent requests."""

from __future__ import annotations

import hashlib
import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from core.database.encryption import EncryptedTextField


def hash_key(key: str) -> str:
    """Return what is stored of an API key. Keys are 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


class ApiClient(models.Model):
    """One system with one key, allowed to bill for the agencies listed here and for no others."""

    name = models.CharField(_("Tên hệ thống"), max_length=120, unique=True)
    key_hash = models.CharField(max_length=64, unique=True, editable=False, verbose_name=_("Dấu vân của khóa"))
    agencies = models.ManyToManyField(Agency, related_name="+", verbose_name=_("Được lập khoản thu cho"))
    is_active = models.BooleanField(_("Đang dùng"), default=True)
    created_at = models.DateTimeField(db_default=Now(), verbose_name=_("Tạo lúc"))

    class Meta:
        verbose_name = _("hệ thống kết nối")
        verbose_name_plural = _("hệ thống kết nối")

    def __str__(self) -> str:
        return self.name

    @property
    def is_authenticated(self) -> bool:
        """What Django REST framework asks of whoever stands behind a request."""
        return True


class IdempotentRequest(models.Model):
    """The first answer to an Idempotency-Key, given again to whoever asks the same again."""

    client = models.ForeignKey(ApiClient, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    response = models.JSONField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="idempotency_key_once"),
        ]

    def __str__(self) -> str:
        return self.key


class WebhookKind(models.TextChoices):
    """Kinds of webhook events. The values are part of the API."""

    BILL_PAID = "bill.paid", _("Khoản thu đã nộp")
    BILL_REOPENED = "bill.reopened", _("Khoản thu phải nộp lại")
    BILL_REFUNDED = "bill.refunded", _("Khoản thu đã hoàn")
    BILL_CANCELLED = "bill.cancelled", _("Khoản thu đã hủy")
    REFUND_PROPOSED = "refund.proposed", _("Đề nghị hoàn tiền")
    REFUND_APPROVED = "refund.approved", _("Đề nghị hoàn tiền được duyệt")
    REFUND_REJECTED = "refund.rejected", _("Đề nghị hoàn tiền không được duyệt")
    TEST = "webhook.test", _("Gửi thử")


class WebhookEndpoint(models.Model):
    """One address of one client. `secret` signs what is sent there (`whsec_…`, Standard Webhooks).

    After a change `previous_secret` signs beside it until `previous_secret_until`.

    Not active: the receiver answered 410 Gone, or a person stopped it. While `rests_until`
    lies ahead nothing is sent, as it did not answer just now. Removed ones are kept for
    the deliveries they had.
    """

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="webhooks")
    url = models.CharField(_("Địa chỉ nhận"), max_length=500)
    secret = EncryptedTextField()
    previous_secret = EncryptedTextField(blank=True, default="")
    previous_secret_until = models.DateTimeField(null=True)
    is_active = models.BooleanField(_("Đang dùng"), default=True)
    rests_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("địa chỉ nhận tin")
        verbose_name_plural = _("địa chỉ nhận tin")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "url"], condition=Q(removed_at=None), name="webhook_url_once_per_client"
            ),
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def secrets(self) -> list[str]:
        """The secrets that sign now, the present one first."""
        until = self.previous_secret_until
        is_overlap = bool(self.previous_secret and until and until > timezone.now())
        return [self.secret, self.previous_secret] if is_overlap else [self.secret]


class WebhookDelivery(models.Model):
    """One event for one endpoint, written in the transaction of the fact it reports and sent afterwards.

    `event_id` is the same for every attempt, so a receiver can recognise a repetition; it may
    come twice and in any order. It ends delivered or given up.
    """

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("Địa chỉ nhận")
    )
    event_id = models.UUIDField(default=uuid.uuid4, editable=False, verbose_name=_("Mã sự kiện"))
    kind = models.CharField(_("Sự kiện"), max_length=24, choices=WebhookKind)
    body = models.JSONField(_("Nội dung"))
    created_at = models.DateTimeField(_("Lúc"), db_default=Now())
    attempts = models.PositiveSmallIntegerField(_("Số lần gửi"), default=0)
    next_attempt_at = models.DateTimeField(_("Gửi lần tới"), db_default=Now())
    delivered_at = models.DateTimeField(_("Đã nhận lúc"), null=True)
    gave_up_at = models.DateTimeField(_("Thôi gửi lúc"), null=True)
    last_status = models.PositiveSmallIntegerField(_("Mã trả lời"), null=True)
    last_error = models.CharField(_("Lỗi"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("tin gửi hệ thống kết nối")
        verbose_name_plural = _("tin gửi hệ thống kết nối")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "event_id"], name="webhook_event_once_per_endpoint"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(delivered_at=None, gave_up_at=None), name="webhook_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.event_id}"
