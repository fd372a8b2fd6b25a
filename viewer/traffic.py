"""Visitors, views and pages of a site for routes, read in threads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from aggregator.answers.seen_site import seen_site
from aggregator.answers.traffic import (
    ALL,
    BotShare,
    BusyPage,
    PageList,
    busiest_pages,
    devices_of,
    mostly_bots,
    other_clock,
    page_list,
    robot_views,
    visited_pages,
    visitors_by_device,
)
from aggregator.answers.unmapped import UnmappedTraffic, unmapped_traffic
from aggregator.queries.pages import all_pages
from aggregator.queries.touches import read_page_visitors
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.traffic import PagePart
from rules.period import today
from store.client import Store
from store.journeys import Journey, SeenSite
from store.records import Site
from viewer.work import Work

SECONDS = 10.0  # how long a page and its parts share one answer


class TrafficReader:
    def __init__(self, store: Store, work: Work) -> None:
        self._store = store
        self._work = work

    async def part(self, scope: SiteScope, part: PagePart) -> PageList:
        """Some of the pages with visits in a scope, and how many there are."""
        return await self._work.run(page_list, self._store, scope, part)

    async def busiest(self, scope: SiteScope, part: PagePart = ALL) -> Sequence[BusyPage]:
        """The busiest pages that have enough visitors for a share of frustrated ones; `part`: of which."""
        return await self._work.run(busiest_pages, self._store, scope, part)

    async def by_device(self, scope: SiteScope) -> dict[str, int]:
        """Visitors of the site by device, whatever device the scope names; "" for all together."""
        return await self._work.run(visitors_by_device, self._store, scope)

    async def visited(self, site: Site, since: date, until: date) -> Sequence[str]:
        """The names of the pages with visits in the period, most visitors first."""
        return await self._work.run(visited_pages, self._store, SiteScope(int(site.id), since, until, zone=site.zone))

    async def devices(self, site: Site, patterns: tuple[str, ...], since: date, until: date) -> dict[str, int]:
        """Visitors of the pages that the patterns select, by device class."""
        scope = SiteScope(int(site.id), since, until, zone=site.zone)
        return await self._work.run(devices_of, self._store, scope, patterns)

    async def other_clock(self, site: Site) -> int | None:
        """Minutes ahead of UTC of most visitors' clocks in the last 28 days, if that is not the site's time."""
        return await self._work.run(other_clock, self._store, int(site.id), today(site.zone), site.zone)

    async def mostly_bots(self, site: Site) -> BotShare | None:
        """The reason for which most views of the last 7 days count as bots; None if no single reason does."""
        return await self._work.run(mostly_bots, self._store, int(site.id), today(site.zone), site.zone)

    async def by_robot(self, site: Site) -> dict[str, int]:
        """Views of the last 7 days by the reason for which they count as bots; "" for those of people."""
        return await self._work.run(robot_views, self._store, int(site.id), today(site.zone), site.zone)

    async def page_visitors(self, scope: SiteScope) -> dict[str, int]:
        """Visitors of each page in a scope, the busiest first."""
        return await self._work.run(read_page_visitors, self._store, scope)

    async def unmapped(self, journey: Journey, scope: SiteScope) -> UnmappedTraffic:
        """Pages, other sites and events in a scope that no touchpoint of a journey claims."""
        key = ("unmapped", scope, journey.id, journey.version)
        return await self._work.once(key, SECONDS, lambda: unmapped_traffic(self._store, journey, scope))

    async def seen_site(self, scope: SiteScope) -> SeenSite:
        """What was seen in a scope, for a map that begins with it."""
        return await self._work.once(("seen site", scope), SECONDS, lambda: seen_site(self._store, scope), light=True)

    async def pages(self, site: Site) -> list[str]:
        """Every page ever visited, most visited first."""
        return await self._work.run(all_pages, self._store, int(site.id))
