"""The surveys of all sites, read again every few seconds, and who was asked. For the event loop, which never waits."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from collector.wire import AskColumns
from store.asking import MOST_RECENT, SHOWN, Asked, SiteSurveys, read_asked, read_surveys
from store.client import Store
from store.errors import StoreError

log = logging.getLogger("parcours.collector")
FRESH = 5.0  # s; older ones are still used while they are read again
REREAD = 1.0  # s between two readings for the sake of a survey that is not known
DAY_MS = 86_400_000
NONE = SiteSurveys()


class KnownSurveys:
    """Without a store, no site has a survey."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._sites: dict[int, SiteSurveys] | None = None if store is not None else {}
        self._read_at = float("-inf")
        self._reading: asyncio.Task[None] | None = None
        self._again: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="parcours-surveys")
        self._asked: dict[tuple[int, int], dict[str, int]] = {}  # site and visitor → survey → ms since 1970

    @property
    def asking_keys(self) -> list[str]:
        """The keys of the sites that ask now, as far as is known; reads again if that is old."""
        self._refresh()
        return [key for site in (self._sites or {}).values() if site.asking for key in site.keys]

    async def of(self, site: int) -> SiteSurveys | None:
        """The surveys of a site; None while they cannot be read."""
        reading = self._refresh()
        if self._sites is None and reading is not None:
            await asyncio.shield(reading)
        return None if self._sites is None else self._sites.get(site, NONE)

    async def for_answers(self, site: int, ask: AskColumns) -> SiteSurveys | None:
        """The same, read again if a version that the rows name is not known: it may just have been stored."""
        found = await self.of(site)
        if found is not None and all(v in found.versions.get(s, ()) for s, v in zip(ask.s, ask.v, strict=True)):
            return found
        if self._store is not None:
            if self._again is None:
                self._again = asyncio.get_running_loop().create_task(self._read_again())
            await asyncio.shield(self._again)
        return await self.of(site)

    def note(self, site: int, visitor: int, ask: AskColumns, now: int) -> None:
        """Remember that this visitor was asked."""
        for survey, state in zip(ask.s, ask.k, strict=True):
            if state >= SHOWN:
                self._remember([(site, visitor, survey, now)])

    def was_asked(self, site: int, visitor: int, survey: str, wait_days: int, between_days: int, now: int) -> bool:
        """Whether the visitor was asked by this survey within `wait_days`, or by another within `between_days`."""
        asked = self._asked.get((site, visitor), {})
        return any(now - ms < (wait_days if one == survey else between_days) * DAY_MS for one, ms in asked.items())

    def forget_visitors(self) -> None:
        """Something is erased: read everything again."""
        self._asked.clear()
        self._sites = None if self._store is not None else {}
        self._read_at = float("-inf")

    def close(self) -> None:
        for task in (self._reading, self._again):
            if task is not None:
                task.cancel()
        self._thread.shutdown(wait=False)

    def _refresh(self) -> asyncio.Task[None] | None:
        """Begin to read again if what is known is old; the reading that is under way."""
        if self._store is not None and self._reading is None and time.monotonic() - self._read_at > FRESH:
            self._begin(self._store)
        return self._reading

    def _begin(self, store: Store) -> asyncio.Task[None]:
        self._read_at = time.monotonic()
        self._reading = asyncio.get_running_loop().create_task(self._read(store))
        return self._reading

    async def _read_again(self) -> None:
        """Read what is stored now, REREAD seconds after the last reading at the earliest; for all who wait for it."""
        await asyncio.sleep(self._read_at + REREAD - time.monotonic())
        while self._reading is not None:
            await asyncio.shield(self._reading)
        self._again = None  # who comes from now on may know of a later version
        if self._store is not None:
            await self._begin(self._store)

    async def _read(self, store: Store) -> None:
        def read() -> tuple[dict[int, SiteSurveys], list[Asked]]:
            surveys = read_surveys(store)
            return surveys, read_asked(store) if surveys else []

        try:
            self._sites, asked = await asyncio.get_running_loop().run_in_executor(self._thread, read)
            self._remember(asked)
        except StoreError as error:
            log.warning("Surveys cannot be read: %s", error)
        finally:
            self._reading = None

    def _remember(self, asked: Iterable[Asked]) -> None:
        for site, visitor, survey, ms in asked:
            known = self._asked.setdefault((site, visitor), {})
            known[survey] = max(ms, known.get(survey, 0))
        if len(self._asked) > MOST_RECENT:  # the oldest first
            for key in list(self._asked)[: len(self._asked) // 2]:
                del self._asked[key]
