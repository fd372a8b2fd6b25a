"""What people defined, read and written from routes: in threads, with what was remembered dropped after a change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

from starlette.requests import Request

from store.definitions import Definitions
from store.records import Experiment, Journey, PageState, Record, Site, Token
from viewer.lookup import find_experiment, find_journey, find_site
from viewer.states import PlannedPicture, defined_states, find_state, planned_pictures
from viewer.work import Work

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", bound=Record)


class Registry:
    """Definitions for routes. What is asked for and not there is a Problem 404 that names it."""

    def __init__(self, definitions: Definitions, work: Work) -> None:
        self._definitions = definitions
        self._work = work

    async def sites(self) -> list[Site]:
        return await self._work.run(self._definitions.find, Site)

    async def site(self, request: Request) -> Site:
        """The site that the address names (`{site}`: its id or name)."""
        return await self._work.run(find_site, self._definitions, str(request.path_params["site"]))

    async def experiments(self, site: Site) -> list[Experiment]:
        return await self._work.run(self._definitions.find, Experiment, site=site.id)

    async def experiment(self, site: Site, name: str) -> Experiment:
        return await self._work.run(find_experiment, self._definitions, site, name)

    async def journeys(self, site: Site) -> list[Journey]:
        return await self._work.run(self._definitions.find, Journey, site=site.id)

    async def journey(self, site: Site, name: str) -> Journey:
        return await self._work.run(find_journey, self._definitions, site, name)

    async def states(self, site: Site) -> list[PageState]:
        """In the owner's order, the recipes that are done first among them."""
        return await self._work.run(defined_states, self._definitions, site)

    async def state(self, site: Site, name: str) -> PageState:
        return await self._work.run(find_state, self._definitions, site, name)

    async def planned_pictures(
        self, site: Site, page: str, widths: Sequence[int], state: str = "", *, every: bool = False
    ) -> list[PlannedPicture]:
        """The pictures to take of a page (viewer/states.py)."""
        return await self._work.run(planned_pictures, self._definitions, site, page, widths, state, every=every)

    async def tokens(self) -> list[Token]:
        return await self._work.run(self._definitions.find, Token)

    async def save(self, record: R, by: str) -> R:
        """The record as stored. Conflict when somebody else changed it first."""
        return await self.change(lambda definitions: definitions.put(record, by))

    async def delete(self, record: Record, by: str) -> None:
        await self.change(lambda definitions: definitions.delete(record, by))

    async def read(self, function: Callable[[Definitions], T]) -> T:
        """What `function` finds in the definitions."""
        return await self._work.run(function, self._definitions)

    async def change(self, function: Callable[[Definitions], T]) -> T:
        """Run a change of the definitions; what was remembered of them is dropped."""
        try:
            return await self._work.run(function, self._definitions)
        finally:
            self._work.forget()
