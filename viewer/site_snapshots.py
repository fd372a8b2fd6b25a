"""Snapshots for routes, read in threads."""

from __future__ import annotations

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
