"""Allowed webhook addresses: guards our own network against SSRF.

An address is checked twice: its form when it is registered, and what its name means each
time we send, because a name may mean something else by then. The connection then goes
to the very address that was checked (`posting`).
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from payments.errors import AddressRefused

#: Translated to IPv4 by a router (RFC 6052): what it reaches cannot be known here.
_TRANSLATED = IPv6Network("64:ff9b::/96")
#: Names that mean something only inside a network (RFC 6761, 6762, 9476 and what routers make up).
_INNER_NAMES = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private", "arpa")
#: A last label like this makes the name a number to a resolver: 2130706433, 0x7f.1, 017700000001.
_NUMBER = re.compile(r"(?:\d+|0x[0-9a-f]*)", re.IGNORECASE)
#: The only address a demo may call beside public ones (WEBHOOK_TO_THIS_MACHINE).
_THIS_MACHINE = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads: `host` and `path` as written, `is_secure` for https."""

    host: str
    port: int
    path: str
    is_secure: bool

    @property
    def is_this_machine(self) -> bool:
        """Whether it is the receiver on a developer's own machine, which a demo may call."""
        return settings.WEBHOOK_TO_THIS_MACHINE and self.host == _THIS_MACHINE and not self.is_secure


def parse(url: str) -> Target:
    """Read a URL as it may be registered. Raises AddressRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise AddressRefused(_("Đây không phải là địa chỉ.")) from error
    if not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused(_("Hãy viết địa chỉ bằng ASCII, không có dấu cách."))
    if parts.scheme not in ("https", "http"):
        raise AddressRefused(_wanted())
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressRefused(_("Địa chỉ cần tên máy, không kèm tên người dùng, mật khẩu hay dấu #."))
    is_secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(parts.hostname, port or (443 if is_secure else 80), path, is_secure)
    if target.is_this_machine:
        return target
    if not is_secure:
        raise AddressRefused(_wanted())
    try:
        literal = ip_address(target.host)
    except ValueError:
        _check_name(target.host)
    else:
        _check(literal)
    return target


def _wanted() -> str:
    if settings.WEBHOOK_TO_THIS_MACHINE:
        return _("Địa chỉ phải bắt đầu bằng https:// (bản chạy thử còn nhận http://127.0.0.1).")
    return _("Địa chỉ phải bắt đầu bằng https://.")


def _check_name(host: str) -> None:
    """Refuse a name that can mean nothing outside a network, or that is a number in disguise."""
    labels = host.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        raise AddressRefused(_("Hãy viết địa chỉ IP bằng bốn số thập phân."))
    if len(labels) < 2 or labels[-1] in _INNER_NAMES or not all(labels):
        raise AddressRefused(_("Tên này không công khai."))


def resolve(target: Target) -> str:
    """Return the IP address to connect to. Raises AddressRefused when any it might mean is not allowed.

    Raises OSError when the name is not known.
    """
    infos = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [ip_address(str(info[4][0]).partition("%")[0]) for info in infos]
    if target.is_this_machine:
        return _THIS_MACHINE
    for address in addresses:
        _check(address)
    return str(addresses[0])


def _check(address: IPv4Address | IPv6Address) -> None:
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner or address.teredo or address in _TRANSLATED:
            raise AddressRefused(_("Địa chỉ này che một địa chỉ khác."))
    if any(address in ip_network(network) for network in settings.WEBHOOK_NETWORKS):
        return
    if not address.is_global or address.is_multicast:
        raise AddressRefused(_("Địa chỉ này không công khai."))
