"""The address that an attempt is counted for."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import HTTPConnection

_IPV6_PREFIX = 64  # bits: what one subscriber gets at least, and chooses addresses from


@dataclass(frozen=True)
class ClientAddresses:
    """Finds the address that an attempt is counted for: of IPv6 the /64 network.

    `resolve`: (address of the socket, X-Forwarded-For) → address, believing only the proxies that are trusted.
    """

    resolve: Callable[[str, str], str] = lambda peer, forwarded_for: peer

    def of(self, request: HTTPConnection) -> str:
        peer = request.client.host if request.client else ""
        return address_group(self.resolve(peer, ",".join(request.headers.getlist("x-forwarded-for"))))


def address_group(address: str) -> str:
    """`2001:db8::/64` of any address in it; IPv4 addresses, also those mapped to IPv6, stay single."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is None:
            return str(ipaddress.ip_network((ip, _IPV6_PREFIX), strict=False))
        ip = ip.ipv4_mapped
    return str(ip)
