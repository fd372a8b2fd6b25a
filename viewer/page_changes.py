"""Whether pages have changed since the pictures that their maps use, for routes and for scheduled retakes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from aggregator.answers.changed import changed_since
from aggregator.measures.changed import PageChange
from rules.period import Period, today
from rules.resolve import states_of
from store.client import Store
from store.definitions import Definitions
from store.records import Site
from store.snapshots import Snapshot, Snapshots
from viewer.states import defined_states
from viewer.work import Work

SECONDS = 60.0  # how long a finding is kept
PAGES_SECONDS = 600.0  # … about several pages
MOST = 12  # pictures of a page that are looked at


def page_changes(
    store: Store, definitions: Definitions, snapshots: Snapshots, site: Site, pictures: Iterable[Snapshot], day: date
) -> Iterator[tuple[Snapshot, PageChange]]:
    """Those of the pictures whose page has changed since, by the clicks of the default period until `day`, which
    is one of the site's zone."""
    states = defined_states(definitions, site)
    since, until = Period().span(day)
    for picture in pictures:
        keys = [state.key for state in states_of(states, picture.page)]
        if change := changed_since(store, snapshots, picture, since, until, keys, site.zone):
            yield picture, change


class PageChanges:
    """The same, computed in threads and kept for a minute."""

    def __init__(self, store: Store, definitions: Definitions, snapshots: Snapshots, work: Work) -> None:
        self._store = store
        self._definitions = definitions
        self._snapshots = snapshots
        self._work = work

    async def of(self, site: Site, page: str) -> list[tuple[Snapshot, PageChange | None]]:
        """The picture that maps use of each width and variant of a page, with the change since."""
        return await self._work.once(("page changes", site.id, page), SECONDS, lambda: self._of(site, page))

    async def of_pages(self, site: Site, pages: tuple[str, ...]) -> dict[str, PageChange]:
        """Those of the pages that have changed since one of their pictures, with the change since the first one."""

        def read() -> dict[str, PageChange]:
            found = {page: [change for _, change in self._of(site, page) if change] for page in pages}
            return {page: changes[0] for page, changes in found.items() if changes}

        return await self._work.once(("changed pages", site.id, pages), PAGES_SECONDS, read)

    def _of(self, site: Site, page: str) -> list[tuple[Snapshot, PageChange | None]]:
        used = [one for one in self._snapshots.list(int(site.id)) if one.page == page and not one.state][:MOST]
        found = page_changes(self._store, self._definitions, self._snapshots, site, used, today(site.zone))
        changes = {picture.id: change for picture, change in found}
        return [(picture, changes.get(picture.id)) for picture in used]
