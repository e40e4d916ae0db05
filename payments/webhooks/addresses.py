"""Allowed webhook addresses: guards our own network against SSRF.

An address is checked twice: its form when it is registered, and what its name means each
time we send, because a name may mean something else by then. The connection then goes
to the very address that was checked (`posting`).
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings

from payments.errors import AddressRefused

#: Translated to IPv4 by a router (RFC 6052): what it reaches cannot be known here.
_TRANSLATED = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads: `host` and `path` as written, `is_secure` for https."""

    host: str
    port: int
    path: str
    is_secure: bool


def parse(url: str) -> Target:
    """Read a URL as it may be registered. Raises AddressRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused("this is not an address") from error
    if not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused("write the address in ASCII, without spaces")
    if parts.scheme not in (("https",) if settings.WEBHOOK_HTTPS_ONLY else ("https", "http")):
        raise AddressRefused("the address must begin with https://")
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused("the address needs a host and carries no user, password or fragment")
    is_secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(parts.hostname, port or (443 if is_secure else 80), path, is_secure)
    try:
        literal = ip_address(target.host)
    except ValueError:
        return target
    _check(literal)
    return target


def resolve(target: Target) -> str:
    """Return the IP address to connect to. Raises AddressRefused when any it might mean is not allowed.

    Raises OSError when the name is not known.
    """
    infos = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [ip_address(str(info[4][0]).partition("%")[0]) for info in infos]
    for address in addresses:
        _check(address)
    return str(addresses[0])


def _check(address: IPv4Address | IPv6Address) -> None:
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner or address.teredo or address in _TRANSLATED:
            raise AddressRefused("this address hides another one")
    if any(address in ip_network(network) for network in settings.WEBHOOK_NETWORKS):
        return
    if not address.is_global or address.is_multicast:
        raise AddressRefused("this address is not public")
