"""Agencies as legal existences with dates: codes are reused, agencies are not (docs/reference/domain.md#agencies)."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.database.whole_row import WholeRow
from core.values.text import fold


class Level(models.TextChoices):
    """Where an agency stands; districts ended on 30/06/2025."""

    PROVINCE = "tinh", _("Tỉnh")
    DEPARTMENT = "so_ban_nganh", _("Sở, ban, ngành")
    VERTICAL = "nganh_doc", _("Cơ quan ngành dọc")
    CENTRE = "trung_tam", _("Trung tâm")
    DISTRICT = "huyen", _("Huyện")
    COMMUNE = "xa", _("Xã, phường")


class AgencyQuerySet(models.QuerySet["Agency"]):
    """Questions about many agencies."""

    def existing_on(self, day: date) -> AgencyQuerySet:
        """Keep the agencies that legally exist on a day."""
        return self.filter(valid_during__contains=day)


class Agency(WholeRow):
    """One legal existence of an agency. `identifier` (H44.nn) begins its dossiers' codes.

    A unit known only by name (old communes of Vĩnh Phúc and Hòa Bình) has an empty code.
    """

    code = models.CharField(_("Mã"), max_length=40, blank=True, db_index=True)
    identifier = models.CharField(_("Mã định danh"), max_length=20, blank=True)
    name = models.CharField(_("Tên"), max_length=255)
    level = models.CharField(_("Cấp"), max_length=16, choices=Level)
    address = models.CharField(_("Địa chỉ"), max_length=200, blank=True, default="", db_default="")
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name=_("Cơ quan cấp trên"),
    )
    valid_during = DateRangeField(_("Tồn tại"))
    search_key = models.CharField(max_length=300, editable=False, verbose_name=_("Khóa tìm kiếm"))

    objects = AgencyQuerySet.as_manager()

    class Meta:
        verbose_name = _("cơ quan")
        verbose_name_plural = _("cơ quan")
        ordering = ["level", "name"]
        constraints = [
            ExclusionConstraint(
                name="agency_code_once_at_a_time",
                expressions=[("code", RangeOperators.EQUAL), ("valid_during", RangeOperators.OVERLAPS)],
                condition=~Q(code=""),
                violation_error_message=_("Cơ quan khác đã dùng mã này trong cùng thời gian."),
            ),
            ExclusionConstraint(
                name="agency_identifier_once_at_a_time",
                expressions=[
                    ("identifier", RangeOperators.EQUAL),
                    ("valid_during", RangeOperators.OVERLAPS),
                ],
                condition=~Q(identifier=""),
                violation_error_message=_("Cơ quan khác đã dùng mã định danh này trong cùng thời gian."),
            ),
        ]
        indexes = [GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="agency_search")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the search key in step with the name."""
        self.search_key = fold(f"{self.code} {self.name}")
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class Reform(models.Model):
    """One merger, split or dissolution as it was carried out: what the reorganisation wizard leaves.

    `memory` is what it changed, as it was before, so that it can be taken back
    (docs/reference/domain.md#agencies, rule 3).
    """

    day = models.DateField(_("Từ ngày"))
    legal_basis = models.CharField(_("Căn cứ pháp lý"), max_length=255)
    summary = models.JSONField(_("Kết quả"), default=dict)
    carried_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("Người thực hiện")
    )
    carried_out_at = models.DateTimeField(_("Thực hiện lúc"), db_default=Now())
    memory = models.JSONField(default=dict, db_default={}, editable=False, verbose_name=_("Trước khi sắp xếp"))
    taken_back_at = models.DateTimeField(_("Hủy lúc"), null=True, editable=False)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("Người hủy"),
    )

    class Meta:
        verbose_name = _("đợt sắp xếp")
        verbose_name_plural = _("đợt sắp xếp")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.legal_basis} · {self.day:%d/%m/%Y}"


class AgencySuccession(models.Model):
    """Whose work goes to whom from a day on: many-to-many, because communes merge and split.

    Of several successors one `takes_over` what is unfinished: open bills are paid to its account.
    """

    predecessor = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="successions", verbose_name=_("Cơ quan trước")
    )
    successor = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="inheritances", verbose_name=_("Cơ quan kế thừa")
    )
    effective_date = models.DateField(_("Từ ngày"))
    takes_over = models.BooleanField(_("Nhận việc dở dang"), default=False)
    note = models.CharField(_("Ghi chú"), max_length=255, blank=True)
    reform = models.ForeignKey(
        Reform,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="successions",
        verbose_name=_("Lần sắp xếp"),
    )

    class Meta:
        verbose_name = _("kế thừa")
        verbose_name_plural = _("kế thừa")
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor", "effective_date"], name="succession_once"),
            models.UniqueConstraint(
                fields=["predecessor"],
                condition=Q(takes_over=True),
                name="one_successor_takes_over",
                violation_error_message=_("Chỉ một đơn vị nhận việc dở dang của cơ quan này."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class BeneficiaryAccount(models.Model):
    """Where an agency is paid, per kind of fee and time."""

    class Purpose(models.TextChoices):
        """What the account is for."""

        PHI = "phi", _("Phí")
        LE_PHI = "le_phi", _("Lệ phí")
        ALL = "all", _("Phí và lệ phí")

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("Cơ quan"))
    purpose = models.CharField(_("Dùng cho"), max_length=8, choices=Purpose)
    bank_bin = models.CharField(max_length=6, default="970415", verbose_name=_("Mã ngân hàng (BIN)"))
    bank_name = models.CharField(_("Ngân hàng"), max_length=120, default="VietinBank")
    number = models.CharField(_("Số tài khoản"), max_length=30)
    holder = models.CharField(_("Chủ tài khoản"), max_length=255)
    treasury = models.CharField(_("Kho bạc"), max_length=120, blank=True)
    valid_during = DateRangeField(_("Hiệu lực"))
    verified_at = models.DateTimeField(_("Xác minh lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("tài khoản thụ hưởng")
        verbose_name_plural = _("tài khoản thụ hưởng")
        constraints = [
            ExclusionConstraint(
                name="account_once_at_a_time",
                expressions=[
                    ("agency", RangeOperators.EQUAL),
                    ("purpose", RangeOperators.EQUAL),
                    ("valid_during", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Cơ quan này đã có tài khoản khác cho loại tiền đó trong cùng thời gian."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.holder}"
