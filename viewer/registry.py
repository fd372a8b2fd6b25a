"""Definitions for routes: read and written in threads; a change drops all cached results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from starlette.requests import Request

from rules.find import Listing, NotFound, Rejected, all_of, find, named, site_of, usable
from store.definitions import Definitions
from store.journeys import Journey
from store.records import Experiment, PageState, Record, Site
from viewer.access.person import Person
from viewer.states import PlannedPicture, defined_states, planned_pictures
from viewer.work import Work

T = TypeVar("T")
R = TypeVar("R", bound=Record)


class Registry:
    """Definitions for routes, checked by the rules. NotFound if there is no such definition.

    `listing` and `find` also return definitions that the current rules reject; the other methods omit them, or raise
    RejectedDefinition if one was requested by name.
    """

    def __init__(self, definitions: Definitions, work: Work) -> None:
        self._definitions = definitions
        self._work = work

    async def listing(self, kind: type[R], site: Site | None = None) -> Listing[R]:
        """All definitions of a kind, of one site or of all."""
        return await self._work.run(all_of, self._definitions, kind, site.id if site else "")

    async def find(self, kind: type[R], name: str, site: Site | None = None) -> R | Rejected[R]:
        """The definition with this id (or key) or name."""
        return await self._work.run(find, self._definitions, kind, name, site.id if site else "")

    async def sites(self) -> list[Site]:
        """Every usable site, including those that break the current limits."""
        return await self._work.run(self._definitions.find, Site)

    async def site(self, request: Request) -> Site:
        """The site that the address names (`{site}`: its id or name), even if it breaks the current limits."""
        return await self._work.run(site_of, self._definitions, str(request.path_params["site"]))

    async def named(self, name: str) -> Site:
        """The site with this id or name. NotFound without one."""
        return await self._work.run(site_of, self._definitions, name)

    async def on_site(self, who: Person, name: str) -> Person:
        """A person with their role on the site with this id or name. NotFound if they may not see it."""
        if who.role and not who.sites:
            return who
        listed = await self.listing(Site)
        every: list[Site | Rejected[Site]] = [*listed.records, *listed.rejected]
        seen = [one for one in every if who.sees(one.id)]
        if (found := named(seen, name)) is None:
            raise NotFound("site", name, [one.id for one in seen])
        return who.on(found.id)

    async def experiments(self, site: Site) -> list[Experiment]:
        return list((await self.listing(Experiment, site)).records)

    async def experiment(self, site: Site, name: str) -> Experiment:
        return usable(await self.find(Experiment, name, site))

    async def journeys(self, site: Site) -> list[Journey]:
        return list((await self.listing(Journey, site)).records)

    async def journey(self, site: Site, name: str) -> Journey:
        return usable(await self.find(Journey, name, site))

    async def states(self, site: Site) -> list[PageState]:
        """The states in the owner's order, including recipes for every picture."""
        return await self._work.run(defined_states, self._definitions, site)

    async def planned_pictures(
        self, site: Site, page: str, widths: Sequence[int], state: str = "", *, every: bool = False
    ) -> list[PlannedPicture]:
        """The pictures to take of a page (viewer/states.py)."""
        return await self._work.run(planned_pictures, self._definitions, site, page, widths, state, every=every)

    async def read(self, function: Callable[[Definitions], T]) -> T:
        """Run `function` on the definitions in a thread."""
        return await self._work.run(function, self._definitions)

    async def change(self, function: Callable[[Definitions], T]) -> T:
        """Run a change of the definitions and drop all cached results."""
        try:
            return await self._work.run(function, self._definitions)
        finally:
            self._work.forget()
