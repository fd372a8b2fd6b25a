"""Which hosts are private, and which no picture may visit at all.

Link-local addresses are off limits even with `allow_private`: there the clouds answer with credentials of the machine.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import urlsplit

from store.hosts import ascii_domain, ascii_host

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# IPv6 addresses in these ranges contain an IPv4 address in their last bits, which is checked instead:
# NAT64 (RFC 6052, RFC 8215) and the deprecated IPv4-compatible addresses (RFC 4291).
_EMBEDDED = tuple(map(ipaddress.IPv6Network, ("64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
_ISATAP = (0x00005EFE, 0x02005EFE)  # the third quarter of such an address; the fourth is IPv4 (RFC 5214)
# Metadata services of clouds that are not at a link-local address: AWS, Google, Alibaba, Azure, Oracle.
_METADATA = frozenset(
    map(ipaddress.ip_address, ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"))
)
_METADATA_NAMES = (
    "metadata",
    "metadata.google.internal",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
)
_PRIVATE_NAMES = re.compile(
    r"(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|lan|home|home\.arpa)$|^[^.]+$"
)
_NUMERIC = re.compile(r"(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}")


def is_private(ip: str) -> bool:
    """Whether an IP address is anything but a public unicast one (private, loopback, link-local, multicast …)."""
    return _is_private(ipaddress.ip_address(ip.partition("%")[0]))


def is_off_limits(ip: str) -> bool:
    """Whether an IP address is link-local or a cloud's metadata service, also inside an IPv6 address."""
    return _is_off_limits(ipaddress.ip_address(ip.partition("%")[0]))


def is_private_host(host: str) -> bool:
    """Whether a host is a private address or a name that only a private network knows."""
    host = _bare(host)
    ip = _address_of(host)
    return _is_private(ip) if ip else bool(_PRIVATE_NAMES.search(host))


def is_off_limits_host(host: str) -> bool:
    """Whether a host is an address or name that no picture may visit."""
    host = _bare(host)
    ip = _address_of(host)
    return _is_off_limits(ip) if ip else host in _METADATA_NAMES


def host_of_domain(text: str) -> str:
    """The host of a domain as an owner types it: without scheme, wildcard and port. "" if there is none."""
    try:
        return urlsplit(f"//{ascii_domain(text)}").hostname or ""
    except ValueError:  # the rules reject it
        return ""


def _is_private(ip: IPAddress) -> bool:
    inner = _inner(ip)
    return _is_private(inner) if inner else not ip.is_global or ip.is_multicast


def _is_off_limits(ip: IPAddress) -> bool:
    if ip.is_link_local or ip in _METADATA:
        return True
    inner = _inner(ip)
    return inner is not None and _is_off_limits(inner)


def _inner(ip: IPAddress) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 address contains."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
    last = int(ip) & 0xFFFFFFFF
    embedded = any(ip in network for network in _EMBEDDED) and last > 0xFFFF  # not `::` and `::1`
    if inner is None and (embedded or int(ip) >> 32 & 0xFFFFFFFF in _ISATAP):
        inner = ipaddress.IPv4Address(last)
    return inner


def _bare(host: str) -> str:
    return ascii_host(host.strip().strip("[]")).removeprefix("*.").rstrip(".").partition("%")[0]


def _address_of(host: str) -> IPAddress | None:
    """The address that a host is, also written as one number, in octal or in hexadecimal, as resolvers accept it."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    if not _NUMERIC.fullmatch(host):
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None
