"""A walk through a journey: the ways that consenting visitors went, and the way of one of them in detail.

No answer has the id of a visitor, nor a text that was typed (none is stored). A way that fewer than ALIKE visitors went
is not shown (docs/journeys.md, "Walk").
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np

from aggregator.answers.journey import claimed_pages, course_of
from aggregator.answers.walk_scene import Deed, Scene, SceneRows, scene_of
from aggregator.measures.walk_runs import Run, runs_of
from aggregator.queries.chosen_rows import chosen_site_views
from aggregator.queries.journey_ways import followed
from aggregator.queries.one_visitor import read_view_events, read_view_facts, read_visitor
from aggregator.queries.pages import all_pages
from aggregator.queries.points import read_view_points
from aggregator.queries.walk_ways import UsualAsked, read_usual, read_ways
from aggregator.shapes.points import Points, no_points
from aggregator.shapes.scope import Scope, SiteScope
from aggregator.shapes.walks import OfferedWay, Outcome, Usual, ViewEvent, VisitorTouch, WalkedView, Ways
from store.client import Store
from store.journeys import Journey
from store.segments import Goal
from store.snapshots import Snapshots

MOST_VIEWS = 200  # of a walk whose clicks are read


class WayChanged(Exception):
    """The touches of the visitor are no longer those of the way: some were erased, or belong to other touchpoints."""


@dataclass(frozen=True)
class Stop:
    """A touchpoint of a walk. `at_ms`: since 1970; `visit`: from 1; `gap_ms`: since the visit before, 0 within a visit.
    `for_ms`: until the next page, or the last sign of the visitor; `clicks`: on its pages. `left`: the visit ended
    here. `page`: whose picture shows it, "" for a contact that is no view. `depth`: the share of the page that came
    into view; `device` and `channel`: of its first view. `coarse`: only the day is known, and `at_ms` is
    its noon."""

    touchpoint: str
    at_ms: int
    visit: int
    gap_ms: int
    for_ms: int
    engaged_ms: int
    clicks: int
    left: bool
    page: str
    device: str
    channel: str
    depth: float | None
    coarse: bool


@dataclass(frozen=True)
class WalkRows:
    """What was read of one visitor on a way. `scope`: the pages and days of the views; `keys`: of the touchpoints by
    number."""

    runs: tuple[Run, ...]
    scope: Scope
    facts: Mapping[int, WalkedView]
    clicks: Points
    events: Sequence[ViewEvent]
    keys: tuple[str, ...]

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        return tuple(self._stop(run, after) for run, after in zip(self.runs, [*self.runs[1:], None], strict=True))

    def _stop(self, run: Run, after: Run | None) -> Stop:
        facts = [self.facts[view] for view in run.views if view in self.facts]
        return Stop(
            touchpoint=self.keys[run.touchpoint],
            at_ms=run.begin,
            visit=run.visit,
            gap_ms=run.gap_ms,
            for_ms=run.for_ms,
            engaged_ms=sum(one.engaged_ms for one in facts),
            clicks=len(self._clicked(run)),
            left=after is None or after.visit > run.last_visit,
            page=self._page(run),
            device=facts[0].device if facts else "",
            channel=facts[0].channel if facts else "",
            depth=max((one.depth for one in facts if one.depth is not None), default=None),
            coarse=run.coarse,
        )

    def _clicked(self, run: Run) -> list[str]:
        """The page of each click in a run."""
        return [run.views[view] for view in self.clicks.view.tolist() if view in run.views]

    def _page(self, run: Run) -> str:
        """Of several pages, the one with most clicks."""
        return max(dict.fromkeys(run.views.values()), key=self._clicked(run).count, default="")

    def scene(self, store: Store, snapshots: Snapshots, step: int, width: int) -> Scene:
        """What was done at a stop (from 0), on the picture of its page `width` px wide; 0: without a picture."""
        run = self.runs[step]
        rows = SceneRows(
            page=self._page(run),
            views=run.views,
            begin=run.begin,
            clicks=self.clicks.take(np.array([view in run.views for view in self.clicks.view.tolist()], bool)),
            events=[one for one in self.events if one.view in run.views],
        )
        return scene_of(store, snapshots, self.scope, rows, width)


def measure_ways(
    store: Store,
    journey: Journey,
    scope: SiteScope,
    goal: Goal | None = None,
    outcome: Outcome = "",
    now: datetime | None = None,
) -> Ways:
    """The ways of the visitors of a scope who consented. A way begins with the first touch that the scope selects, and
    goes on to the present. `outcome`: of the goal, in the period."""
    course = course_of(journey, (goal,) if goal else ())
    claims = claimed_pages(journey, all_pages(store, scope.site))
    with chosen_site_views(store, scope) as chosen:
        return read_ways(store, chosen, course, claims, outcome if goal else "", _now_ms(now))


def read_walk(
    store: Store, journey: Journey, scope: SiteScope, way: OfferedWay, now: datetime | None = None
) -> WalkRows:
    """What the visitor did who stands for a way. WayChanged if the touches are no longer that way."""
    whole, _ = followed(scope, _now_ms(now))
    course, claims = course_of(journey), claimed_pages(journey, all_pages(store, scope.site))
    touches = read_visitor(store, whole, course, claims, way.example)
    views = list({touch.view: touch.page for touch in touches if touch.page})[:MOST_VIEWS]
    facts: dict[int, WalkedView] = {}
    clicks, events, days = no_points("click"), list[ViewEvent](), _days(scope, touches)
    if views:
        facts = read_view_facts(store, days, views)
        clicks = read_view_points(store, days, days.pages, views)
        events = read_view_events(store, days, views)
    signs: dict[int, int] = {}
    engaged = [(one.view, one.ms + facts[one.view].engaged_ms) for one in touches if one.view in facts]
    clicked = zip(clicks.view.tolist(), clicks.time.tolist(), strict=True)
    for view, ms in [*engaged, *clicked, *((one.view, one.ms) for one in events)]:
        signs[view] = max(signs.get(view, 0), ms)
    runs = runs_of(touches, signs)[: len(way.touchpoints)]
    if tuple(run.touchpoint for run in runs) != way.touchpoints:
        raise WayChanged
    return WalkRows(tuple(runs), days, facts, clicks, events, course.keys)


def measure_usual(
    store: Store, journey: Journey, scope: SiteScope, asked: UsualAsked, now: datetime | None = None
) -> Usual:
    """How usual the visitor who stands for a way is at one touchpoint, among all visitors who consented and came
    there: those whose way ends there, and those who went on to another touchpoint. A touchpoint that is no page has no
    element of which to say who pressed it."""
    course, claims = course_of(journey), claimed_pages(journey, all_pages(store, scope.site))
    if not course.patterns[asked.touchpoint]:
        asked = replace(asked, element="", name="")
    with chosen_site_views(store, scope) as chosen:
        return read_usual(store, chosen, course, claims, asked, _now_ms(now))


def pressed_most(deeds: Sequence[Deed]) -> Deed | None:
    """The click that is asked about: one after which nothing happened, before the one repeated most, before the first
    one; None without any on a known element."""
    clicks = [one for one in deeds if one.what == "clicked" and one.path]
    return max(clicks, key=lambda one: (one.dead, one.times), default=None)


def _days(scope: SiteScope, touches: Sequence[VisitorTouch]) -> Scope:
    """The pages and days of some touches. A view may go on over midnight."""
    times, pages = [touch.ms for touch in touches] or [0], dict.fromkeys(one.page for one in touches if one.page)
    since, until = scope.zone.day(min(times)), scope.zone.day(max(times)) + timedelta(days=1)
    return Scope(scope.site, tuple(pages) or ("/",), "click", since, until, zone=scope.zone)


def _now_ms(now: datetime | None) -> int:
    return int(now.timestamp() * 1000) if now else int(time.time() * 1000)
