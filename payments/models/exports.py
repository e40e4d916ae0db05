"""Saved filters and files written in the background."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SavedFilter(models.Model):
    """One filter of one list under a name of its owner. `query` is the query string of the address."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    listing = models.CharField(max_length=16)
    name = models.CharField(_("Tên"), max_length=60)
    query = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("bộ lọc đã lưu")
        verbose_name_plural = _("bộ lọc đã lưu")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "listing", "name"], name="saved_filter_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ExportState(models.TextChoices):
    """How far a file has come. Only READY has one to give out."""

    WAITING = "waiting", _("Đang chờ")
    WORKING = "working", _("Đang tạo")
    READY = "ready", _("Đã xong")
    FAILED = "failed", _("Không tạo được")
    EXPIRED = "expired", _("Đã hết hạn, tệp đã xóa")


class Export(models.Model):
    """A list as a file, made in the background for whoever asked and for nobody else.

    `agencies` are those whose rows went into the file: whoever has lost one of them does not get it
    any more. Whoever works at it holds it until `lease_until`; the file is deleted at `expires_at`.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    listing = models.CharField(max_length=16)
    query = models.CharField(max_length=500, blank=True)
    format = models.CharField(max_length=4)
    language = models.CharField(max_length=8, default="vi")
    state = models.CharField(_("Trạng thái"), max_length=8, choices=ExportState, default=ExportState.WAITING)
    agencies = models.JSONField(default=list)
    row_count = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    file = models.FileField(upload_to="exports/%Y/%m/", blank=True)
    error = models.CharField(max_length=255, blank=True)
    requested_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("tệp xuất")
        verbose_name_plural = _("tệp xuất")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ExportState.READY) | (~Q(file="") & Q(expires_at__isnull=False)),
                name="export_ready_has_a_file",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["waiting", "working"]), name="export_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.listing}.{self.format}"

    @property
    def is_at_work(self) -> bool:
        """It will be ready by itself."""
        return self.state in (ExportState.WAITING, ExportState.WORKING)
