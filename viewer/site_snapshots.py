"""Snapshots for routes, read in threads."""

from __future__ import annotations

from collections.abc import Sequence

from store.records import Site
from store.snapshots import Snapshot, Snapshots
from viewer.work import Work


class SiteSnapshots:
    def __init__(self, snapshots: Snapshots, work: Work) -> None:
        self._snapshots = snapshots
        self._work = work

    async def all(self, site: Site) -> list[Snapshot]:
        """The newest snapshot of each page, width, variant and state."""
        return await self._work.run(self._snapshots.list, int(site.id))

    async def strips(self, snapshot: int) -> Sequence[tuple[int, int]]:
        """(number, height in px) of each strip of a picture, from the top down."""
        return await self._work.run(self._snapshots.strips, snapshot)

    async def strip(self, snapshot: int, n: int) -> bytes:
        """One strip as WebP. Missing if there is none."""
        return await self._work.run(self._snapshots.strip, snapshot, n)
