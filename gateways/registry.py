"""Registry of gateways: those of this package, and entry points of `motcua.gateways`.

Each is loaded alone. One that cannot be used is logged as an error, listed by `broken` and left out;
the others work on.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from .addresses import Address
from .base import AmountLimits, Gateway
from .errors import GatewayMissing
from .fields import Field

logger = logging.getLogger(__name__)

GROUP = "motcua.gateways"
#: Slugs stand in addresses and in columns of 32 characters.
SLUG = re.compile(r"[a-z][a-z0-9_]{0,31}")
_BUILT_IN = {
    "vnptpay": "gateways.vnptpay.adapter:VnptPay",
    "vietinbank": "gateways.vietinbank.adapter:VietinBank",
    "payplatform": "gateways.payplatform.adapter:PayPlatform",
    "vietinbank_direct": "gateways.vietinbank_direct.adapter:VietinBankDirect",
    "vnpay": "gateways.vnpay.adapter:Vnpay",
    "momo": "gateways.momo.adapter:Momo",
    "counter": "gateways.internal:Counter",
    "moved": "gateways.internal:Moved",
}


class UnusableGateway(Exception):
    """A gateway breaks a rule of registration; the text says which."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A gateway that could not be loaded: its entry point's name and target, and why."""

    name: str
    target: str
    reason: str


def get(slug: str) -> type[Gateway]:
    """Return the adapter class named `slug`. Raises GatewayMissing."""
    try:
        return _gateways()[slug]
    except KeyError:
        raise GatewayMissing(slug) from None


def is_usable(slug: str) -> bool:
    """Tell whether a package provides the gateway `slug`."""
    return slug in _gateways()


def name_of(slug: str) -> str:
    """Return how people call a gateway; one whose package is gone keeps its slug: its old payments are still shown."""
    return _gateways()[slug].name if is_usable(slug) else slug


def all_slugs() -> list[str]:
    """Return the slug of every gateway that could be loaded, sorted."""
    return sorted(_gateways())


def all_gateways() -> list[type[Gateway]]:
    """Return every gateway that could be loaded, the built-in ones first."""
    return list(_gateways().values())


def addresses() -> list[tuple[str, Address]]:
    """Return what gateways declare beside their `notify` and `return`: (slug, address), the built-in ones first."""
    return [(slug, address) for slug, gateway in _gateways().items() for address in _addresses_of(gateway)]


def limits_of(slug: str) -> AmountLimits:
    """Return the sums a gateway takes; no limits for one that declares none, or is not there."""
    return getattr(_gateways().get(slug), "limits", AmountLimits())


def fields_of(slug: str) -> tuple[Field, ...]:
    """Return the settings and keys that a gateway declares; none when it declares none, or is not there."""
    return tuple(getattr(_gateways().get(slug), "fields", ()))


def page_settings_of(slug: str) -> tuple[str, ...]:
    """Return the settings of a gateway that hold an address of its pay pages."""
    return tuple(getattr(_gateways().get(slug), "page_settings", ()))


def broken() -> list[Broken]:
    """Return the gateways that could not be loaded."""
    return _load()[1]


def _gateways() -> dict[str, type[Gateway]]:
    return _load()[0]


@cache
def _load() -> tuple[dict[str, type[Gateway]], list[Broken]]:
    gateways: dict[str, type[Gateway]] = {}
    faults: list[Broken] = []
    for points in (
        [EntryPoint(slug, target, GROUP) for slug, target in _BUILT_IN.items()],
        sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)),
    ):
        # A package may add a gateway but not take the place of one of ours.
        _admit(points, gateways, faults)
    for fault in faults:
        logger.error("gateway %s (%s) is left out: %s", fault.name, fault.target, fault.reason)
    return gateways, faults


def _admit(points: Iterable[EntryPoint], gateways: dict[str, type[Gateway]], faults: list[Broken]) -> None:
    """Add to `gateways` what can be loaded, and to `faults` what cannot.

    Of two that claim one slug or one address neither is taken: which of them the money is for is not ours to guess.
    """
    candidates: list[tuple[EntryPoint, type[Gateway]]] = []
    for point in points:
        try:
            gateway = point.load()
            _check_declaration(gateway)
            candidates.append((point, gateway))
        except Exception as error:  # foreign code: whatever it raises, the others must work
            faults.append(Broken(point.name, point.value, f"{type(error).__name__}: {error}"))
    taken_slugs = Counter([*gateways, *(gateway.slug for _, gateway in candidates)])
    taken_paths = Counter(
        address.path
        for gateway in [*gateways.values(), *(gateway for _, gateway in candidates)]
        for address in _addresses_of(gateway)
    )
    for point, gateway in candidates:
        twice = [address.path for address in _addresses_of(gateway) if taken_paths[address.path] > 1]
        if taken_slugs[gateway.slug] > 1:
            faults.append(Broken(point.name, point.value, f"another gateway has the slug {gateway.slug!r}"))
        elif twice:
            faults.append(Broken(point.name, point.value, f"another gateway has the address {twice[0]!r}"))
        else:
            gateways[gateway.slug] = gateway


def _check_declaration(gateway: type[Gateway]) -> None:
    """Raise UnusableGateway unless slug, name, capabilities and addresses are of the right kind."""
    if not isinstance(gateway.slug, str) or not SLUG.fullmatch(gateway.slug):
        raise UnusableGateway(f"the slug {gateway.slug!r} is not a small letter and up to 31 of a-z, 0-9 and _")
    if not isinstance(gateway.name, str) or not isinstance(gateway.capabilities, frozenset):
        raise UnusableGateway("`name` must be a text and `capabilities` a frozenset")
    if not isinstance(getattr(gateway, "limits", AmountLimits()), AmountLimits):
        raise UnusableGateway("`limits` must be gateways.base.AmountLimits")
    fields = getattr(gateway, "fields", ())
    if not isinstance(fields, tuple) or not all(isinstance(field, Field) for field in fields):
        raise UnusableGateway("`fields` must be a tuple of gateways.fields.Field")
    if len({field.name for field in fields}) != len(fields):
        raise UnusableGateway("a name stands twice in `fields`")
    page_settings = getattr(gateway, "page_settings", ())
    if not isinstance(page_settings, tuple) or not all(isinstance(name, str) for name in page_settings):
        raise UnusableGateway("`page_settings` must be a tuple of names of settings")
    for address in _addresses_of(gateway):
        if not isinstance(address, Address):
            raise UnusableGateway("`addresses` must hold gateways.addresses.Address only")
        if address.path.startswith("gateways/") and not address.path.startswith(f"gateways/{gateway.slug}/"):
            raise UnusableGateway(f"the address {address.path!r} stands in another gateway's folder")


def _addresses_of(gateway: type[Gateway]) -> tuple[Address, ...]:
    return tuple(getattr(gateway, "addresses", ()))
