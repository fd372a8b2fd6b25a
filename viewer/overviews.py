"""The overview of a site for routes, computed in a thread and shared for some seconds."""

from __future__ import annotations

from aggregator.answers.overview import OverviewFigures, overview
from aggregator.queries.traffic import read_last_view
from aggregator.shapes.overview import ListedValues
from aggregator.shapes.scope import SiteScope
from rules.period import today
from rules.question import Question
from store.client import Store
from store.records import Site
from viewer.maps import Maps
from viewer.work import Work

SECONDS = 20.0


def site_scope_of(question: Question) -> SiteScope:
    """What the aggregator is asked for a question about a whole site, with the days that it means today."""
    since, until = question.period.span(today(question.zone))
    return SiteScope(question.site, since, until, question.device, question.zone, question.group)


class Overviews:
    def __init__(self, store: Store, work: Work, maps: Maps) -> None:
        self._store = store
        self._work = work
        self._maps = maps

    async def visited(self, site: Site) -> bool:
        """Whether anything was ever received from the site's pages."""
        await self._maps.drained()
        return bool(await self._work.run(read_last_view, self._store, int(site.id)))

    async def of(self, question: Question, listing: ListedValues, fresh: bool = False) -> OverviewFigures:
        """The overview; `fresh` computes it again."""
        await self._maps.drained()
        scope = site_scope_of(question)

        def compute() -> OverviewFigures:
            return overview(self._store, scope, listing)

        return await self._work.once(("overview", scope, listing), SECONDS, compute, fresh=fresh)
