"""Hosts and networks that an owner may enter."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from functools import cache
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from rules.faults import Fault, Faults, InvalidDefinition, fault
from store.hosts import ascii_domain, ascii_host

_DOMAIN = re.compile(
    r"(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_\-]*[a-z0-9_])?)(?:\.[a-z0-9_\-]+)*(?::\d{1,5})?|\[[0-9a-f:]+\](?::\d{1,5})?"
)
_LONGEST_HOST = 253 + len("*.:65535")  # RFC 1035
_SHARED = {"amazonaws.com", "wordpress.com"}  # shared by many owners, but not in the public suffix list
_LOOPBACK = ("127.0.0.1", "::1")
_SHORTEST_PREFIX = {4: 8, 6: 16}  # bits: no team has a larger network


def domain_of(text: str) -> str:
    """`https://Shop.example/` → `shop.example`, `müller.example` → `xn--mller-kva.example`.

    InvalidDefinition if it is not a host, or not one owner's.
    """
    host = ascii_domain(text)
    if found := domain_fault(text, "domains"):
        raise InvalidDefinition(Faults((found,)))
    return host


def domain_fault(text: str, path: str) -> Fault | None:
    """The fault of a text that cannot be a site's domain; None if it can."""
    host = ascii_domain(text)
    if len(host) > _LONGEST_HOST or not _DOMAIN.fullmatch(host):
        return fault(path, "domain", value=text)
    return fault(path, "domain_shared", value=text) if covers_many_owners(host) else None


def covers_many_owners(domain: str) -> bool:
    """Whether a wildcard covers sites of many owners: `*`, `*.com`, `*.co.uk`, `*.github.io`, `*.s3.amazonaws.com`.

    That is the case if the part after `*.` is a public suffix (https://publicsuffix.org), including those of hosting
    companies. The list comes with the package; nothing is fetched.
    """
    host = ascii_domain(domain).partition(":")[0]
    if not host.startswith("*"):
        return False
    parent = host.removeprefix("*").strip(".")
    return parent != "localhost" and (not parent or parent in _SHARED or _public_suffixes().is_public(parent))


def host_and_port(pattern: str) -> tuple[str, int | None]:
    """The host of a domain, without `www.` but with `*.`, and its port if it names one."""
    parts = urlsplit(f"//{pattern}")
    return (parts.hostname or "").removeprefix("www."), parts.port


def in_domains(host: str, port: int, domains: Iterable[str]) -> bool:
    """Whether `host:port` is one of the domains of a site.

    `shop.example` matches that host and its `www.` on every port, `shop.example:8001` that port only,
    `*.shop.example` every host below it, and `localhost` every loopback name. The collector uses the same rule.

    >>> in_domains("www.shop.example", 443, ["shop.example"])
    True
    """
    host = ascii_host(host).removeprefix("www.")
    for pattern in domains:
        name, wanted = host_and_port(ascii_domain(pattern))
        if wanted is not None and wanted != port:
            continue
        if host == name or (name.startswith("*.") and host.endswith(name[1:])):
            return True
        if name == "localhost" and (host in _LOOPBACK or host.endswith(".localhost")):
            return True
    return False


def network_of(text: str) -> str:
    """`203.0.113.7/24` → `203.0.113.0/24`. InvalidDefinition if it is not a network, or too large."""
    if found := network_fault(text, "staff_networks"):
        raise InvalidDefinition(Faults((found,)))
    return str(ipaddress.ip_network(text.strip(), strict=False))


def network_fault(text: str, path: str) -> Fault | None:
    """The fault of a text that cannot be a team's network; None if it can."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return fault(path, "network", value=text)
    large = network.prefixlen < _SHORTEST_PREFIX[network.version]
    return fault(path, "network_large", value=text) if large else None


@cache
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # read when first needed: it takes 50 ms
