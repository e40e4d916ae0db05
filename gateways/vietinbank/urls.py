"""Where VietinBank sends its messages: integrators have seen two prefixes (docs/reference/vietinbank.md#inq-bill)."""

from gateways.addresses import Address, Purpose

_PREFIXES = ("gateways/vietinbank", "vpg/collection/api/v1", "api/v1")

ADDRESSES = (
    *(Address(f"{prefix}/inq-bill", Purpose.INQUIRE) for prefix in _PREFIXES),
    *(Address(f"{prefix}/notify-bill", Purpose.NOTIFY) for prefix in _PREFIXES),
)
