"""The gateways of this repository: whatever other packages are installed beside it is not ours to test (G9)."""

from __future__ import annotations

from gateways import internal, registry
from gateways.base import Gateway


def ours() -> list[type[Gateway]]:
    """Return the gateways with a bank that this repository holds."""
    return [
        gateway
        for gateway in registry.all_gateways()
        if gateway.__module__.startswith("gateways.") and gateway.slug not in internal.SLUGS
    ]
