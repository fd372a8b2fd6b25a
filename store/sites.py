"""Sites: adding one, finding one by its key, and the snippet to paste."""

from __future__ import annotations

import base64
import html
import ipaddress
import re
import secrets
import threading
import time
from functools import cache
from typing import Any

import msgspec
from publicsuffixlist import PublicSuffixList

from store.client import StoreError
from store.definitions import Conflict, Definitions, Missing
from store.records import OldKey, Site

_DOMAIN = re.compile(
    r"(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_\-]*[a-z0-9_])?)(?:\.[a-z0-9_\-]+)*(?::\d{1,5})?|\[[0-9a-f:]+\](?::\d{1,5})?"
)
# Sites of many owners whose domain is not a public suffix.
_SHARED = {"amazonaws.com", "wordpress.com"}
GRACE_DAYS = 30  # that a key of before goes on working
MAX_OLD_KEYS = 10
_DAY_MS = 86_400_000


def add_site(
    definitions: Definitions,
    name: str,
    domains: list[str] | tuple[str, ...],
    allow_private: bool = False,
    **fields: Any,
) -> Site:
    """A new site with the next small number as id and a fresh key. StoreError when the name is taken."""
    name = name.strip()
    hosts = tuple(dict.fromkeys(domain_of(domain) for domain in domains))
    if not name or not hosts:
        raise StoreError("A site needs a name and at least one domain, such as shop.example")
    if name.isdigit():
        raise StoreError(f"A site cannot be named {name!r}: a number alone is read as its id")
    if definitions.find(Site, name=name):
        raise StoreError(f"There is already a site {name!r}: choose another name")
    while True:
        number = max((int(id) for id in definitions.ids(Site)), default=0) + 1
        site = Site(id=str(number), name=name, key=_new_key(), domains=hosts, allow_private=allow_private, **fields)
        try:
            return definitions.put(site)
        except Conflict:  # another process took this number: take the next
            continue


def domain_of(text: str) -> str:
    """`https://Shop.example/` → `shop.example`; StoreError when it is no host with optional port."""
    host = text.strip().lower().removeprefix("http://").removeprefix("https://").rstrip("/")
    if not _DOMAIN.fullmatch(host):
        raise StoreError(f"{text!r} is no domain: write a host such as shop.example, *.shop.example or 127.0.0.1:8001")
    if too_wide(host):
        raise StoreError(f"{text!r} would take in other people's sites: write your own domain, such as *.shop.example")
    return host


def too_wide(domain: str) -> bool:
    """Whether a wildcard covers sites of many owners: `*`, `*.com`, `*.co.uk`, `*.github.io`, `*.s3.amazonaws.com`.

    That is so when the part after `*.` is a public suffix (https://publicsuffix.org), those of hosting
    companies included. The list comes with the package; nothing is fetched.
    """
    host = domain.strip().lower().partition(":")[0]
    if not host.startswith("*"):
        return False
    parent = host.removeprefix("*").strip(".")
    return parent != "localhost" and (not parent or parent in _SHARED or _public_suffixes().is_public(parent))


@cache
def _public_suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # read when first needed: it takes 50 ms


def network_of(text: str) -> str:
    """`203.0.113.7/24` → `203.0.113.0/24`; StoreError when it is no address and no network."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise StoreError(
            f"{text!r} is no address and no network: write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48"
        ) from None
    if network.prefixlen < (8 if network.version == 4 else 16):
        raise StoreError(f"{text!r} is too large a network for a team: write at least /8, or /16 for IPv6")
    return str(network)


def rotate_key(definitions: Definitions, site: Site, by: str = "", grace_days: int = GRACE_DAYS) -> Site:
    """A new key; the one of before works for `grace_days` more (0: no longer). Conflict when the site was changed."""
    if not 0 <= grace_days <= 365:
        raise StoreError(f"{grace_days} days of grace: write 0 to 365")
    now = int(time.time() * 1000)
    kept = [old for old in site.old_keys if old.until > now]
    if grace_days:
        kept.insert(0, OldKey(site.key, now + grace_days * _DAY_MS))
    changed = msgspec.structs.replace(site, key=_new_key(), old_keys=tuple(kept[:MAX_OLD_KEYS]))
    return definitions.put(changed, by)


def snippet(host_url: str, site: Site) -> str:
    """The line to paste before `</head>`; `host_url` is where Parcours is reached."""
    source = html.escape(host_url.rstrip("/") + "/parcours.js", quote=True)
    return f'<script defer src="{source}" data-site="{site.key}"></script>'


class SiteDirectory:
    """All sites, read again after `ttl` seconds, for the path of every batch."""

    def __init__(self, definitions: Definitions, ttl: float = 2.0) -> None:
        self._definitions = definitions
        self._ttl = ttl
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._by_key: dict[str, Site] = {}

    def by_key(self, key: str) -> Site | None:
        """The site with this key, or with it as a key of before whose time is not over."""
        return self._sites().get(key)

    def get(self, id_or_name: str | int) -> Site:
        """Missing when no site has this id or name."""
        wanted = str(id_or_name)
        sites = list({site.id: site for site in self._sites().values()}.values())
        for site in [s for s in sites if s.id == wanted] + [s for s in sites if s.name == wanted]:
            return site
        raise Missing(f"There is no site {wanted!r}; there are: {', '.join(s.name for s in sites) or 'none yet'}")

    def forget(self) -> None:
        """Read again at the next question: after a change in this process."""
        with self._lock:
            self._read_at = float("-inf")

    def _sites(self) -> dict[str, Site]:
        with self._lock:
            if time.monotonic() - self._read_at > self._ttl:
                try:
                    sites, now = self._definitions.find(Site), int(time.time() * 1000)
                    old = {old.key: site for site in sites for old in site.old_keys if old.until > now}
                    self._by_key = old | {site.key: site for site in sites}
                except StoreError:
                    if not self._by_key:
                        raise
                    # The server is away: batches are still taken in for the sites we know.
                self._read_at = time.monotonic()
            return self._by_key


def _new_key() -> str:
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()[:12]
