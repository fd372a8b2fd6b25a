"""Sites: their keys, finding one by its key, and the snippet to paste."""

from __future__ import annotations

import base64
import html
import secrets
import threading
import time

import msgspec

from store.client import StoreError
from store.definitions import Definitions, Missing
from store.records import OldKey, Site

GRACE_DAYS = 30  # for which an earlier key still works
MAX_OLD_KEYS = 10
_DAY_MS = 86_400_000


def rotate_key(definitions: Definitions, site: Site, by: str = "", grace_days: int = GRACE_DAYS) -> Site:
    """A new key; the earlier one works for `grace_days` more (0: no longer). Conflict when the site was changed."""
    if not 0 <= grace_days <= 365:
        raise StoreError(f"{grace_days} days of grace: write 0 to 365")
    now = int(time.time() * 1000)
    kept = [old for old in site.old_keys if old.until > now]
    if grace_days:
        kept.insert(0, OldKey(site.key, now + grace_days * _DAY_MS))
    changed = msgspec.structs.replace(site, key=new_key(), old_keys=tuple(kept[:MAX_OLD_KEYS]))
    return definitions.put(changed, by)


def snippet(host_url: str, site: Site) -> str:
    """The line to paste before `</head>`; `host_url` is where Parcours is reached."""
    return f'<script defer src="{script_href(host_url)}" data-site="{site.key}"></script>'


def script_href(host_url: str) -> str:
    """The address of the script, as an attribute in HTML."""
    return html.escape(host_url.rstrip("/") + "/parcours.js", quote=True)


class SiteDirectory:
    """All sites, read again after `ttl` seconds, for the path of every batch."""

    def __init__(self, definitions: Definitions, ttl: float = 2.0) -> None:
        self._definitions = definitions
        self._ttl = ttl
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._by_key: dict[str, Site] = {}

    def by_key(self, key: str) -> Site | None:
        """The site with this key, or with it as an earlier key that still works."""
        return self._sites().get(key)

    def get(self, id_or_name: str | int) -> Site:
        """Missing when no site has this id or name."""
        wanted = str(id_or_name)
        sites = list({site.id: site for site in self._sites().values()}.values())
        for site in [s for s in sites if s.id == wanted] + [s for s in sites if s.name == wanted]:
            return site
        raise Missing(f"There is no site {wanted!r}; there are: {', '.join(s.name for s in sites) or 'none yet'}")

    def forget(self) -> None:
        """Read again at the next call: after a change in this process."""
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
                    # The server is away: batches are still accepted for the sites we know.
                self._read_at = time.monotonic()
            return self._by_key


def new_key() -> str:
    """A random public key."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()[:12]
