"""Networks of offices: many people share their addresses (docs/security.md S-6, S-10)."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.database.network_field import NetworkField, is_narrow
from core.values.networks import Network

from .agency import Agency


class OfficeNetwork(models.Model):
    """What a one-stop centre's Wi-Fi and kiosks come from, seen from the portal: limits of an address are wider there.

    Two offices in one building may both list theirs.
    """

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="networks", verbose_name=_("Cơ quan"))
    network = NetworkField(_("Mạng"))
    note = models.CharField(_("Ghi chú"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("mạng của cơ quan")
        verbose_name_plural = _("mạng của cơ quan")
        ordering = ["network"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "network"],
                name="office_network_once",
                violation_error_message=_("Cơ quan này đã ghi mạng này rồi."),
            ),
            models.CheckConstraint(condition=is_narrow("network"), name="office_network_is_narrow"),
        ]

    def __str__(self) -> str:
        return f"{self.network} · {self.agency}"


def listed() -> Iterator[Network]:
    """Yield the networks of the agencies that exist today: `core.office_networks` asks."""
    rows = OfficeNetwork.objects.filter(agency__valid_during__contains=timezone.localdate())
    yield from (ip_network(text) for text in rows.order_by().values_list("network", flat=True))
