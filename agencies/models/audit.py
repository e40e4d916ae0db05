"""Who did what, chained so that a missing or changed line shows.

See docs/decisions/0006-the-audit-is-linked-afterwards.md.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.audit.words import WORDS
from core.database.triggers import AppendOnly

from .agency import Agency


class AuditEntry(models.Model):
    """One action of a member of staff, or one access to personal data. Append-only (trigger)."""

    at = models.DateTimeField(_("Lúc"), db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Người làm")
    )
    action = models.CharField(_("Việc"), max_length=40)
    subject = models.CharField(_("Đối tượng"), max_length=80, db_index=True)
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Cơ quan"))
    address = models.CharField(_("Từ máy"), max_length=45, blank=True)
    detail = models.JSONField(_("Chi tiết"), default=dict)

    class Meta:
        triggers = [AppendOnly(name="audit_is_append_only")]
        verbose_name = _("nhật ký")
        verbose_name_plural = _("nhật ký")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{WORDS.get(self.action, self.action)} · {self.subject}"


class AuditLink(models.Model):
    """The place of one entry in the chain. Append-only (trigger); the last of each batch is signed."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, on_delete=models.PROTECT, related_name="link")
    hash = models.CharField(max_length=64)
    signature = models.CharField(max_length=64, blank=True)

    class Meta:
        triggers = [AppendOnly(name="audit_links_are_append_only")]
        verbose_name = _("mắt xích nhật ký")
        verbose_name_plural = _("mắt xích nhật ký")

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"
