"""Whether a page is on one of the domains of a site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from collector.text_cache import CACHED
from store.hosts import ascii_domain, ascii_host

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def host_of(address: str) -> str:
    """`host[:port]` of an address (store/hosts.py), without `www.` and the default port; "" if it has none."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    host = ascii_host(host).removeprefix("www.")
    if ":" in host:
        host = f"[{host}]"
    return host if port in (None, 443 if parts.scheme == "https" else 80) else f"{host}:{port}"


@lru_cache(CACHED)
def allowed(address: str, domains: Sequence[str]) -> bool:
    """Whether the address (an Origin, a Referer, a page) is on one of `domains`.

    `shop.example` is that host with any port, `shop.example:8001` with that port only,
    `*.shop.example` every subdomain, `localhost` every loopback address, `*` any host.
    A leading `www.` is ignored.
    """
    host = host_of(address)
    return bool(host) and any(_is(host, domain.strip().lower()) for domain in domains)


def _split(host: str) -> tuple[str, str]:
    name, colon, port = host.rpartition(":")
    return (name.strip("[]"), port) if colon and port.isdigit() and not name.endswith(":") else (host.strip("[]"), "")


def _is(host: str, domain: str) -> bool:
    domain = host_of(domain) if "://" in domain else ascii_domain(domain)
    name, port = _split(host)
    wanted, wanted_port = _split(domain.removeprefix("www."))
    if wanted_port and wanted_port != port:
        return False
    if wanted == "*":
        return True
    if wanted.startswith("*."):
        return name.endswith(wanted[1:])
    return name == wanted or (wanted == "localhost" and _is_loopback(name))


@lru_cache(CACHED)
def on_this_machine(host: str) -> bool:
    """Whether `host[:port]` is a loopback name: only this machine can open its pages."""
    return _is_loopback(_split(host)[0])


def _is_loopback(name: str) -> bool:
    return name in _LOOPBACK or re.fullmatch(r"127(\.\d{1,3}){3}", name) is not None or name.endswith(".localhost")
