"""Reads notes: those of a site, where they are on a picture, and who can be mentioned in them."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.answers.remark_places import placed_notes
from aggregator.pictures.newest import IndexedSnapshot
from aggregator.placing.remark_places import PlacedNote
from rules.question import Question
from store.client import Store
from store.definitions import Definitions
from store.records import Site, User
from store.remarks import Remark
from store.snapshots import Snapshots
from viewer.access.person import Person
from viewer.work import Work

SECONDS = 60.0  # how long the notes of a site are kept; a change by this process drops them at once


def may_change(who: Person, note: Remark) -> bool:
    """Whether somebody may change a note: their own, and any with the role editor."""
    return who.may("editor") or (note.author == who.name and note.via == who.via)


def in_order(notes: Sequence[Remark]) -> list[Remark]:
    """Notes as lists have them: open ones first, then the newest."""
    return sorted(notes, key=lambda one: (one.resolved, -one.time, one.id))


class NoteReader:
    """Reads the notes of sites. Somebody else's process may have written: what it wrote is seen after some seconds."""

    def __init__(self, store: Store, definitions: Definitions, snapshots: Snapshots, work: Work) -> None:
        self._store = store
        self._definitions = definitions
        self._snapshots = snapshots
        self._work = work

    async def of_site(self, site: Site, *, fresh: bool = False) -> tuple[Remark, ...]:
        """All notes of a site, in the order of lists."""

        def read() -> tuple[Remark, ...]:
            return tuple(in_order(self._definitions.find(Remark, site=site.id)))

        return await self._work.once(("notes", site.id), SECONDS, read, fresh=fresh, light=True)

    async def of_pages(self, site: Site, question: Question) -> list[Remark]:
        """The notes on the pages of a question, in the order of lists."""
        every = await self.of_site(site)
        return [one for one in every if one.page and (one.page == question.page or question.covers(one.page))]

    async def placed(self, picture: IndexedSnapshot, notes: Sequence[Remark]) -> tuple[PlacedNote, ...]:
        """Where notes are on a picture, in their order."""
        key = ("placed_notes", picture.snapshot.id, tuple((one.id, one.version) for one in notes))
        return await self._work.once(key, SECONDS, lambda: placed_notes(self._store, self._snapshots, picture, notes))

    async def people(self, site: Site) -> frozenset[str]:
        """The sign-in names of everybody who may see a site."""

        def read() -> frozenset[str]:
            users = self._definitions.find(User)
            return frozenset(one.id for one in users if Person(one.id, one.role, sites=one.sites).sees(site.id))

        return await self._work.once(("people_of", site.id), SECONDS, read, light=True)
