"""The overview of a site for routes, computed in a thread and shared for some seconds."""

from __future__ import annotations

from aggregator.answers.events import EventDetail, EventFigures, event_detail, event_figures
from aggregator.answers.overview import BOUNCE, AskedOverview, OverviewFigures, overview
from aggregator.queries.traffic import read_last_view
from aggregator.shapes.overview import ListedValues, Split
from rules.question import Question
from rules.resolve import Known
from store.client import Store
from store.records import Site
from viewer.maps import Maps, site_scope_of
from viewer.work import Work

SECONDS = 20.0
MOST_GOALS = 8  # figures of one overview


def wanted_of(known: Known, question: Question, listing: ListedValues, measure: str = "") -> AskedOverview:
    """What an overview shows: the first goals of the site, that of the question among them. The tables measure the goal
    of the question, else the first one; `measure` "bounce": bounce, as on a site without goals."""
    goals = sorted(known.goals, key=lambda goal: goal.id != question.goal) if question.goal else list(known.goals)
    kept = tuple(goal for goal in known.goals if goal in goals[:MOST_GOALS])
    chosen = question.goal or (kept[0].id if kept else "")
    return AskedOverview(listing, kept, BOUNCE if measure == BOUNCE or not chosen else chosen)


class Overviews:
    """The figures of a whole site: its visits, its events."""

    def __init__(self, store: Store, work: Work, maps: Maps) -> None:
        self._store = store
        self._work = work
        self._maps = maps

    async def visited(self, site: Site) -> bool:
        """Whether anything was ever received from the site's pages."""
        await self._maps.drained()
        return bool(await self._work.run(read_last_view, self._store, int(site.id)))

    async def of(self, question: Question, wanted: AskedOverview, fresh: bool = False) -> OverviewFigures:
        """The overview; `fresh` computes it again."""
        await self._maps.drained()
        scope = site_scope_of(question)

        def compute() -> OverviewFigures:
            return overview(self._store, scope, wanted)

        return await self._work.once(("overview", scope, wanted), SECONDS, compute, fresh=fresh)

    async def events(self, question: Question) -> EventFigures:
        """The events by name."""
        await self._maps.drained()
        return await self._work.heavy(event_figures, self._store, site_scope_of(question))

    async def event(self, question: Question, name: str, by: Split) -> EventDetail:
        """Who sent the events with a name."""
        await self._maps.drained()
        return await self._work.heavy(event_detail, self._store, site_scope_of(question), name, by)
