"""Changes of where a contract leads money: one person proposes, another agrees, in force a day later."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from core.database.encryption import EncryptedTextField
from gateways import registry

from .merchants import MerchantAccount

#: For so long after it took effect a change is shown on the page of its contract.
SHOWN_FOR = timedelta(days=30)


class ContractChange(models.Model):
    """One proposal; its times say how far it has come (`payments.merchants.contract_changes`).

    Without a contract it is of a new one, which it makes when it takes effect. `values` is what will be written,
    with keys, and encrypted; `changes` tells people the same, field by field, with hidden keys.
    """

    contract = models.ForeignKey(
        MerchantAccount, null=True, on_delete=models.PROTECT, related_name="changes", verbose_name=_("Hợp đồng cổng")
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("Cơ quan"))
    gateway = models.CharField(_("Cổng thanh toán"), max_length=32)
    merchant_id = models.CharField(_("Mã đơn vị chấp nhận thanh toán"), max_length=64)
    changes = models.JSONField(_("Nội dung thay đổi"))
    values = EncryptedTextField(_("Giá trị sẽ ghi"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Người đề nghị")
    )
    proposed_at = models.DateTimeField(_("Đề nghị lúc"), db_default=Now())
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Người đồng ý")
    )
    agreed_at = models.DateTimeField(_("Đồng ý lúc"), null=True)
    takes_effect_at = models.DateTimeField(_("Có hiệu lực từ"), null=True)
    in_force_at = models.DateTimeField(_("Đã áp dụng lúc"), null=True)
    #: Nobody where it could not be written when its time came; `reason` says why.
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Người dừng")
    )
    stopped_at = models.DateTimeField(_("Dừng lúc"), null=True)
    reason = models.CharField(_("Lý do dừng"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("thay đổi hợp đồng cổng")
        verbose_name_plural = _("thay đổi hợp đồng cổng")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("proposed_by")), name="contract_change_by_two"
            ),
            models.CheckConstraint(
                condition=Q(agreed_by=None, agreed_at=None, takes_effect_at=None)
                | Q(agreed_by__isnull=False, agreed_at__isnull=False, takes_effect_at__gte=F("agreed_at")),
                name="contract_change_agreed_whole",
            ),
            models.CheckConstraint(
                condition=Q(in_force_at=None) | Q(stopped_at=None, in_force_at__gte=F("takes_effect_at")),
                name="contract_change_in_its_time",
            ),
            models.CheckConstraint(
                condition=Q(in_force_at=None) | Q(agreed_by__isnull=False, contract__isnull=False),
                name="contract_change_in_force_whole",
            ),
            models.UniqueConstraint(
                fields=["contract"],
                condition=Q(in_force_at=None, stopped_at=None),
                name="contract_change_one_open",
                violation_error_message=_("Hợp đồng này đang có một thay đổi chờ đồng ý hoặc chờ có hiệu lực."),
            ),
            models.UniqueConstraint(
                fields=["gateway", "merchant_id"],
                condition=Q(in_force_at=None, stopped_at=None),
                name="contract_change_one_open_name",
                violation_error_message=_("Hợp đồng này đang có một thay đổi chờ đồng ý hoặc chờ có hiệu lực."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["takes_effect_at"],
                condition=Q(in_force_at=None, stopped_at=None, takes_effect_at__isnull=False),
                name="contract_change_due",
            )
        ]

    def __str__(self) -> str:
        return f"{registry.name_of(self.gateway)} {self.merchant_id} · {self.agency}"

    @property
    def is_open(self) -> bool:
        """Whether it may still take effect."""
        return self.in_force_at is None and self.stopped_at is None

    @property
    def stage(self) -> Promise:
        """How far it has come, in words."""
        if self.stopped_at:
            return _("Đã dừng")
        if self.in_force_at:
            return _("Đã áp dụng")
        return _("Đã đồng ý, đang chờ đủ 24 giờ") if self.agreed_at else _("Chờ người thứ hai đồng ý")


def shown_on(contract: MerchantAccount) -> models.QuerySet[ContractChange]:
    """Return the changes that the page of a contract tells: open ones, and those that took effect lately."""
    recent = Q(in_force_at__gte=timezone.now() - SHOWN_FOR)
    is_open = Q(in_force_at=None, stopped_at=None)
    return contract.changes.filter(recent | is_open).select_related("proposed_by", "agreed_by")
