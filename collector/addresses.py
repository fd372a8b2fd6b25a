"""The client's address: the peer of the socket, or what a trusted proxy reports."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from collector.text_cache import text_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MAX_PREFIX = 64  # letters of the longest address or network


class ClientAddress:
    """Reads X-Forwarded-For of trusted proxies only, from right to left: a client can forge entries on the left."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._trusted: tuple[Network, ...] = tuple(ipaddress.ip_network(t, strict=False) for t in trusted)
        self._is_trusted = text_cache(1_000, MAX_PREFIX)(self._look_up)

    def __call__(self, peer: str, forwarded_for: str) -> str:
        """The client's address; `peer` itself unless it is a trusted proxy. "" for a socket without one."""
        if not self._trusted or not forwarded_for or not self._is_trusted(peer):
            return peer
        address = peer
        for hop in reversed(forwarded_for.split(",")):
            address = _bare(hop)
            if not self._is_trusted(address):
                break
        return address

    def _look_up(self, address: str) -> bool:
        if address == "":  # a Unix socket: only a proxy on this machine can connect to it
            return True
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self._trusted)


def ip_of(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address, as IPv4 if it is an IPv4 address mapped to IPv6; None when it is not an address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    return ip.ipv4_mapped or ip if isinstance(ip, ipaddress.IPv6Address) else ip


@text_cache(10_000, MAX_PREFIX)
def address_prefix(address: str) -> str:
    """The network that probably has one owner: /24 of IPv4, /56 of IPv6. In memory only."""
    ip = ip_of(address)
    if ip is None:
        return address
    bits = 24 if ip.version == 4 else 56
    return str(ipaddress.ip_network(f"{ip}/{bits}", strict=False))


def is_private(address: str) -> bool:
    """Whether an address belongs to this machine, a private network or a Unix socket."""
    try:
        return address == "" or ipaddress.ip_address(address).is_private
    except ValueError:
        return False


def _bare(hop: str) -> str:
    """`1.2.3.4` of ` 1.2.3.4:5678`, `::1` of `[::1]:80`."""
    hop = hop.strip()
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop
