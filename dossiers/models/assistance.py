"""Assisted submission: an officer fills in for a citizen."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency

from .dossier import Channel, Dossier
from .drafts import Draft
from .events import IdentityShown


class Confirmation(models.TextChoices):
    """How the citizen said that it is theirs and right."""

    CODE = "code", _("Mã xác nhận gửi đến điện thoại")
    SIGNATURE = "signature", _("Chữ ký trên bản tóm tắt in")


class Assistance(models.Model):
    """Who helped, at which office, and how the citizen confirmed. Without a confirmation nothing is handed in.

    `asked_digest` is what the last code was sent for, `printed_digest` what was printed to be signed: another
    summary needs another code, another print.
    The draft may be read by this officer, on the day it was begun, and by no other of the staff.
    """

    draft = models.OneToOneField(Draft, null=True, on_delete=models.SET_NULL, related_name="assistance")
    dossier = models.OneToOneField(Dossier, null=True, on_delete=models.PROTECT, related_name="assistance")
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(_("Hình thức nộp"), max_length=8, choices=Channel)
    began_at = models.DateTimeField(db_default=Now())
    asked_digest = models.CharField(max_length=64, blank=True)
    confirmation = models.CharField(_("Công dân xác nhận bằng"), max_length=9, choices=Confirmation, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    identity_shown = models.CharField(_("Giấy tờ đã xem"), max_length=8, choices=IdentityShown, blank=True)
    identity_tail = models.CharField(_("4 ký tự cuối"), max_length=4, blank=True)
    identity_note = models.CharField(
        _("Vì sao nhận giấy tờ khác"), max_length=255, blank=True, default="", db_default=""
    )
    printed_digest = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Meta:
        verbose_name = _("lần giúp nộp hồ sơ")
        verbose_name_plural = _("lần giúp nộp hồ sơ")
        constraints = [
            models.CheckConstraint(
                condition=Q(dossier=None) | ~Q(confirmation="") & Q(confirmed_at__isnull=False),
                name="assisted_is_confirmed",
            ),
            models.CheckConstraint(
                condition=~Q(confirmation=Confirmation.SIGNATURE) | ~Q(identity_shown=""),
                name="who_signed_showed_a_paper",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id or self.draft_id} · {self.officer_id}"

    def is_open_to(self, user: object) -> bool:
        """Tell whether somebody may go on with it: who began it, the same day."""
        is_theirs = getattr(user, "pk", None) == self.officer_id
        return is_theirs and timezone.localdate(self.began_at) == timezone.localdate()
