"""The sites by key, cached for the event loop, which must never wait for a query."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from store.errors import StoreError
from store.open_days import open_rows
from store.records import Site

log = logging.getLogger("parcours.collector")
FRESH = 2.0  # s; an older entry is still used while it is read again
_REREAD_INTERVAL = 1.0  # s between look-ups that bypass the directory's own cache


class Directory(Protocol):
    """What is needed of store.sites.SiteDirectory. It may block."""

    def by_key(self, key: str) -> Site | None: ...
    def forget(self) -> None: ...


@dataclass(frozen=True, slots=True)
class KnownSite:
    """A site with its number in the tables."""

    number: int
    site: Site
    by_old_key: bool = False  # the page's snippet still has an earlier key

    @property
    def rows(self) -> int:
        """The number under which its new rows are stored."""
        return open_rows(self.number) if self.site.counts_only else self.number


class KnownSites:
    """Asks the directory in a background thread. For the event loop only."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._known: dict[str, tuple[KnownSite, float]] = {}
        self._asking: set[str] = set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="parcours-sites")
        self._tasks: set[asyncio.Task[KnownSite | None]] = set()
        self._reread_at = 0.0

    def cached(self, key: str) -> KnownSite | None:
        """The site if it is cached; an old entry is refreshed in the background."""
        found = self._known.get(key)
        if found is None:
            return None
        if time.monotonic() - found[1] > FRESH and key not in self._asking:
            self._asking.add(key)
            task = asyncio.get_running_loop().create_task(self._refresh(key))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return found[0]

    async def look_up(self, key: str) -> KnownSite | None:
        """The site, or None when no site has this key. Raises `StoreError` when the store cannot be reached."""
        found = await self._ask(key)
        if found is None and time.monotonic() - self._reread_at > _REREAD_INTERVAL:
            self._reread_at = time.monotonic()  # another process may just have added it
            self._directory.forget()
            found = await self._ask(key)
        return found

    def drop(self, numbers: Collection[int]) -> None:
        """Forget sites that were deleted, so that the next request looks them up."""
        self._directory.forget()
        self._known = {key: found for key, found in self._known.items() if found[0].number not in numbers}

    def close(self) -> None:
        self._thread.shutdown(wait=False)

    async def _ask(self, key: str) -> KnownSite | None:
        site = await asyncio.get_running_loop().run_in_executor(self._thread, self._directory.by_key, key)
        if site is None:
            self._known.pop(key, None)
            return None
        known = KnownSite(int(site.id), site, key != site.key)
        self._known[key] = (known, time.monotonic())
        return known

    async def _refresh(self, key: str) -> KnownSite | None:
        try:
            return await self._ask(key)
        except StoreError as error:
            log.warning("Sites cannot be read again: %s", error)
            return None
        finally:
            self._asking.discard(key)
