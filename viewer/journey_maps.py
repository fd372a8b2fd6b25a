"""Answers about journeys on demand: computed in threads, and kept for a while for those who ask the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

from aggregator.answers.funnel import Funnel, FunnelAsked, measure_funnel
from aggregator.answers.funnel_sets import FunnelSet
from aggregator.answers.journey import JourneyMap, JourneyMeasure, goals_of, map_of, measure_journey
from aggregator.answers.journey_lanes import MeasuredLanes, measured_lanes, shown_kinds
from aggregator.answers.paths import ChosenPlace, Paths, measure_paths
from aggregator.answers.persona import measure_others
from aggregator.answers.placed_goals import placed_goal
from aggregator.answers.touchpoint import CardAsked, TouchpointCard, touchpoint_card
from aggregator.answers.walk import Stop, measure_usual, measure_ways, pressed_most, read_walk
from aggregator.answers.walk_scene import Scene
from aggregator.answers.whole_map import HeatmapAnswer as HeatmapAnswer
from aggregator.queries.slices_counted import told_of_slices
from aggregator.queries.traffic import count_views
from aggregator.queries.walk_ways import UsualAsked
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.walks import OfferedWay, Outcome, Usual, Ways
from rules.question import Question
from rules.resolve import Known
from store.client import Store
from store.devices import DEVICES
from store.journeys import Journey
from store.segments import Goal
from store.snapshots import Snapshots
from viewer.maps import COUNTED_SECONDS, EXACT_SECONDS, KEPT_SECONDS, SECONDS, best_width, site_scope_of
from viewer.work import Work

T = TypeVar("T")
MANY_TOUCHES = 1_500_000  # views, from which the figures of a journey get a first answer
WAYS_SECONDS = 60.0  # how long the ways through a journey are kept while somebody walks them


@dataclass(frozen=True)
class WalkAnswer:
    """One real visitor's way: its stops, and the scene at one of them (`step`, from 1)."""

    way: OfferedWay
    step: int
    stops: tuple[Stop, ...]
    scene: Scene


