"""Networks that a few one-stop centres list: of the ranges made for documents (RFC 5737, RFC 3849), so nobody's."""

from __future__ import annotations

from datetime import date

from agencies.audit import record as audit
from agencies.models import Agency, OfficeNetwork, User

#: An agency's code → what its provider gave it, and what comes from there.
_LISTED = {
    "07900": (("203.0.113.0/27", "Wi-Fi cho người dân, tầng 1"), ("2001:db8:40::/48", "Wi-Fi cho người dân, IPv6")),
    "07942": (("203.0.113.32/27", "Wi-Fi và máy dùng chung"),),
    "08515": (("203.0.113.70/32", "Đường truyền của bộ phận một cửa"),),
}


def enter(administrator_id: int, today: date) -> None:
    """Let the province's administrator have listed them."""
    administrator = User.objects.get(pk=administrator_id)
    for agency in Agency.objects.existing_on(today).filter(code__in=_LISTED).order_by("code"):
        for network, note in _LISTED[agency.code]:
            row = OfficeNetwork.objects.create(agency=agency, network=network, note=note)
            values = {"agency": agency.name, "network": network, "note": note}
            audit.record(
                "row_added",
                f"officenetwork:{row.pk}",
                actor=administrator,
                agency=agency,
                model=row._meta.label_lower,
                name=str(row),
                changes=[{"field": name, "before": "", "after": value} for name, value in values.items()],
            )
