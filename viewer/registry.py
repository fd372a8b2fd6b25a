"""What people defined, read and written from routes: in threads, with what was remembered dropped after a change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from starlette.requests import Request

from rules.find import Listing, Rejected, all_of, find, site_of, usable
from store.definitions import Definitions
from store.records import Experiment, Journey, PageState, Record, Site
from viewer.states import PlannedPicture, defined_states, planned_pictures
from viewer.work import Work

T = TypeVar("T")
R = TypeVar("R", bound=Record)


class Registry:
    """Definitions for routes, checked by the rules. NotFound for what is asked for and not there.

    `listing` and `find` give what today's rules reject too; the other methods leave it out, or raise
    RejectedDefinition where it was asked for by name.
    """

    def __init__(self, definitions: Definitions, work: Work) -> None:
        self._definitions = definitions
        self._work = work

    async def listing(self, kind: type[R], site: Site | None = None) -> Listing[R]:
        """All of a kind, of one site or of all."""
        return await self._work.run(all_of, self._definitions, kind, site.id if site else "")

    async def find(self, kind: type[R], name: str, site: Site | None = None) -> R | Rejected[R]:
        """The one with this id (or key) or name."""
        return await self._work.run(find, self._definitions, kind, name, site.id if site else "")

    async def sites(self) -> list[Site]:
        """Every site that can be used, those that break today's limits too."""
        return await self._work.run(self._definitions.find, Site)

    async def site(self, request: Request) -> Site:
        """The site that the address names (`{site}`: its id or name), even if it breaks today's limits."""
        return await self._work.run(site_of, self._definitions, str(request.path_params["site"]))

    async def experiments(self, site: Site) -> list[Experiment]:
        return list((await self.listing(Experiment, site)).records)

    async def experiment(self, site: Site, name: str) -> Experiment:
        return usable(await self.find(Experiment, name, site))

    async def journeys(self, site: Site) -> list[Journey]:
        return list((await self.listing(Journey, site)).records)

    async def journey(self, site: Site, name: str) -> Journey:
        return usable(await self.find(Journey, name, site))

    async def states(self, site: Site) -> list[PageState]:
        """In the owner's order, the recipes that are done first among them."""
        return await self._work.run(defined_states, self._definitions, site)

    async def planned_pictures(
        self, site: Site, page: str, widths: Sequence[int], state: str = "", *, every: bool = False
    ) -> list[PlannedPicture]:
        """The pictures to take of a page (viewer/states.py)."""
        return await self._work.run(planned_pictures, self._definitions, site, page, widths, state, every=every)

    async def read(self, function: Callable[[Definitions], T]) -> T:
        """What `function` finds in the definitions."""
        return await self._work.run(function, self._definitions)

    async def change(self, function: Callable[[Definitions], T]) -> T:
        """Run a change of the definitions; what was remembered of them is dropped."""
        try:
            return await self._work.run(function, self._definitions)
        finally:
            self._work.forget()
