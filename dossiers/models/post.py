"""The result by public post (bưu chính công ích): where to, for how much, and what became of it.

See docs/reference/domain.md#post.
"""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.database.whole_row import WholeRow
from payments.models import Bill

from .dossier import Dossier


class PostalZone(models.TextChoices):
    """What the price depends on."""

    PROVINCE = "province", _("Trong tỉnh")
    COUNTRY = "country", _("Tỉnh khác")


class PostageRate(WholeRow):
    """What the post takes for one result from a day on, whole đồng; `source` is the tariff it comes from."""

    zone = models.CharField(_("Vùng"), max_length=8, choices=PostalZone)
    amount = models.PositiveIntegerField(_("Cước (đồng)"))
    valid_during = DateRangeField(_("Hiệu lực"))
    source = models.CharField(_("Căn cứ"), max_length=255)

    class Meta:
        verbose_name = _("cước bưu chính")
        verbose_name_plural = _("cước bưu chính")
        ordering = ["zone", "valid_during"]
        constraints = [
            ExclusionConstraint(
                name="one_postage_a_day",
                expressions=[("zone", RangeOperators.EQUAL), ("valid_during", RangeOperators.OVERLAPS)],
                violation_error_message=_("Vùng này đã có cước khác trong cùng thời gian."),
            ),
            models.CheckConstraint(condition=Q(amount__gte=1000), name="postage_is_in_dong"),
        ]

    def __str__(self) -> str:
        return f"{self.get_zone_display()} {self.amount}"

    @classmethod
    def on(cls, zone: str, day: date) -> PostageRate | None:
        """Return the rate of a day; without one the postman is paid at the door."""
        return cls.objects.filter(zone=zone, valid_during__contains=day).first()


class PostalState(models.TextChoices):
    """Where the result is."""

    ORDERED = "ordered", _("Sẽ gửi khi có kết quả")
    POSTED = "posted", _("Đã giao bưu điện")
    DELIVERED = "delivered", _("Đã phát")
    CAME_BACK = "came_back", _("Bưu điện chuyển hoàn")


class PostalOrder(models.Model):
    """One result to be sent. Without a `bill` the postman is paid at the door (no tariff was in force)."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="postal_order")
    receiver_name = models.CharField(_("Người nhận"), max_length=120)
    receiver_phone = models.CharField(_("Điện thoại"), max_length=16)
    street = models.CharField(_("Số nhà, đường, thôn"), max_length=200)
    commune = models.CharField(_("Xã, phường"), max_length=100)
    province = models.CharField(_("Tỉnh, thành phố"), max_length=40)
    postage = models.PositiveIntegerField(_("Cước (đồng)"), default=0)
    bill = models.ForeignKey(Bill, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("Tình trạng"), max_length=12, choices=PostalState, default=PostalState.ORDERED)
    ordered_at = models.DateTimeField(_("Đăng ký lúc"), db_default=Now())
    ended_at = models.DateTimeField(_("Phát hoặc chuyển hoàn lúc"), null=True)

    class Meta:
        verbose_name = _("bưu gửi kết quả")
        verbose_name_plural = _("bưu gửi kết quả")

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.state}"

    @property
    def address(self) -> str:
        """The address in one line, as on an envelope."""
        return ", ".join((self.street, self.commune, self.province))
