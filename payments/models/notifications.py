"""Notifications of gateways, stored before anything is done about them."""

from __future__ import annotations

import json

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from gateways import registry
from payments.states import Evidence

from .merchants import MerchantAccount
from .payments import Payment


class NotificationState(models.TextChoices):
    """NEW waits to be drained; the others are final, but QUARANTINED waits for a person."""

    NEW = "new", _("Chờ xử lý")
    DONE = "done", _("Đã xử lý")
    IGNORED = "ignored", _("Không có gì thay đổi")
    ORPHAN = "orphan", _("Không rõ của ai")
    QUARANTINED = "quarantined", _("Cần người xem")


class NotificationSource(models.TextChoices):
    """Where a gateway event came from; all sources pass through the same inbox."""

    CALLBACK = "callback", _("Ngân hàng báo")
    QUERY = "query", _("Ta hỏi ngân hàng")
    STATEMENT = "statement", _("Sao kê của ngân hàng")
    COUNTER = "counter", _("Thu tại quầy")
    MOVE = "move", _("Chuyển từ tiền đã nhận")

    @property
    def evidence(self) -> Evidence:
        """Return how well what comes this way is attested."""
        return EVIDENCE[self]


#: The one place that says what each way of hearing of money is worth.
EVIDENCE: dict[NotificationSource, Evidence] = {
    NotificationSource.CALLBACK: Evidence.SIGNED,
    NotificationSource.QUERY: Evidence.ANSWERED,
    NotificationSource.STATEMENT: Evidence.FILE,
    NotificationSource.COUNTER: Evidence.TYPED,
    NotificationSource.MOVE: Evidence.TYPED,
}

#: The result of a message that a person set aside.
SET_ASIDE = "set_aside"
#: The result of a message that contradicts an earlier one of the same event, from its arrival on: both tell of money.
CONFLICT = "conflict"


class Notification(models.Model):
    """One gateway event about money, verified and stored raw (the inbox).

    Unique over (gateway, event_key): an event received twice is one row. `digest`
    covers the facts that decide; the same key with another digest is a conflict.
    """

    gateway = models.CharField(max_length=32, verbose_name=_("Cổng thanh toán"))
    event_key = models.CharField(max_length=160, verbose_name=_("Mã sự kiện"))
    source = models.CharField(
        max_length=16, choices=NotificationSource, default=NotificationSource.CALLBACK, verbose_name=_("Nguồn tin")
    )
    merchant_account = models.ForeignKey(
        MerchantAccount, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("Hợp đồng cổng")
    )
    merchant_ref = models.CharField(max_length=64, blank=True, verbose_name=_("Mã giao dịch của ta"))
    gateway_ref = models.CharField(max_length=64, blank=True, verbose_name=_("Mã giao dịch của ngân hàng"))
    outcome = models.CharField(max_length=16, verbose_name=_("Ngân hàng báo"))
    amount = models.BigIntegerField(null=True, verbose_name=_("Số tiền (đồng)"))
    currency = models.CharField(max_length=8, blank=True, verbose_name=_("Loại tiền"))
    account = models.CharField(max_length=40, blank=True, verbose_name=_("Tài khoản nhận"))
    is_transfer = models.BooleanField(default=False, verbose_name=_("Là chuyển khoản"))
    occurred_at = models.DateTimeField(null=True, verbose_name=_("Xảy ra lúc"))
    facts = models.JSONField(default=dict, verbose_name=_("Nội dung đã giải mã"))
    body = models.BinaryField(default=b"", verbose_name=_("Nội dung gốc"))
    query = models.TextField(blank=True, verbose_name=_("Câu truy vấn gốc"))
    headers = models.JSONField(default=dict, verbose_name=_("Đầu thư gốc"))
    remote_addr = models.CharField(max_length=45, blank=True, verbose_name=_("Địa chỉ mạng"))
    digest = models.CharField(max_length=64, verbose_name=_("Dấu vân"))
    received_at = models.DateTimeField(db_default=Now(), verbose_name=_("Nhận lúc"))
    state = models.CharField(
        max_length=16, choices=NotificationState, default=NotificationState.NEW, verbose_name=_("Trạng thái")
    )
    payment = models.ForeignKey(
        Payment, null=True, on_delete=models.PROTECT, related_name="notifications", verbose_name=_("Lần thanh toán")
    )
    result = models.CharField(max_length=64, blank=True, verbose_name=_("Kết quả xử lý"))
    attempts = models.PositiveSmallIntegerField(default=0, verbose_name=_("Số lần xử lý"))
    next_attempt_at = models.DateTimeField(db_default=Now(), verbose_name=_("Xử lý lần tới"))
    processed_at = models.DateTimeField(null=True, verbose_name=_("Xử lý xong lúc"))
    error = models.TextField(blank=True, verbose_name=_("Lỗi"))

    class Meta:
        verbose_name = _("thông báo của ngân hàng")
        verbose_name_plural = _("thông báo của ngân hàng")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["gateway", "event_key"], name="notification_event_once"),
        ]
        indexes = [
            models.Index(fields=["next_attempt_at", "id"], condition=Q(state="new"), name="notification_waiting"),
            models.Index(fields=["gateway", "merchant_ref"], name="notification_by_reference"),
            # For /metrics: next to nothing on the way of a callback (BRIN; the other is all but empty).
            BrinIndex(fields=["processed_at"], autosummarize=True, name="notification_processed"),
            models.Index(fields=["id"], condition=Q(state="quarantined"), name="notification_quarantined"),
        ]

    def __str__(self) -> str:
        return f"{registry.name_of(self.gateway)} {self.event_key}"

    @property
    def text(self) -> str:
        """What the payer wrote on the transfer, "" where nothing is known of it."""
        return str(self.facts.get("description") or self.facts.get("remark") or "")


