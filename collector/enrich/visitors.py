"""Visitor numbers: 64-bit hashes that cannot be reversed.

Without consent: a hash of site, address and user agent, keyed with the key of the day on which the view began, in the
zone of the site, so that a visitor is counted once on each of the site's days. That key is destroyed after 48 hours.
With consent: a hash of the first-party id, keyed with the owner's secret. The address is used for nothing else.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from collector.text_cache import CACHED
from store.client import Store
from store.day_keys import day_key
from store.definitions import Definitions
from store.visitors import consented_visitor, keyed_number, owners_secret
from store.zones import DAY_MS, UTC_ZONE, Zone

log = logging.getLogger("parcours.collector")


class Visitors:
    """Caches the keys, so that no batch waits for the store. `refresh` blocks: call it in a thread."""

    def __init__(self, store: Store | None, today: Callable[[], date] = lambda: datetime.now(UTC).date()) -> None:
        self._store = store
        self._today = today
        self._secret = secrets.token_bytes(32)
        self._days: dict[int, bytes] = {}

    def refresh(self) -> None:
        """Read or create the keys of yesterday, today and tomorrow, and the owner's secret. Raises `StoreError`."""
        today = self._today()
        days = [today + timedelta(days=n) for n in (-1, 0, 1)]
        if self._store is None:
            self._days = {_ordinal(d): self._days.get(_ordinal(d), secrets.token_bytes(32)) for d in days}
            return
        self._secret = owners_secret(Definitions(self._store))
        kept = self._days
        self._days = {_ordinal(d): kept.get(_ordinal(d)) or day_key(self._store, d, today) for d in days}

    def cookieless(self, site: int, began: int, address: str, user_agent: str, zone: Zone = UTC_ZONE) -> int:
        """The visitor of a view that began at `began` (ms since 1970): the same number for this site and its day only.

        A view that arrives late in a zone west of UTC may be of a day whose key is gone: it counts to the next day.
        """
        day = began // DAY_MS
        key = self._days.get(zone.day_number(began)) or self._days.get(day)
        # A day without a key is older than any key: a back-dated visit of the demo.
        key = key or hashlib.blake2b(day.to_bytes(8, "little"), key=self._secret).digest()
        return _number(key, site, address, user_agent)

    def consented(self, site: int, id: str) -> int:
        """The visitor with this first-party id."""
        return consented_visitor(self._secret, site, id)


@lru_cache(CACHED)  # in memory only
def _number(key: bytes, site: int, address: str, user_agent: str) -> int:
    return keyed_number(key, str(site), address, user_agent)


def _ordinal(day: date) -> int:
    return (day - date(1970, 1, 1)).days
