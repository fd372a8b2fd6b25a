"""What changed between two pictures of a page: pixels and elements, computed in threads and kept for a minute."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.pictures.changes import ChangedElement, changed_elements
from aggregator.pictures.newest import indexed_layout
from store.layouts import Layout
from store.records import Site
from store.snapshots import Snapshot, Snapshots
from viewer.drawing.difference import Cells, StripPicture, changed_cells, changed_share
from viewer.drawing.pictures import strips_of
from viewer.http.errors import Problem
from viewer.site_snapshots import SiteSnapshots
from viewer.work import Work

SECONDS = 60.0  # how long the page and its highlight share one computation


@dataclass(frozen=True, eq=False)
class PictureComparison:
    """Two pictures of one page, width, variant and state. `old` was taken first."""

    old: Snapshot
    new: Snapshot
    before: Layout
    after: Layout
    strips: tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]  # (number, height px) of old and new
    cells: Cells
    elements: tuple[ChangedElement, ...]

    @property
    def share(self) -> float:
        """The share of the area of the taller picture that differs, 0 to 1."""
        return changed_share(self.cells)


class PictureChanges:
    """Compares pictures on demand."""

    def __init__(self, snapshots: Snapshots, of_site: SiteSnapshots, work: Work) -> None:
        self._snapshots = snapshots
        self._of_site = of_site
        self._work = work

    async def between(self, site: Site, one: str, other: str) -> PictureComparison:
        """Compare two pictures, named by their ids in any order.

        Problem 404 if the site does not have them, 422 if they are not of the same page, width, variant and state.
        """
        found = [await self._of_site.get(site, id) for id in (one, other)]
        old, new = sorted(found, key=lambda snapshot: (snapshot.taken, snapshot.id))
        if series_of(old) != series_of(new):
            raise Problem(
                422,
                "different_series",
                "Only pictures of the same page, width, variant and state can be compared.",
                "Choose two of one list in the picture history of the page.",
            )
        return await self._work.once(("changes", old.id, new.id), SECONDS, lambda: self._compared(old, new))

    def _compared(self, old: Snapshot, new: Snapshot) -> PictureComparison:
        layouts = [indexed_layout(self._snapshots, one) for one in (old, new)]
        strips = [tuple(self._snapshots.strips(one.id)) for one in (old, new)]
        pictures = [self._picture(one, heights) for one, heights in zip((old, new), strips, strict=True)]
        return PictureComparison(
            old=old,
            new=new,
            before=layouts[0].layout,
            after=layouts[1].layout,
            strips=(strips[0], strips[1]),
            cells=changed_cells(*pictures),
            elements=tuple(changed_elements(*layouts)),
        )

    def _picture(self, snapshot: Snapshot, heights: tuple[tuple[int, int], ...]) -> StripPicture:
        return StripPicture(strips_of(heights), lambda n: self._snapshots.strip(snapshot.id, n))


def series_of(snapshot: Snapshot) -> tuple[str, int, str, str]:
    """What pictures of one series have in common: page, width, variant, state."""
    return snapshot.page, snapshot.width, snapshot.variant, snapshot.state
