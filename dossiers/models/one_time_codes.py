"""One-time codes that prove control of a phone or mailbox."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.database.encryption import EncryptedTextField


class OneTimeCode(models.Model):
    """One code for one purpose. `about` is what it opens: a dossier's code, a draft's.

    Code and address are kept in clear nowhere: hashes to compare and to count by, and,
    only until the text has gone out, both encrypted.
    """

    purpose = models.CharField(max_length=24)
    about = models.CharField(max_length=64)
    address_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    address = EncryptedTextField(blank=True)
    text = EncryptedTextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(db_default=Now())
    next_attempt_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mã dùng một lần")
        verbose_name_plural = _("mã dùng một lần")
        indexes = [
            models.Index(fields=["purpose", "about", "-id"], name="code_newest"),
            models.Index(fields=["address_hash", "made_at"], name="code_of_address"),
            models.Index(fields=["next_attempt_at"], condition=Q(sent_at=None), name="code_waiting"),
            models.Index(fields=["made_at"], name="code_age"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.about}"
