"""API clients and idempotent requests."""

from __future__ import annotations

import hashlib

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency


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
