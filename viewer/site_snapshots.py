"""Snapshots for routes, read in threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from store.definitions import Missing
from store.layouts import Layout
from store.records import Site
from store.snapshots import Snapshot, Snapshots
from viewer.http.errors import missing
from viewer.work import Work


class SiteSnapshots:
    def __init__(self, snapshots: Snapshots, work: Work) -> None:
        self._snapshots = snapshots
        self._work = work

    async def all(self, site: Site) -> list[Snapshot]:
        """The chosen or else newest snapshot of each page, width, variant and state."""
        return await self._work.run(self._snapshots.list, int(site.id))

    async def history(self, site: Site, page: str) -> list[Snapshot]:
        """Every snapshot of a page by width, variant and state, the newest of each first."""
        return list(await self._work.run(self._snapshots.history, int(site.id), page))

    async def chosen(self, site: Site) -> set[int]:
        """The ids of the pictures that somebody chose for the maps."""
        return await self._work.run(self._snapshots.chosen, int(site.id))

    async def get(self, site: Site, id: str) -> Snapshot:
        """The snapshot with this id. Problem 404 if the site has none."""
        return await self._work.run(self._of_site, site, id)

    async def drawn(self, snapshot: Snapshot) -> tuple[Layout, Sequence[tuple[int, int]]]:
        """The layout of a picture, and (number, height in px) of each of its strips from the top down."""

        def read() -> tuple[Layout, Sequence[tuple[int, int]]]:
            return self._snapshots.layout(snapshot.id), self._snapshots.strips(snapshot.id)

        return await self._work.run(read)

    async def choose(self, site: Site, id: str, *, newest: bool) -> Snapshot:
        """Let maps use this snapshot, or the newest again. Problem 404 if the site has none with this id."""
        return await self._change(site, id, lambda found: self._snapshots.choose(found, newest=newest))

    async def delete(self, site: Site, id: str) -> Snapshot:
        """Delete a snapshot of the site and return it. Problem 404 if the site has none with this id."""
        return await self._change(site, id, self._snapshots.delete)

    async def _change(self, site: Site, id: str, change: Callable[[Snapshot], None]) -> Snapshot:
        def run() -> Snapshot:
            snapshot = self._of_site(site, id)
            change(snapshot)
            return snapshot

        changed = await self._work.run(run)
        self._work.forget()
        return changed

    def _of_site(self, site: Site, id: str) -> Snapshot:
        try:
            snapshot = self._snapshots.get(int(id) if id.isdecimal() and len(id) < 18 else 0)
        except Missing:
            raise missing("picture", id) from None
        if snapshot.site != int(site.id):
            raise missing("picture", id)
        return snapshot
