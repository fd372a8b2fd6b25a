"""Sites: adding one, finding one by its key, and the snippet to paste."""

from __future__ import annotations

import base64
import html
import re
import secrets
import threading
import time
from typing import Any

from store.client import StoreError
from store.definitions import Conflict, Definitions, Missing
from store.records import Site

_DOMAIN = re.compile(
    r"(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_\-]*[a-z0-9_])?)(?:\.[a-z0-9_\-]+)*(?::\d{1,5})?|\[[0-9a-f:]+\](?::\d{1,5})?"
)


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
    return host


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
        return self._sites().get(key)

    def get(self, id_or_name: str | int) -> Site:
        """Missing when no site has this id or name."""
        wanted = str(id_or_name)
        sites = list(self._sites().values())
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
                    self._by_key = {site.key: site for site in self._definitions.find(Site)}
                except StoreError:
                    if not self._by_key:
                        raise
                    # The server is away: batches are still taken in for the sites we know.
                self._read_at = time.monotonic()
            return self._by_key


def _new_key() -> str:
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()[:12]
