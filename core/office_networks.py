"""Networks that hundreds share on purpose: a one-stop centre's Wi-Fi and kiosks.

Which they are is told by whoever registered (`register`; agencies do): this app does not know them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import chain

from .cached_value import CachedValue
from .values.networks import Network

#: A network that was listed counts in every process after so many seconds.
KEPT_SECONDS = 15.0
Source = Callable[[], Iterable[Network]]
_sources: list[Source] = []


def register(source: Source) -> None:
    """Add a source of networks."""
    _sources.append(source)


def _read() -> tuple[Network, ...]:
    return tuple(chain.from_iterable(source() for source in _sources))


listed: CachedValue[tuple[Network, ...]] = CachedValue(_read, seconds=KEPT_SECONDS, empty=())


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return an address, IPv4 also where it came by IPv6 (`::ffff:…`); None for what is none, as of a socket."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def around(text: str) -> Network | None:
    """Return the narrowest listed network that an address lies in."""
    address = read_address(text)
    fitting = [network for network in listed() if address in network] if address else []
    return max(fitting, key=lambda network: network.prefixlen, default=None)
