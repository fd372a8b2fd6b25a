"""Stores rows of exports: reads what is stored of their views, writes what they add, and erases what they replace."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from collector.backend.merging import MergedView, Opening, StoredView, ViewRow, merge
from collector.backend.records import Prepared, Preparing
from collector.backend.stored_views import ViewKey, erase_stale, stored_views
from collector.door.refusal import Reason, RefusalError
from collector.journal.known_batches import batch_id
from collector.known_sites import KnownSite
from store.client import Store
from store.errors import StoreError

log = logging.getLogger("parcours.collector")


@dataclass(frozen=True)
class MergerParts:
    """What merging needs of the collector."""

    store: Store | None
    is_known: Callable[[int], bool]  # whether a batch with this id was accepted
    append: Callable[[Sequence[Prepared]], Awaitable[None]]  # returns when they are durable
    drain: Callable[[], Awaitable[None]]  # returns when everything accepted is in the store; may raise TimeoutError


class Merger:
    """Merges one request at a time: what is stored of a view must not change between reading and writing."""

    def __init__(self, parts: MergerParts) -> None:
        self._parts = parts
        self._lock = asyncio.Lock()

    async def store(self, rows: Sequence[tuple[KnownSite, ViewRow]], preparing: Preparing) -> list[bool]:
        """For each row, whether it said something new. Returns when that is durable. Raises `RefusalError`."""
        sites = {known.number: known for known, _ in rows}
        new = [False] * len(rows)
        async with self._lock:
            left = [(n, row) for n, (_, row) in enumerate(rows)]
            while left:
                groups: dict[ViewKey, list[tuple[int, ViewRow]]] = {}
                for n, row in left:
                    groups.setdefault(row.key, []).append((n, row))
                stored = await self._stored([row for _, row in left])
                merged = {key: merge(stored.get(key), [row for _, row in group]) for key, group in groups.items()}
                await self._parts.append(
                    [preparing.ready(sites[key[0]], *made) for key, view in merged.items() for made in view.batches]
                )
                await self._erase([(key, view.opening) for key, view in merged.items() if view.stale])
                left = _outcome(groups, merged, new)
        return new

    async def _stored(self, rows: list[ViewRow]) -> dict[ViewKey, StoredView]:
        """What is stored of the views, after waiting for batches of theirs that are not in the store yet."""
        if self._parts.store is None:
            return {}
        try:
            found = await asyncio.to_thread(stored_views, self._parts.store, rows)
            if any(self._waits(row.key, found.get(row.key)) for row in rows):
                await self._parts.drain()
                found = await asyncio.to_thread(stored_views, self._parts.store, rows)
        except (StoreError, TimeoutError) as error:
            log.warning("Imported views cannot be merged now: %s", error)
            raise RefusalError(Reason.AWAY.with_message("The views cannot be read from the store.")) from None
        return found

    def _waits(self, key: ViewKey, stored: StoredView | None) -> bool:
        """Whether a batch after those that are stored was accepted; the batches of a view have consecutive numbers."""
        site, view, _ = key
        return self._parts.is_known(batch_id(site, view, stored.last + 1 if stored else 0))

    async def _erase(self, views: list[tuple[ViewKey, Opening]]) -> None:
        if not views or self._parts.store is None:
            return
        try:
            await asyncio.to_thread(erase_stale, self._parts.store, views)
        except StoreError as error:  # the same rows, sent again, find that these are stale
            log.warning("Replaced rows of imported views cannot be erased now: %s", error)
            raise RefusalError(Reason.AWAY.with_message("The store does not answer.")) from None


def _outcome(
    groups: dict[ViewKey, list[tuple[int, ViewRow]]], merged: dict[ViewKey, MergedView], new: list[bool]
) -> list[tuple[int, ViewRow]]:
    """Note which rows were new; returns those that belong to a later view."""
    later = []
    for key, group in groups.items():
        for (n, _), was_new in zip(group, merged[key].new, strict=True):
            new[n] = was_new
        later += [(group[place][0], row) for place, row in merged[key].late]
    return later
