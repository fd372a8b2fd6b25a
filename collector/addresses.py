"""The client's address: the peer of the socket, or what a trusted proxy reports."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from collector.text_cache import text_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
MAX_PREFIX = 64  # letters of the longest address or network

# A proxy names its client in one of these. Only X-Forwarded-For is read, and only that of trusted proxies.
CLIENT_HEADERS = frozenset(
    {
        b"x-forwarded-for",
        b"forwarded",
        b"x-real-ip",
        b"x-client-ip",
        b"x-cluster-client-ip",
        b"cf-connecting-ip",
        b"true-client-ip",
        b"fastly-client-ip",
    }
)
# Not the addresses for documentation and benchmarks, which `ip.is_private` includes: nobody has them, but examples do.
_PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        (
            "127.0.0.0/8",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "169.254.0.0/16",
            "100.64.0.0/10",  # shared by the clients of a carrier, or of a VPN (RFC 6598)
            "::1/128",
            "fc00::/7",
            "fe80::/10",
        ),
    )
)
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")  # IPv4 addresses written as IPv6 (RFC 4291)


class ClientAddress:
    """Reads X-Forwarded-For of trusted proxies only, from right to left: a client can forge entries on the left."""

    def __init__(self, trusted: Iterable[str]) -> None:
        self._trusted: tuple[Network, ...] = tuple(map(network_of, trusted))
        self._is_trusted = text_cache(1_000, MAX_PREFIX)(self._look_up)

    def __call__(self, peer: str, forwarded_for: str) -> str:
        """The client's address; `peer` itself unless it is a trusted proxy. "" for a socket without one."""
        return self._resolve(peer, forwarded_for)[0]

    def untrusted_proxy(self, peer: str, forwarded_for: str) -> str:
        """The private address that sent a forwarding header and is not trusted; "" if there is none.

        It is the peer, or a hop further away that names a client in turn (`forwarded_for`). A public address is never
        reported: anybody on the internet can send such a header.
        """
        address, is_last = self._resolve(peer, forwarded_for)
        if address == "" or is_last or not is_private(address):
            return ""
        return address

    def trusts(self, address: str) -> bool:
        return bool(self._trusted) and self._is_trusted(plain_address(address))

    def _resolve(self, peer: str, forwarded_for: str) -> tuple[str, bool]:
        """The client's address, and whether no hop before it is left in the chain."""
        peer = plain_address(peer) if peer.startswith("::") else peer
        if not self._trusted or not self._is_trusted(peer):
            return peer, False
        address, hops = peer, forwarded_for.split(",")
        for n in reversed(range(len(hops))):
            hop = _bare(hops[n])
            if not hop:
                continue
            address = hop
            if not self._is_trusted(address):
                return address, n == 0
        return address, True

    def _look_up(self, address: str) -> bool:
        if address == "":  # a Unix socket: only a proxy on this machine can connect to it
            return True
        ip = ip_of(address)
        return ip is not None and any(ip in network for network in self._trusted)


def network_of(text: str) -> Network:
    """The network of an address or network; IPv4 if it is written as mapped to IPv6. ValueError if it is neither."""
    network = ipaddress.ip_network(text.strip(), strict=False)
    if isinstance(network, ipaddress.IPv6Network) and network.subnet_of(_MAPPED):
        mapped = ipaddress.IPv4Address(int(network.network_address) & 0xFFFFFFFF)
        return ipaddress.ip_network((mapped, network.prefixlen - _MAPPED.prefixlen), strict=False)
    return network


def ip_of(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address, as IPv4 if it is an IPv4 address mapped to IPv6; None when it is not an address."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    return ip.ipv4_mapped or ip if isinstance(ip, ipaddress.IPv6Address) else ip


def plain_address(address: str) -> str:
    """The one way to write an address: `10.0.0.9` of `::ffff:10.0.0.9`. What is no address stays as it is."""
    ip = ip_of(address)
    return address if ip is None else str(ip)


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
    ip = ip_of(address)
    return address == "" or (ip is not None and any(ip in network for network in _PRIVATE))


def _bare(hop: str) -> str:
    """`1.2.3.4` of ` 1.2.3.4:5678`, `::1` of `[::1]:80`, both also in quotation marks or mapped to IPv6."""
    hop = hop.strip(' \t"')
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    return plain_address(hop)
