"""The pages of the touchpoint whose map is shown: a map shows one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.answers.journey import claimed_pages
from aggregator.queries.touches import read_page_visitors, read_visitors_of_pages
from aggregator.shapes.scope import SiteScope
from rules.find import named
from rules.question import Question
from store.client import Store
from store.journeys import Journey, Touchpoint
from store.records import Site
from viewer.maps import site_scope_of
from viewer.registry import Registry
from viewer.work import Work

SECONDS = 20.0


@dataclass(frozen=True)
class TouchpointPages:
    """The pages of a touchpoint, the busiest first, and how many visitors each set of visitors has on each of them and
    on all (a visitor of two pages counts once there)."""

    touchpoint: Touchpoint
    pages: tuple[str, ...]
    visitors: tuple[tuple[int, ...], ...]  # of each page, in each set
    of_all: tuple[int, ...]  # in each set


class TouchpointPageReader:
    """Finds the touchpoint of a journey that a page belongs to, and its other pages."""

    def __init__(self, store: Store, registry: Registry, work: Work) -> None:
        self._store = store
        self._registry = registry
        self._work = work

    async def of(self, site: Site, journey: str, page: str, sets: Sequence[Question]) -> TouchpointPages | None:
        """The pages of the touchpoint that claims `page` on the journey with this id, counted in each set. None without
        such a touchpoint, or if visitors saw no other page of it."""
        found = named(await self._registry.journeys(site), journey) if journey else None
        if found is None:
            return None
        scopes = [site_scope_of(question) for question in sets]

        def read() -> TouchpointPages | None:
            return self._read(found, page, scopes)

        key = ("touchpoint pages", found.id, found.version, page, *scopes)
        return await self._work.once(key, SECONDS, read)

    def _read(self, journey: Journey, page: str, scopes: Sequence[SiteScope]) -> TouchpointPages | None:
        every = [read_page_visitors(self._store, scope) for scope in scopes]
        claims = claimed_pages(journey, dict.fromkeys([page, *(one for found in every for one in found)]))
        number = claims.get(page, 0)
        pages = [one for one, of in claims.items() if of == number and number]
        if len(pages) < 2:
            return None
        pages.sort(key=lambda one: (-sum(found.get(one, 0) for found in every), one))
        return TouchpointPages(
            touchpoint=journey.touchpoints[number - 1][1],
            pages=tuple(pages),
            visitors=tuple(tuple(found.get(one, 0) for found in every) for one in pages),
            of_all=tuple(read_visitors_of_pages(self._store, scope, pages) for scope in scopes),
        )
