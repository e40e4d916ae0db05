"""Citizens who sign in by VNeID."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.database.encryption import EncryptedTextField, SearchKeyField

from .guards import NoStaff
from .people import User


class Citizen(models.Model):
    """What VNeID said of somebody when they last signed in. The name is the account's.

    Such an account never holds a role: a trigger refuses the membership, and refuses this row
    for an account of staff (migration 0005). Dossiers are found by `identity_key`.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="citizen")
    identity_number = EncryptedTextField(_("Số căn cước"), blank=True, default="")
    identity_key = SearchKeyField(of="identity_number")
    phone = models.CharField(_("Điện thoại"), max_length=16, blank=True)
    email = models.EmailField(_("Thư điện tử"), blank=True)
    confirmed_at = models.DateTimeField(_("VNeID xác nhận lúc"))

    class Meta:
        triggers = [NoStaff(name="staff_are_no_citizens")]
        verbose_name = _("công dân")
        verbose_name_plural = _("công dân")

    def __str__(self) -> str:
        return str(self.user)
