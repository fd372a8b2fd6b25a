"""Maps on demand: computed in threads, and shared by the page, its strips and its table."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import anyio

from aggregator.answers.comparison import Comparison, comparison
from aggregator.answers.comparison_figures import ComparisonFigures, comparison_figures
from aggregator.answers.confetti import Confetti, DotTrait, confetti
from aggregator.answers.export import placed_points
from aggregator.answers.exposure import first_click
from aggregator.answers.forms import FormFigures, forms_of_map
from aggregator.answers.frustration_map import FRUSTRATIONS, Frustration, frustration_map
from aggregator.answers.heatmap import Heatmap
from aggregator.answers.map_figures import ReachFigures, reach_figures
from aggregator.answers.reach_map import ReachMap, reach_map
from aggregator.answers.sets import SetComparison, compare_sets
from aggregator.answers.sets_figures import SetsFigures, sets_figures
from aggregator.answers.traffic import devices_of
from aggregator.answers.unpictured import UsedPath, used_paths
from aggregator.answers.whole_map import HeatmapAnswer as HeatmapAnswer
from aggregator.answers.whole_map import whole_map
from aggregator.answers.zones import ZoneRow, zone_rows
from aggregator.measures.medians import MedianOf
from aggregator.queries.kept_rows import keep_rows
from aggregator.queries.pages import resolve_pages
from aggregator.queries.points import count_points
from aggregator.shapes.columns import UInt64
from aggregator.shapes.scope import KeptRows, Scope, SiteScope, site_scope
from rules.find import named
from rules.other_set import TwoSets
from rules.period import today
from rules.question import Question
from rules.resolve import Known, states_for
from store.client import Store
from store.devices import device_of
from store.kinds import PointKind
from store.page_zones import PageZone
from store.records import Experiment
from store.segments import Goal
from store.snapshots import Snapshot, Snapshots
from viewer.work import Work

T = TypeVar("T")
MANY = 2_000_000  # points, from which a question about some of the visitors gets a first answer
COUNTED_SECONDS = 60.0  # how long their number is kept
KEPT_SECONDS = 60.0  # how long the rows of one visitor in ten are kept
EXACT_SECONDS = 120.0  # how long the exact answer is kept
SECONDS = 10.0  # how long a page, its strips and its table share one computation
DRAIN_SECONDS = 2.0  # how long a map waits for batches that are acknowledged but not stored yet


Drain = Callable[[], Awaitable[None]]
DrawnFrom = Callable[[Snapshot, tuple[str, ...], UInt64], None]


@dataclass(frozen=True)
class ReachAnswer:
    """A map of reach, with its figures."""

    map: ReachMap
    figures: ReachFigures


@dataclass(frozen=True)
class ComparisonAnswer:
    """Two variants of a page, with their figures."""

    map: Comparison
    figures: ComparisonFigures


@dataclass(frozen=True)
class SetsAnswer:
    """Two sets of visitors of a page, with their figures."""

    map: SetComparison
    figures: SetsFigures


def scope_of(question: Question) -> Scope:
    """What the aggregator is asked for a question, with the days that it means today."""
    since, until = question.period.span(today(question.zone))
    return Scope(
        site=question.site,
        pages=question.patterns,
        kind=question.kind,
        since=since,
        until=until,
        variant=question.variant,
        device=question.device,
        bots=question.robots,
        zone=question.zone,
        segment=question.narrowing,
    )


def site_scope_of(question: Question) -> SiteScope:
    """What the aggregator is asked about the whole site, with the days that the question means today."""
    since, until = question.period.span(today(question.zone))
    return SiteScope(question.site, since, until, question.device, question.zone, question.narrowing)


def drawable(question: Question, snapshots: Iterable[Snapshot]) -> list[Snapshot]:
    """The pictures of the pages of a question: those of the page that its group chose, if there are any."""
    chosen = question.page_group.picture_of if question.page_group else ""
    here = [s for s in snapshots if question.covers(s.page)]
    return [s for s in here if s.page == chosen] or here


def best_width(widths: Iterable[int], device: str) -> int:
    """The width of the picture to draw on, in px: the widest of the device's, else the widest; 0 without any."""
    found = list(widths)
    return max((width for width in found if device_of(width) == device), default=max(found, default=0))