class JourneyMaps:
    """Answers about journeys, their funnels, paths and walks, and the cards of their touchpoints."""

    def __init__(self, store: Store, snapshots: Snapshots, work: Work, drained: Callable[[], Awaitable[None]]) -> None:
        """`drained` waits until what was acknowledged can be read."""
        self._store = store
        self._snapshots = snapshots
        self._work = work
        self.drained = drained
        self._counted: dict[tuple[str, int, SiteScope], tuple[int, int]] = {}  # by what is being counted now

    async def journey(
        self, journey: Journey, question: Question, goals: Sequence[Goal] = (), *, quick: bool = False
    ) -> JourneyMap:
        """The map of a journey over the days and visitors of a question; `goals` and `quick` as for its measure."""
        return map_of(journey, await self.journey_measure(journey, question, goals, quick=quick))

    async def journey_measure(
        self, journey: Journey, question: Question, goals: Sequence[Goal] = (), *, quick: bool = False
    ) -> JourneyMeasure:
        """All figures of a journey; `goals`: those of the site, of which those of the journey are measured. `quick`: of
        a period with many views, the first answer may be from one visitor in ten (it says so); the exact one follows by
        itself."""
        await self.drained()
        scope = site_scope_of(question)

        def key(scope: SiteScope) -> tuple[object, ...]:
            return ("journey", scope, journey.id, journey.version, tuple(goals))

        def compute(scope: SiteScope) -> JourneyMeasure:
            return self._journey_measure(journey, scope, goals)

        return await self._of_many_views(scope, key, compute, quick=quick)

    async def _of_many_views(
        self,
        scope: SiteScope,
        key: Callable[[SiteScope], tuple[object, ...]],
        compute: Callable[[SiteScope], T],
        *,
        quick: bool,
        is_enough: Callable[[T], bool] = lambda _: True,
    ) -> T:
        """An answer about a scope. Of a period with many views it is kept for a while; with `quick`, the first one may
        be from one visitor in ten, if that is enough, and the exact one follows by itself."""
        if not await self._covers_many_views(scope):
            return await self._work.heavy(compute, scope)

        async def answer(scope: SiteScope, seconds: float = EXACT_SECONDS) -> T:
            return await self._work.once(key(scope), seconds, partial(compute, scope))

        if not quick or self._work.is_ready(key(scope)):
            return await answer(scope)
        first = await answer(replace(scope, tenth=True), SECONDS)
        if not is_enough(first):
            return await answer(scope)
        self._work.follow(answer(scope))
        return first

    async def journey_by_device(
        self, journey: Journey, question: Question, goals: Sequence[Goal] = ()
    ) -> dict[str, JourneyMeasure]:
        """All figures of a journey on each device; none if the question counts one device only."""
        if question.device:
            return {}
        await self.drained()
        found = {}
        for device in DEVICES:
            scope = site_scope_of(replace(question, device=device))
            key = ("journey", scope, journey.id, journey.version, tuple(goals))
            compute = partial(self._journey_measure, journey, scope, goals)
            found[str(device)] = await self._work.once(key, SECONDS, compute)
        return found

    async def journey_others(
        self, journey: Journey, question: Question, persona: Question, goals: Sequence[Goal] = ()
    ) -> JourneyMeasure:
        """All figures of the visitors of a question of whom `persona`, with the same days and device, counts
        nothing."""
        await self.drained()
        scope, but = site_scope_of(question), site_scope_of(persona)

        def compute() -> JourneyMeasure:
            placed = [placed_goal(self._store, self._snapshots, scope, goal) for goal in goals_of(journey, goals)]
            return measure_others(self._store, journey, scope, but, tuple(placed))

        key = ("others", scope, but, journey.id, journey.version, tuple(goals))
        return await self._work.once(key, SECONDS, compute)

    async def journey_as_of(self, journey: Journey, question: Question, goals: Sequence[Goal] = ()) -> JourneyMeasure:
        """All figures of a journey as they were at the end of the last day of the question's period: what visitors did
        later does not count, so that two periods of the same length compare fairly."""
        await self.drained()
        scope = site_scope_of(question)
        end_ms = scope.zone.midnight(scope.until + timedelta(days=1)) - 1
        now = datetime.fromtimestamp(end_ms / 1000, UTC)
        key = ("journey as of", scope, journey.id, journey.version, tuple(goals))
        return await self._work.once(key, KEPT_SECONDS, partial(self._journey_measure, journey, scope, goals, now))

    def counted(self, journey: Journey, question: Question) -> tuple[int, int]:
        """How far the figures of a journey are counted that somebody waits for: slices of visitors, and of how many;
        (0, 0) if they are not being counted, or the count has only begun."""
        return self._counted.get((journey.id, journey.version, site_scope_of(question)), (0, 0))

    def _journey_measure(
        self, journey: Journey, scope: SiteScope, goals: Sequence[Goal], now: datetime | None = None
    ) -> JourneyMeasure:
        key = (journey.id, journey.version, scope)

        def report(done: int, of: int) -> None:
            self._counted[key] = (done, of)

        placed = [placed_goal(self._store, self._snapshots, scope, goal) for goal in goals_of(journey, goals)]
        try:
            with told_of_slices(report):
                return measure_journey(self._store, journey, scope, placed, now)
        finally:
            self._counted.pop(key, None)

    async def _covers_many_views(self, scope: SiteScope) -> bool:
        """Whether there are more than MANY_TOUCHES views in the period, whoever made them."""
        everybody = replace(scope, segment=None, device="")

        def count() -> int:
            return count_views(self._store, everybody)

        return await self._work.once(("views", everybody), COUNTED_SECONDS, count, light=True) > MANY_TOUCHES

    async def funnel(
        self,
        journey: Journey,
        question: Question,
        asked: FunnelAsked,
        sets: Sequence[FunnelSet] = (),
        *,
        quick: bool = False,
    ) -> Funnel:
        """A funnel over the touchpoints of a journey. `sets`: of the variants or segments that it is split by; `quick`
        as for a journey's figures."""
        await self.drained()

        def key(scope: SiteScope) -> tuple[object, ...]:
            return ("funnel", scope, journey.id, journey.version, asked, tuple(sets))

        def compute(scope: SiteScope) -> Funnel:
            return measure_funnel(self._store, journey, scope, asked, None, tuple(sets))

        def has_visitors(first: Funnel) -> bool:
            return first.steps[0].visitors > 0

        return await self._of_many_views(site_scope_of(question), key, compute, quick=quick, is_enough=has_visitors)

    async def paths(self, journey: Journey, question: Question, chosen: ChosenPlace, *, quick: bool = False) -> Paths:
        """The ways of visits through a place of a journey; `quick` as for a journey's figures. Raises NoSuchPlace for
        an unknown page or event."""
        await self.drained()

        def key(scope: SiteScope) -> tuple[object, ...]:
            return ("paths", scope, journey.id, journey.version, chosen)

        def compute(scope: SiteScope) -> Paths:
            return measure_paths(self._store, journey, scope, chosen)

        def has_visits(first: Paths) -> bool:
            return first.visits > 0

        return await self._of_many_views(site_scope_of(question), key, compute, quick=quick, is_enough=has_visits)

    async def journey_lanes(self, journey: Journey, question: Question, measured: JourneyMeasure) -> MeasuredLanes:
        """What the measured lanes of a map show, beside its figures `measured`, of as many visitors as they are."""
        kinds = shown_kinds(journey)
        if not kinds:
            return MeasuredLanes()
        scope = replace(site_scope_of(question), tenth=measured.one_in > 1)
        key = ("lanes", scope, journey.id, journey.version, kinds)
        compute = partial(measured_lanes, self._store, self._snapshots, journey, scope, measured, kinds)
        return await self._work.once(key, SECONDS, compute)

    async def touchpoint(
        self, journey: Journey, question: Question, asked: CardAsked, goals: Sequence[Goal] = (), *, quick: bool = False
    ) -> TouchpointCard:
        """The card of a touchpoint; `goals` and `quick` as for a journey's figures. KeyError if the journey has no such
        touchpoint."""
        measured = await self.journey_measure(journey, question, goals, quick=quick)
        scope = replace(site_scope_of(question), tenth=measured.one_in > 1)
        key = ("touchpoint", scope, journey.id, journey.version, asked, measured.goals)
        compute = partial(touchpoint_card, self._store, self._snapshots, journey, scope, measured, asked)
        return await self._work.once(key, SECONDS, compute)

    async def ways(self, journey: Journey, question: Question, goals: Sequence[Goal], outcome: Outcome) -> Ways:
        """The ways that consenting visitors went through a journey; `outcome`: of its main goal, one of `goals`."""
        await self.drained()
        scope = site_scope_of(question)
        goal = next((one for one in goals if one.id == journey.main_goal), None)

        def compute() -> Ways:
            placed = placed_goal(self._store, self._snapshots, scope, goal) if goal else None
            return measure_ways(self._store, journey, scope, placed, outcome)

        key = ("ways", scope, journey.id, journey.version, goal, outcome)
        return await self._work.once(key, WAYS_SECONDS, compute)

    async def walk(self, journey: Journey, question: Question, known: Known, way: OfferedWay, step: int) -> WalkAnswer:
        """The stops of a way, and what was done at one of them (from 1). WayChanged if it is no longer to be seen."""
        scope = site_scope_of(question)

        def compute() -> WalkAnswer:
            walk = read_walk(self._store, journey, scope, way)
            pictured = {one.page for one in known.snapshots if not one.variant and not one.state}
            stops = tuple(replace(one, page=one.page if one.page in pictured else "") for one in walk.stops)
            at = stops[step - 1]
            of_page = [s for s in known.snapshots if s.page == at.page and not s.variant and not s.state]
            width = best_width((s.width for s in of_page), at.device)
            return WalkAnswer(way, step, stops, walk.scene(self._store, self._snapshots, step - 1, width))

        return await self._work.heavy(compute)

    async def usual(self, journey: Journey, question: Question, found: WalkAnswer) -> Usual:
        """How usual the shown visitor is at the stop of a walk."""
        scope, deed = site_scope_of(question), pressed_most(found.scene.deeds)
        at = found.way.touchpoints[found.step - 1]
        asked = UsualAsked(found.way.example, at, deed.path if deed else "", deed.name if deed else "")
        key = ("usual", scope, journey.id, journey.version, asked)
        return await self._work.once(key, WAYS_SECONDS, partial(measure_usual, self._store, journey, scope, asked))
