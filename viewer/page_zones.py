"""What zones are made of: the elements of pictures, chosen one by one, in a rectangle, or by the page's structure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from aggregator.pictures.newest import IndexedSnapshot, indexed_layout, newest_picture
from aggregator.placing.page_structure import ProposedZone, proposed_zones
from aggregator.placing.zones import Rectangle, elements_in
from aggregator.queries.pages import resolve_pages
from rules.find import named
from rules.question import Question
from rules.resolve import Known
from rules.zone_pages import patterns_at
from store.client import Store
from store.layouts import Layout
from store.page_zones import ElementPrint
from store.pages import selects
from store.snapshots import Snapshot, Snapshots
from viewer.maps import scope_of, widest
from viewer.work import Work

SECONDS = 60.0  # how long the parts of a picture are kept
MOST_PICTURES = 100  # searched for the elements of a zone


def key_of(layout: Layout, element: int) -> str:
    """The key of an element, 16 hexadecimal digits."""
    return f"{int(layout.keys[element]):016x}"


class ZoneReader:
    """Reads the pictures that zones are chosen on."""

    def __init__(self, store: Store, snapshots: Snapshots, work: Work) -> None:
        self._store = store
        self._snapshots = snapshots
        self._work = work

    async def picture(self, question: Question, known: Known) -> IndexedSnapshot:
        """The picture that a question is drawn on. NoSnapshot without one."""
        scope, width = scope_of(question), widest(question, known)

        def find() -> IndexedSnapshot:
            pages = resolve_pages(self._store, scope.site, scope.pages)
            return newest_picture(self._snapshots, scope, pages, width, question.state)

        return await self._work.run(find)

    async def proposed(self, picture: IndexedSnapshot) -> Sequence[ProposedZone]:
        """The zones that the structure of a page proposes."""

        def find() -> Sequence[ProposedZone]:
            return proposed_zones(picture.index.layout)

        return await self._work.once(("proposed_zones", picture.snapshot.id), SECONDS, find, light=True)

    async def drawn(self, picture: IndexedSnapshot, rectangle: Rectangle) -> tuple[str, ...]:
        """The keys of the elements that a rectangle means."""

        def find() -> tuple[str, ...]:
            layout = picture.index.layout
            return tuple(dict.fromkeys(key_of(layout, i) for i in elements_in(layout, rectangle).tolist()))

        return await self._work.run(find)

    async def prints(
        self, known: Known, page: str, keys: Collection[str], chosen_on: IndexedSnapshot | None = None
    ) -> dict[str, ElementPrint]:
        """The prints of the elements with these keys, from the newest pictures of a page, a pattern or a group; without
        those that none of them has. `chosen_on`: the picture that is searched first, if it is one of these."""
        here = [one for one in known.snapshots if selects(patterns_at(page, known.groups), one.page)]
        group = named(known.groups, page)
        first = chosen_on.snapshot.page if chosen_on else group.picture_of if group else ""
        return await self._work.run(self._prints, _in_order(here, first)[:MOST_PICTURES], keys)

    def _prints(self, pictures: Sequence[Snapshot], keys: Collection[str]) -> dict[str, ElementPrint]:
        found: dict[str, ElementPrint] = {}
        for picture in pictures:
            wanted = [key for key in keys if key not in found]
            if not wanted:
                break
            index = indexed_layout(self._snapshots, picture)
            for key in wanted:
                if at := index.by_key.get(int(key, 16)):
                    layout = index.layout
                    found[key] = ElementPrint(layout.paths[at[0]], layout.fps[at[0]])
        return found


def _in_order(pictures: Iterable[Snapshot], first: str) -> list[Snapshot]:
    """Those of the page `first` before the others, pages as they open before their states and variants, the widest
    first."""
    return sorted(
        pictures, key=lambda one: (one.page != first, bool(one.state), bool(one.variant), -one.width, one.page)
    )
