"""Networks of addresses as people write them: 203.0.113.0/24, 2001:db8::/48, or one address alone."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_interface, ip_network

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

Network = IPv4Network | IPv6Network
#: The widest that one office has, by version of the protocol. Whoever rents a line has far less.
WIDEST = {4: 16, 6: 32}
#: What no visitor comes from: this machine itself, and what is no address of one machine.
_NEVER = tuple(ip_network(text) for text in ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3", "::/32", "ff00::/8"))


def read(text: str) -> Network:
    """Return the network that somebody typed. Raises ValidationError, which says what to write instead."""
    try:
        typed = ip_interface(text.strip().partition("%")[0])
    except ValueError as error:
        words = _("Đây chưa phải một địa chỉ mạng. Hãy viết như ví dụ 203.0.113.0/24 hoặc 2001:db8:1::/48.")
        raise ValidationError(words, code="invalid") from error
    network: Network = typed.network
    if typed.ip != network.network_address:
        words = _("Có phải %(network)s không? Nếu phải, hãy viết đúng như vậy.") % {"network": network}
        raise ValidationError(words, code="host_bits")
    if network.prefixlen < WIDEST[network.version]:
        words = _("Mạng này rộng quá. Số sau dấu / phải từ %(least)d trở lên; hãy hỏi nhà mạng địa chỉ của cơ quan.")
        raise ValidationError(words % {"least": WIDEST[network.version]}, code="too_wide")
    if any(network.version == never.version and network.overlaps(never) for never in _NEVER):
        words = _("Đây là địa chỉ của chính máy chủ, không ai truy cập từ đó. Hãy hỏi nhà mạng địa chỉ của cơ quan.")
        raise ValidationError(words, code="own")
    return network
