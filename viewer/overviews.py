"""The overview of a site for routes, computed in a thread and shared for some seconds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

from aggregator.answers.events import MOST_NAMES, EventDetail, EventFigures, event_detail, event_figures
from aggregator.answers.forms import FormFigures, FormSummary, form_figures, form_list
from aggregator.answers.overview import BOUNCE, AskedOverview, OverviewFigures, overview
from aggregator.answers.placed_goals import placed_goal
from aggregator.answers.trouble_since import troubles_since
from aggregator.answers.troubles import troubles
from aggregator.measures.trouble_since import TroubleSince
from aggregator.pictures.newest import indexed_layout
from aggregator.queries.events import read_event_totals
from aggregator.queries.touches import read_page_visitors
from aggregator.queries.traffic import count_views, read_last_view, read_page_totals
from aggregator.shapes.overview import ListedValues, Split
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.traffic import PagePart, PageTotal
from aggregator.shapes.troubles import ElementTrouble
from rules.find import named
from rules.question import Question
from rules.resolve import Known
from store.client import Store
from store.layouts import Layout
from store.pages import page_path
from store.records import Site
from store.snapshots import Snapshots
from viewer.maps import COUNTED_SECONDS, EXACT_SECONDS, Maps, scope_of, site_scope_of, widest
from viewer.work import Work

SECONDS = 20.0
MANY_VIEWS = 300_000  # in a period, from which its overview gets a first answer
NEEDS_SECONDS = 60.0  # what needs attention changes slowly
BUSY_PAGES = 100  # the first of the list by visitors, among which those with a picture are looked for
MOST_GOALS = 8  # figures of one overview


def wanted_of(known: Known, question: Question, listing: ListedValues, measure: str = "") -> AskedOverview:
    """What an overview shows: the first goals of the site, that of the question among them. The tables measure the goal
    of the question, else the first one; `measure` "bounce": bounce, as on a site without goals."""
    goals = sorted(known.goals, key=lambda goal: goal.id != question.goal) if question.goal else list(known.goals)
    kept = tuple(goal for goal in known.goals if goal in goals[:MOST_GOALS])
    chosen = question.goal or (kept[0].id if kept else "")
    return AskedOverview(listing, kept, BOUNCE if measure == BOUNCE or not chosen else chosen)


@dataclass(frozen=True)
class DrawnForm:
    """`strips`: (number, height in px) of the picture's strips; without a picture there are none, and no layout."""

    figures: FormFigures
    layout: Layout | None = None
    strips: tuple[tuple[int, int], ...] = ()


class Overviews:
    """The figures of a whole site: its visits, its events, its forms."""

    def __init__(self, store: Store, snapshots: Snapshots, work: Work, maps: Maps) -> None:
        self._store = store
        self._snapshots = snapshots
        self._work = work
        self._maps = maps

    async def visited(self, site: Site) -> bool:
        """Whether anything was ever received from the site's pages."""
        await self._maps.drained()
        return bool(await self._work.run(read_last_view, self._store, int(site.id)))

    async def of(
        self, question: Question, wanted: AskedOverview, *, fresh: bool = False, exact: bool = False
    ) -> OverviewFigures:
        """The overview. Of a period with many views, the first answer is from one visitor in ten, unless it must be
        `exact` or computed again (`fresh`). The page asks for the exact one once it shows the first: computed at the
        same time, it would only delay it."""
        await self._maps.drained()
        scope = site_scope_of(question)

        def compute(scope: SiteScope = scope) -> OverviewFigures:
            placed = tuple(placed_goal(self._store, self._snapshots, scope, goal) for goal in wanted.goals)
            return overview(self._store, scope, replace(wanted, goals=placed))

        async def answer(scope: SiteScope, seconds: float = SECONDS) -> OverviewFigures:
            return await self._work.once(("overview", scope, wanted), seconds, partial(compute, scope), fresh=fresh)

        is_ready = self._work.is_ready(("overview", scope, wanted))
        if fresh or exact or is_ready or not await self._covers_many(scope):
            return await answer(scope, EXACT_SECONDS if exact else SECONDS)
        return await answer(replace(scope, tenth=True))

    async def _covers_many(self, scope: SiteScope) -> bool:
        """Whether there are more than MANY_VIEWS views in the period."""
        everybody = replace(scope, segment=None, device="")

        def count() -> int:
            return count_views(self._store, everybody)

        return await self._work.once(("views", everybody), COUNTED_SECONDS, count, light=True) > MANY_VIEWS

    async def events(self, question: Question) -> EventFigures:
        """The events by name."""
        await self._maps.drained()
        return await self._work.heavy(event_figures, self._store, site_scope_of(question))

    async def seen(self, question: Question) -> tuple[list[str], list[str]]:
        """The paths of the pages that were seen, and the names of the events that were sent, the busiest first."""
        await self._maps.drained()
        scope = site_scope_of(question)

        def read() -> tuple[list[str], list[str]]:
            pages = dict.fromkeys(map(page_path, read_page_visitors(self._store, scope)))
            return list(pages), [one.name for one in read_event_totals(self._store, scope, MOST_NAMES)[0]]

        return await self._work.heavy(read)

    async def event(self, question: Question, name: str, by: Split) -> EventDetail:
        """Who sent the events with a name."""
        await self._maps.drained()
        return await self._work.heavy(event_detail, self._store, site_scope_of(question), name, by)

    async def forms(self, question: Question) -> tuple[FormSummary, ...]:
        """The pages whose fields were used."""
        await self._maps.drained()
        return await self._work.heavy(form_list, self._store, site_scope_of(question))

    async def form(self, question: Question, known: Known) -> DrawnForm:
        """The forms of the question's page, field by field, with the picture on which they are found."""
        await self._maps.drained()
        width, goal = widest(question, known), named(known.goals, question.goal) if question.goal else None

        def compute() -> DrawnForm:
            found = form_figures(self._store, self._snapshots, scope_of(question), width, goal)
            if found.snapshot is None:
                return DrawnForm(found)
            layout = indexed_layout(self._snapshots, found.snapshot).layout
            return DrawnForm(found, layout, tuple(self._snapshots.strips(found.snapshot.id)))

        return await self._work.heavy(compute)

    async def busiest(self, question: Question, pictured: Collection[str], most: int) -> tuple[str, ...]:
        """Of the pages with a picture, those with most visitors."""
        await self._maps.drained()
        scope, part = replace(site_scope_of(question), segment=None), PagePart(most=BUSY_PAGES)

        def read() -> list[PageTotal]:
            return read_page_totals(self._store, scope, part)

        found = await self._work.once(("busiest", scope), NEEDS_SECONDS, read)
        return tuple(one.page for one in found if one.page in pictured)[:most]

    async def troubles(self, question: Question, *, first: bool = False) -> tuple[ElementTrouble, ...]:
        """The elements that frustrate most visitors. `first`: estimated from one visitor in ten."""
        await self._maps.drained()
        scope = replace(site_scope_of(question), tenth=first)
        return await self._work.once(("troubles", scope), NEEDS_SECONDS, lambda: troubles(self._store, scope))

    async def troubles_since(
        self, question: Question, found: Sequence[ElementTrouble]
    ) -> dict[tuple[str, int], TroubleSince]:
        """Since when these elements frustrate their visitors; those without such a day are left out."""
        scope, wanted = site_scope_of(question), tuple(found)
        return await self._work.once(
            ("troubles since", scope, wanted), NEEDS_SECONDS, lambda: troubles_since(self._store, scope, wanted)
        )
