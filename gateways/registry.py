"""Registry of gateways: those of this package, and entry points of `motcua.gateways`."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from gateways.momo.adapter import Momo
from gateways.payplatform.adapter import PayPlatform
from gateways.vietinbank.adapter import VietinBank
from gateways.vietinbank_direct.adapter import VietinBankDirect
from gateways.vnpay.adapter import Vnpay
from gateways.vnptpay.adapter import VnptPay

from .base import Gateway
from .internal import Counter, Moved

GROUP = "motcua.gateways"
_BUILT_IN: tuple[type[Gateway], ...] = (
    VnptPay,
    VietinBank,
    PayPlatform,
    VietinBankDirect,
    Vnpay,
    Momo,
    Counter,
    Moved,
)


def get(slug: str) -> type[Gateway]:
    """Return the adapter class named `slug`. Raises KeyError."""
    return _known()[slug]


def name_of(slug: str) -> str:
    """Return how people call a gateway; one whose package is gone keeps its slug: its old payments are still shown."""
    return _known()[slug].name if slug in _known() else slug


def all_slugs() -> list[str]:
    """Return every known slug, sorted."""
    return sorted(_known())


@cache
def _known() -> dict[str, type[Gateway]]:
    # A package may add a gateway but not take the place of one of ours.
    added = {kind.slug: kind for kind in (point.load() for point in entry_points(group=GROUP))}
    return added | {kind.slug: kind for kind in _BUILT_IN}
