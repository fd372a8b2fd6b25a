"""Which addresses a snapshot may visit: the site's own, and private ones only where an owner allows them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from rules.domains import in_domains
from rules.private_hosts import is_off_limits, is_off_limits_host, is_private
from store.records import Site
from viewer.snapshot.errors import SnapshotError

Resolve = Callable[[str], list[str]]  # host name → IP addresses; raises OSError for an unknown name

_DEFAULT_PORT = {"http": 80, "https": 443}


def system_resolve(host: str) -> list[str]:
    """The addresses from the system resolver, in its order, without duplicates."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def port_of(parts: SplitResult) -> int:
    """The port of an http(s) address, or the default one of its scheme."""
    return parts.port or _DEFAULT_PORT.get(parts.scheme, 0)


@dataclass(frozen=True)
class Bounds:
    """The hosts that the snapshots of a site may reach."""

    site: str
    domains: tuple[str, ...]
    allow_private: bool
    fetch_from: str = ""

    @classmethod
    def of(cls, site: Site) -> Bounds:
        return cls(site.name, tuple(site.domains), site.allow_private, site.fetch_from)

    def own(self, host: str, port: int) -> bool:
        """Whether `host:port` belongs to the site (its domains, and the address it is fetched from)."""
        if self.fetch_from:
            base = urlsplit(self.fetch_from)
            if host == (base.hostname or "") and port == port_of(base):
                return True
        return in_domains(host, port, self.domains)

    def reachable(self, host: str, port: int, ips: Iterable[str]) -> list[str]:
        """The IP addresses of a host that may be connected to: never link-local ones, whoever allows private ones."""
        ips = [] if is_off_limits_host(host) else [ip for ip in ips if not is_off_limits(ip)]
        if self.allow_private and self.own(host, port):
            return ips
        return [ip for ip in ips if not is_private(ip)]

    def check(self, url: str) -> None:
        """Raise `SnapshotError` (address) unless the page at `url` belongs to the site."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", port_of(parts)
        except ValueError as error:
            raise SnapshotError(f"{url[:120]!r} is not an address: {error}.", "address") from None
        if parts.scheme not in _DEFAULT_PORT or not host:
            raise SnapshotError(
                f"{url[:120]!r} cannot be photographed: give an address that begins with http:// or https://.",
                "address",
            )
        if parts.username or parts.password:
            raise SnapshotError(f"The address of {host} holds a name or password: take it out.", "address")
        if not in_domains(host, port, self.domains):
            raise SnapshotError(
                f"{host}:{port} is not one of the domains of {self.site} ({', '.join(self.domains) or 'none'}). "
                "Add it to the site's domains, or give an address of the site.",
                "address",
            )
