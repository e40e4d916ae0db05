"""Staff and the roles they hold at agencies, with dates."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.database.whole_row import WholeRow

from .agency import Agency
from .guards import NoCitizen


class Role(models.TextChoices):
    """What somebody may do at an agency (docs/security.md#how-rights-work-here)."""

    RECEPTION_OFFICER = "reception_officer", _("Cán bộ tiếp nhận")
    HANDLING_OFFICER = "handling_officer", _("Chuyên viên thụ lý")
    SIGNER = "signer", _("Lãnh đạo ký duyệt")
    CASHIER = "cashier", _("Thu ngân")
    ACCOUNTANT = "accountant", _("Kế toán")
    AGENCY_ADMIN = "agency_admin", _("Quản trị cơ quan")
    PROVINCE_ADMIN = "province_admin", _("Quản trị tỉnh")
    AUDITOR = "auditor", _("Thanh tra, kiểm toán")


class User(AbstractUser):
    """A member of staff. Citizens need no account to pay or to follow a dossier."""

    full_name = models.CharField(_("Họ tên"), max_length=120, blank=True)
    phone = models.CharField(_("Điện thoại"), max_length=16, blank=True)
    #: Whose administrators keep an account that holds no role; nobody's: the province's.
    made_by_agency = models.ForeignKey(
        Agency,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Cơ quan lập tài khoản"),
    )

    def __str__(self) -> str:
        return self.full_name or self.username


class Membership(WholeRow):
    """A role at an agency for a time; it ends with the agency and is granted anew after a merger."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("Người dùng"))
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("Cơ quan"))
    role = models.CharField(_("Vai trò"), max_length=20, choices=Role)
    valid_during = DateRangeField(_("Hiệu lực"))

    class Meta:
        triggers = [NoCitizen(name="citizens_get_no_role")]
        verbose_name = _("vai trò")
        verbose_name_plural = _("vai trò")
        constraints = [
            ExclusionConstraint(
                name="membership_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("agency", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("valid_during", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Người này đã có vai trò đó ở cơ quan đó trong thời gian này."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.agency}"