class RejectionReason(models.TextChoices):
    """Why a message changed nothing. Who named a merchant we do not know was not verified by anybody."""

    BAD_SIGNATURE = "bad_signature", _("Sai chữ ký")
    MALFORMED = "malformed", _("Không đúng mẫu")
    UNKNOWN_MERCHANT = "unknown_merchant", _("Gửi cho đơn vị khác (chưa kiểm chứng chữ ký)")
    WRONG_RECIPIENT = "wrong_recipient", _("Ngân hàng gửi nhầm đơn vị")


class RejectedNotification(models.Model):
    """A message that was not believed (only its hash and sender are kept) or not meant for us (kept whole).

    `reviewed_at` is when a person reviewed it: until then it is reported (`payments/callbacks/rejected.py`).
    """

    gateway = models.CharField(_("Cổng"), max_length=32)
    reason = models.CharField(_("Vì sao"), max_length=32, choices=RejectionReason)
    body_sha256 = models.CharField(_("SHA-256 của nội dung"), max_length=64)
    remote_addr = models.CharField(_("Từ địa chỉ"), max_length=45, blank=True)
    body = models.BinaryField(db_default=b"", verbose_name=_("Nội dung gốc"))
    query = models.TextField(blank=True, db_default="", verbose_name=_("Câu truy vấn gốc"))
    received_at = models.DateTimeField(_("Lúc nhận"), db_default=Now(), db_index=True)
    reviewed_at = models.DateTimeField(_("Đã xem lúc"), null=True)

    class Meta:
        verbose_name = _("thông báo bị từ chối")
        verbose_name_plural = _("thông báo bị từ chối")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{registry.name_of(self.gateway)} · {self.get_reason_display()}"

    @property
    def message(self) -> str:
        """What was sent, as far as it was kept, to be read by a person."""
        text = bytes(self.body).decode(errors="replace") or self.query
        try:
            return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
        except (ValueError, RecursionError):
            return text