def widest(question: Question, known: Known) -> int:
    """The width asked for, else the best one for the devices asked about; 0 without a picture: the aggregator says so
    in words."""
    if question.width:
        return question.width
    here = [s for s in drawable(question, known.snapshots) if s.state == question.state]
    variant = "=".join(question.variant or ())
    return best_width([s.width for s in here if s.variant == variant] or [s.width for s in here if not s.variant],
                      question.device)  # fmt: skip


def goal_of(sets: TwoSets, known: Known) -> Goal | None:
    """The goal that the sets differ in by definition; None if they differ in something else."""
    return named(known.goals, sets.name) if sets.kind == "left" else None


def steps_of(sets: TwoSets, known: Known) -> frozenset[int]:
    """The keys of the elements that a goal is reached by, if the sets differ in that goal."""
    goal = goal_of(sets, known)
    element = goal.action.element if goal and goal.action.what == "clicked" else ""
    return frozenset((int(element, 16),)) if element else frozenset()


def _of_frustration(found: HeatmapAnswer, kind: Frustration) -> HeatmapAnswer:
    drawn = frustration_map(found.map, kind)
    return replace(found, map=drawn, figures=replace(found.figures, scale=drawn.scale))


class Maps:
    """Answers to questions about what a site has (`known`, as the question was resolved against). A question without
    width is drawn on the widest picture there is.

    `fresh` computes the map again: a program that asks twice expects the second answer to include what
    arrived in between, while a page needs one computation for its forty images. All raise NoSnapshot.
    """

    def __init__(
        self,
        store: Store,
        snapshots: Snapshots,
        work: Work,
        drain: Drain | None = None,
        drawn_from: DrawnFrom = lambda _snapshot, _pages, _records: None,
    ) -> None:
        """`drawn_from` is called with the records that a map was drawn from; it must return quickly."""
        self._drawn_from = drawn_from
        self._store = store
        self._snapshots = snapshots
        self._work = work
        self._drain = drain
        self._kept: tuple[Scope, KeptRows | None] | None = None
        self._kept_until = 0.0
        self._following: tuple[Scope, asyncio.Task[None]] | None = None
        self._keeping = asyncio.Lock()

    async def drained(self) -> None:
        """Wait, for at most DRAIN_SECONDS, until acknowledged batches can be read."""
        if self._drain is not None:
            with anyio.move_on_after(DRAIN_SECONDS):
                await self._drain()

    async def answer(
        self, question: Question, known: Known, fresh: bool = False, exact: bool = False
    ) -> HeatmapAnswer | ReachAnswer:
        """The map of the question's kind; `fresh` and `exact` as for `heatmap`."""
        if question.kind == "scroll":
            return await self.reach(question, known, fresh)
        found = await self.heatmap(question, known, fresh, exact)
        kind = next((one for one in FRUSTRATIONS if one == question.drawn_layer), None)
        return found if kind is None else await self._work.heavy(_of_frustration, found, kind)

    async def heatmap(
        self, question: Question, known: Known, fresh: bool = False, exact: bool = False
    ) -> HeatmapAnswer:
        """A map of clicks or hovers. Of one that covers many points of some visitors, the first answer is from one
        visitor in ten (its warnings say so), unless it must be `exact` or `fresh`; the exact one follows by itself."""
        await self.drained()
        scope, width, state = scope_of(question), widest(question, known), question.state
        states = [one.key for one in states_for(question, known.states)]
        goal = named(known.goals, question.goal) if question.goal else None

        def compute(scope: Scope, kept: KeptRows | None) -> HeatmapAnswer:
            found = whole_map(self._store, self._snapshots, replace(scope, kept=kept), width, state, states, goal)
            self._drawn_from(found.map.snapshot, found.map.pages, found.map.records.record)
            return found

        async def answer(scope: Scope, seconds: float = SECONDS, kept: KeptRows | None = None) -> HeatmapAnswer:
            key = ("heatmap", scope, width, state, goal)
            return await self._work.once(key, seconds, partial(compute, scope, kept), fresh=fresh)

        is_ready = self._work.is_ready(("heatmap", scope, width, state, goal))
        if fresh or exact or is_ready or not await self._covers_many(scope):
            return await answer(scope, EXACT_SECONDS if exact else SECONDS)
        self._stop_following(scope)
        first = await answer(replace(scope, tenth=True), kept=await self._kept_rows(scope))
        self._following = (scope, self._work.follow(answer(scope, EXACT_SECONDS)))
        return first

    def _stop_following(self, scope: Scope) -> None:
        """The exact answer that follows an earlier question is computed to the end only if somebody waits for it: it
        would take the time and the memory that the next question needs."""
        if self._following and self._following[0] != scope:
            self._following[1].cancel()

    async def _kept_rows(self, scope: Scope) -> KeptRows | None:
        """The rows of one visitor in ten of the scope's pages, for a first answer: those that are kept, if they are of
        the same pages and days."""
        everybody = replace(scope, segment=None, device="", variant=None, bots=False)

        def keep() -> KeptRows | None:
            return keep_rows(self._store, everybody, resolve_pages(self._store, scope.site, scope.pages))

        async with self._keeping:
            if self._kept is None or self._kept[0] != everybody:
                self._kept = None  # before the next ones are made, so that there are never two
                self._kept = (everybody, await self._work.heavy(keep))
                until = time.monotonic() + KEPT_SECONDS
                self._kept_until = until
                asyncio.get_running_loop().call_later(KEPT_SECONDS, self._let_go, until)
            return self._kept[1]

    def close(self) -> None:
        """Drop what is kept."""
        self._kept = None

    def _let_go(self, until: float) -> None:
        """Drop the rows that were to be kept until then. The timer itself must not refer to them."""
        if self._kept_until == until:
            self._kept = None

    async def _covers_many(self, scope: Scope) -> bool:
        """Whether a question that the folds do not answer, of some of the visitors or with bots, covers more than MANY
        points."""
        if not (scope.segment or scope.device or scope.variant or scope.bots):
            return False
        everybody = replace(scope, segment=None, device="", variant=None, bots=False)

        def count() -> int:
            return count_points(self._store, everybody, resolve_pages(self._store, scope.site, scope.pages))

        return await self._work.once(("points", everybody), COUNTED_SECONDS, count, light=True) > MANY

    async def confetti(self, found: HeatmapAnswer, trait: DotTrait) -> Confetti:
        """The clicks of a map as dots, coloured by a trait of their visit or by a segment."""
        return await self._work.heavy(confetti, self._store, found.map, trait)

    async def forms(self, found: HeatmapAnswer, question: Question, known: Known) -> FormFigures:
        """The forms of the pages of a map, with the fields on its picture."""
        goal = named(known.goals, question.goal) if question.goal else None
        return await self._work.heavy(forms_of_map, self._store, self._snapshots, found.map, goal)

    async def zones(self, found: HeatmapAnswer, zones: Sequence[PageZone], fresh: bool = False) -> tuple[ZoneRow, ...]:
        """The figures of zones on a map of clicks, in the order of `zones`."""
        if not zones or found.map.scope.kind != "click":
            return ()
        key = ("zones", found.map.scope, found.map.snapshot.id, tuple(zones))
        return await self._work.once(
            key, SECONDS, partial(zone_rows, self._store, self._snapshots, found.map, zones), fresh=fresh
        )

    async def used_paths(self, question: Question) -> tuple[UsedPath, ...]:
        """What was used on a page that has no picture, by the paths that the tracker reported."""
        kind: PointKind = "hover" if question.kind == "hover" else "click"
        return await self._work.heavy(used_paths, self._store, replace(scope_of(question), kind=kind))

    async def first_click(self, found: HeatmapAnswer, element: int) -> MedianOf | None:
        """How long after the opening of the page its visitors first clicked an element of the layout."""
        return await self._work.heavy(first_click, self._store, found.map, element)

    async def reach(self, question: Question, known: Known, fresh: bool = False) -> ReachAnswer:
        """Reach is that of the page as it opens: an open menu does not change what was seen."""
        await self.drained()
        scope, width = scope_of(question), widest(replace(question, state=""), known)

        def compute() -> ReachAnswer:
            drawn = reach_map(self._store, self._snapshots, scope, width)
            return ReachAnswer(drawn, reach_figures(drawn, self._devices(scope)))

        return await self._work.once(("reach", scope, width), SECONDS, compute, fresh=fresh)

    async def comparison(
        self, question: Question, experiment: Experiment, known: Known, fresh: bool = False
    ) -> ComparisonAnswer:
        await self.drained()
        scope, width = scope_of(question), widest(replace(question, state=""), known)

        def compute() -> ComparisonAnswer:
            compared = comparison(self._store, self._snapshots, scope, experiment, width)
            for arm in compared.arms:
                self._drawn_from(arm.snapshot, arm.pages, arm.records.record)
            devices = self._devices(scope)
            return ComparisonAnswer(compared, comparison_figures(compared, (scope.since, scope.until), devices))

        key = ("comparison", scope, experiment.id, experiment.version, width)
        return await self._work.once(key, SECONDS, compute, fresh=fresh)

    async def sets(self, sets: TwoSets, known: Known, fresh: bool = False) -> SetsAnswer:
        """Two sets of visitors of a page; both questions are resolved."""
        await self.drained()
        questions = [replace(one, state="") for one in (sets.a, sets.b)]
        scopes = [scope_of(one) for one in questions]
        widths = [widest(one, known) for one in questions]

        def compute() -> SetsAnswer:
            found = compare_sets(
                self._store,
                self._snapshots,
                scopes,
                widths,
                goals=[goal for goal in known.goals if goal != goal_of(sets, known)],
                steps=steps_of(sets, known),
                random=sets.kind == "variant",
            )
            for one in found.sets:
                self._drawn_from(one.heat.snapshot, one.heat.pages, one.heat.records.record)
            return SetsAnswer(found, sets_figures(found))

        return await self._work.once(("sets", *scopes, *widths), SECONDS, compute, fresh=fresh)

    async def is_chosen(self, snapshot: Snapshot) -> bool:
        """Whether somebody chose this picture for the maps of its page."""
        return snapshot.id in await self._work.run(self._snapshots.chosen, snapshot.site)

    async def strips(self, snapshot: Snapshot) -> Sequence[tuple[int, int]]:
        """(number, height in px) of each strip of a page picture, from the top down."""

        def read() -> Sequence[tuple[int, int]]:
            return self._snapshots.strips(snapshot.id)

        return await self._work.once(("strips", snapshot.id), SECONDS, read, light=True)

    def points(self, drawn: Heatmap) -> Iterator[tuple[object, ...]]:
        """The points of a map one by one, as rows of aggregator.answers.export.COLUMNS, read in blocks from the store:
        run it in a thread."""
        return placed_points(self._store, drawn)

    def pictures(self, snapshot: Snapshot) -> list[bytes]:
        """The strips of a page picture, top to bottom. Queries the store: run it in a thread."""
        return [self._snapshots.strip(snapshot.id, n) for n, _ in sorted(self._snapshots.strips(snapshot.id))]

    def _devices(self, scope: Scope) -> dict[str, int]:
        return devices_of(self._store, site_scope(scope), scope.pages)
