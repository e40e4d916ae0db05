"""What officers saw of the papers that show why somebody owes less."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.database.triggers import AppendOnly
from payments.models import Bill

from .dossier import Dossier


class ExemptionCheck(models.Model):
    """A claimed exemption or reduction, held against its paper. Append-only (trigger); the newest one counts.

    `amount` is what was not asked for because of the claim, whole đồng. Without a paper the claim falls away, and
    `bill` asks for that amount.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="exemption_checks")
    is_proven = models.BooleanField(_("Đã xem giấy chứng minh"))
    ground = models.CharField(_("Diện miễn, giảm"), max_length=255)
    amount = models.BigIntegerField(_("Số tiền miễn, giảm"))
    bill = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers = [AppendOnly(name="exemption_checks_are_append_only")]
        verbose_name = _("lần xem giấy miễn, giảm")
        verbose_name_plural = _("lần xem giấy miễn, giảm")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.ground} {self.is_proven}"
