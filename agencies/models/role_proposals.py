"""Roles that move money or give rights, proposed by one administrator and granted by another."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .agency import Agency
from .people import Role


class RoleProposal(models.Model):
    """A role that somebody shall hold; it opens nothing before another person has agreed (`agencies.roles.grants`)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="role_proposals", verbose_name=_("Người dùng")
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("Cơ quan"))
    role = models.CharField(_("Vai trò"), max_length=20, choices=Role)
    valid_during = DateRangeField(_("Hiệu lực"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Người đề nghị")
    )
    proposed_at = models.DateTimeField(_("Đề nghị lúc"), db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Người quyết định"),
    )
    decided_at = models.DateTimeField(_("Quyết định lúc"), null=True)
    is_agreed = models.BooleanField(_("Đồng ý"), null=True)

    class Meta:
        verbose_name = _("đề nghị cấp vai trò")
        verbose_name_plural = _("đề nghị cấp vai trò")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None, decided_at=None, is_agreed=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False, is_agreed__isnull=False),
                name="role_proposal_decided_whole",
            ),
            models.CheckConstraint(condition=~Q(proposed_by=F("user")), name="role_proposal_for_another"),
            models.CheckConstraint(
                condition=~Q(is_agreed=True) | (~Q(decided_by=F("proposed_by")) & ~Q(decided_by=F("user"))),
                name="role_proposal_by_two",
            ),
            models.UniqueConstraint(
                fields=["user", "agency", "role"],
                condition=Q(decided_at=None),
                name="role_proposal_one_open",
                violation_error_message=_("Vai trò này của người này đã có đề nghị, đang chờ người thứ hai."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.agency}"

    @property
    def stage(self) -> Promise:
        """How far it has come, in words."""
        if self.is_agreed is None:
            return _("Chờ người thứ hai đồng ý")
        return _("Đã cấp") if self.is_agreed else _("Không cấp")
