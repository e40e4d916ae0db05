"""Which gateways there are: ours, and those other packages bring (entry points `motcua.gateways`)."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points

from .base import Gateway
from .vietinbank import VietinBank
from .vnptpay import VnptPay


@lru_cache(maxsize=1)
def gateways() -> dict[str, type[Gateway]]:
    """Return every adapter by its slug."""
    found: dict[str, type[Gateway]] = {VnptPay.slug: VnptPay, VietinBank.slug: VietinBank}
    for point in entry_points(group="motcua.gateways"):
        found[point.name] = point.load()
    return found


def get(slug: str) -> type[Gateway]:
    """Return one adapter. Raises KeyError."""
    return gateways()[slug]
