"""Drafts of applications."""

from __future__ import annotations

import json
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.database.encryption import EncryptedTextField
from core.values import identity
from payments.models.bills import new_token
from procedures.models import ProcedureCase

from .dossier import Dossier

#: Letters and digits nobody confuses when they are read out: no 0/O, 1/I/L, 5/S, 2/Z, 8/B.
_ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
KEPT = timedelta(days=30)


def new_draft_code() -> str:
    """Return "ABCD-EFGH": 37 random bits, and a one-time code besides opens a draft elsewhere."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def _in_thirty_days() -> datetime:
    return timezone.now() + KEPT


class Draft(models.Model):
    """What somebody has filled in so far, step by step, exactly as it was typed.

    `answers` is {step: {field: [values]}} as JSON, encrypted: it holds identity numbers.
    Once handed in, only `dossier` is left of it, so that the same button pressed again finds it.
    """

    code = models.CharField(max_length=9, unique=True, default=new_draft_code, editable=False)
    case = models.ForeignKey(ProcedureCase, on_delete=models.CASCADE, related_name="+")
    answers_json = EncryptedTextField(default="{}")
    #: The HMAC of the phone typed, so that its owner's drafts are found (`identity.search_keys`).
    phone_key = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False, db_index=True)
    submission_key = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    dossier = models.ForeignKey(Dossier, null=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=_in_thirty_days, db_index=True)

    class Meta:
        verbose_name = _("hồ sơ nháp")
        verbose_name_plural = _("hồ sơ nháp")
        indexes = [BrinIndex(fields=["created_at"], name="draft_by_time", autosummarize=True)]

    def __str__(self) -> str:
        return self.code

    @property
    def answers(self) -> dict[str, dict[str, list[str]]]:
        """Return what was typed, by step and field."""
        answers: dict[str, Any] = json.loads(self.answers_json or "{}")
        return answers

    def answer(self, step: str, values: dict[str, list[str]]) -> None:
        """Keep what was typed in one step, and the draft for thirty more days; two tabs lose nothing of each other."""
        with transaction.atomic():
            self.answers_json = Draft.objects.select_for_update().get(pk=self.pk).answers_json
            self.answers_json = json.dumps(self.answers | {step: values})
            self.expires_at = _in_thirty_days()
            if phone := values.get("owner_phone"):
                self.phone_key = _key_of(phone[0])
            self.save(update_fields=["answers_json", "expires_at", "phone_key"])


def _key_of(phone: str) -> str:
    try:
        return identity.search_key(identity.clean_phone(phone))
    except ValidationError:
        return ""
