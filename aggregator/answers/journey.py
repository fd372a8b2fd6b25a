"""A journey with its figures: each stage and touchpoint, measured (docs/aggregator.md, "Journeys")."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from aggregator.measures.journey_figures import JourneyFigures, WholeDuration, WindowShare, figures_of
from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import FEW, wilson
from aggregator.queries.chosen_rows import chosen_site_views
from aggregator.queries.journey_facts import read_facts
from aggregator.queries.pages import all_pages
from aggregator.queries.touches import read_page_visitors
from aggregator.queries.traits import pages_of
from aggregator.shapes.journeys import Course
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.journeys import Journey
from store.pages import selects
from store.segments import Goal
from store.zones import DAY_MS

UNMAPPED_SHOWN = 20
MOST_GOALS = 8  # of a journey that names none


@dataclass(frozen=True)
class StageGoal:
    """The goal that is reached on the pages of a stage, and the share of the stage's visitors who reached it at or
    after their first hit of the stage."""

    id: str
    name: str
    reached: WindowShare


@dataclass(frozen=True)
class StageRow:
    """`went_on` of the `closed` visitors came to a later stage within the window; `share` with its 95 % interval is
    None where nobody's window has closed, and for the last stage. `left_out`: their window is still open.
    `median_ms`: from the first hit of the stage to that of a later one. While no
    window has closed, `so_far` is the share of all who went on until now. Nothing goes on from a stage with a `goal`;
    `completed`, of the last stage: who came to its last touchpoint."""

    key: str
    visitors: int
    went_on: int
    closed: int
    left_out: int
    share: float | None
    low: float | None
    high: float | None
    median_ms: float | None
    so_far: ShareOf | None = None
    completed: WindowShare | None = None
    goal: StageGoal | None = None


@dataclass(frozen=True)
class TouchpointRow:
    """`reach`: share of all visitors; `forward`: as the stage's share, from the first hit of the touchpoint;
    `exits`: share of the `visits` that hit it whose last view it was; `frustrated`: share of its visitors with
    a dead click, a rage burst, an error after a click or a quick return; `page`: its busiest page, '' without any."""

    visitors: int
    reach: float
    low: float
    high: float
    forward: float | None
    forward_low: float | None
    forward_high: float | None
    closed: int
    went_on: int
    left_out: int
    visits: int
    exits: float | None
    exits_low: float | None
    exits_high: float | None
    frustrated: float | None
    frustrated_low: float | None
    frustrated_high: float | None
    page: str

    @property
    def few(self) -> bool:
        return self.visitors < FEW


@dataclass(frozen=True)
class JourneyMap:
    """`visitors`: all with a view in the period. `unmapped`: (page, visitors) without touchpoint, busiest first.
    `one_in`: all counts are those of one visitor in so many; 10 in the first answer about many views."""

    visitors: int
    stages: list[StageRow]
    touchpoints: dict[str, TouchpointRow]
    unmapped: list[tuple[str, int]]
    one_in: int = 1
    whole: WholeDuration | None = None


@dataclass(frozen=True)
class JourneyMeasure:
    """All figures of a journey, and which of its pages are whose."""

    figures: JourneyFigures
    claims: Mapping[str, int]
    page_visitors: Mapping[str, int]  # the busiest page first
    holders: Mapping[int, Goal]  # touchpoint → the goal that is reached on its pages
    one_in: int = 1  # a first answer is from one visitor in ten
    goals: tuple[Goal, ...] = ()  # that are measured


def measure_journey(
    store: Store, journey: Journey, scope: SiteScope, goals: Sequence[Goal] = (), now: datetime | None = None
) -> JourneyMeasure:
    """Measure a journey over the visitors of a scope of its site (docs/aggregator.md, "Journeys").

    A hit counts where the scope selects its view; what the visitor did afterwards counts on every view and up to the
    present, so that the windows of a past period are closed.
    """
    now_ms = int(now.timestamp() * 1000) if now else int(time.time() * 1000)
    claims = claimed_pages(journey, all_pages(store, scope.site))
    measured = goals_of(journey, goals)
    course = course_of(journey, measured)
    holders = _holders(journey, claims, measured)
    with chosen_site_views(store, scope) as chosen:
        facts = read_facts(store, chosen, course, claims, now_ms)
        page_visitors = read_page_visitors(store, chosen)
    figures = figures_of(facts, course, len(journey.stages), holders.keys())
    return JourneyMeasure(figures, claims, page_visitors, holders, 10 if scope.tenth else 1, measured)


def goals_of(journey: Journey, goals: Sequence[Goal]) -> tuple[Goal, ...]:
    """The goals of the site that are measured: those of the journey, or the first ones if it names none."""
    named = {*journey.goals, *(stage.completes for stage in journey.stages if stage.completes)}
    return tuple(goal for goal in goals if goal.id in named) if named else tuple(goals[:MOST_GOALS])


def course_of(journey: Journey, goals: Sequence[Goal] = ()) -> Course:
    """What the engine follows of a journey."""
    touchpoints = journey.touchpoints
    numbers = {touchpoint.key: number for number, (_, touchpoint) in enumerate(touchpoints, 1)}
    return Course(
        stage_of=(-1, *(stage for stage, _ in touchpoints)),
        patterns=((), *(touchpoint.patterns for _, touchpoint in touchpoints)),
        contacts=((), *(touchpoint.matchers for _, touchpoint in touchpoints)),
        keys=("", *(touchpoint.key for _, touchpoint in touchpoints)),
        windows_ms=tuple((stage.window_days or journey.window_days) * DAY_MS for stage in journey.stages),
        expected=(
            frozenset(),
            *(frozenset(map(numbers.__getitem__, touchpoint.expected_next)) for _, touchpoint in touchpoints),
        ),
        goals=tuple(goals),
        main_goal=next((n for n, goal in enumerate(goals) if goal.id == journey.main_goal), None),
    )


def journey_map(
    store: Store, journey: Journey, scope: SiteScope, now: datetime | None = None, goals: Sequence[Goal] = ()
) -> JourneyMap:
    """What the map of a journey shows."""
    return map_of(journey, measure_journey(store, journey, scope, goals, now))


def map_of(journey: Journey, measured: JourneyMeasure) -> JourneyMap:
    """The figures of a map, from all those of a journey."""
    figures = measured.figures
    return JourneyMap(
        visitors=figures.visitors,
        stages=[_stage_row(journey, measured, n) for n in range(len(journey.stages))],
        touchpoints={
            touchpoint.key: _touchpoint_row(journey, measured, number)
            for number, (_, touchpoint) in enumerate(journey.touchpoints, 1)
        },
        unmapped=[(page, n) for page, n in measured.page_visitors.items() if page not in measured.claims][
            :UNMAPPED_SHOWN
        ],
        one_in=measured.one_in,
        whole=figures.whole,
    )


def claimed_pages(journey: Journey, pages: Iterable[str]) -> dict[str, int]:
    """Page → number of the touchpoint that claims it, from 1: the first whose patterns select it wins."""
    claims: dict[str, int] = {}
    for number, (_, touchpoint) in enumerate(journey.touchpoints, 1):
        for page in pages:
            if page not in claims and selects(touchpoint.patterns, page):
                claims[page] = number
    return claims


def _holders(journey: Journey, claims: Mapping[str, int], goals: Sequence[Goal]) -> dict[int, Goal]:
    """The touchpoints that hold a goal, each with the first one: the last touchpoint of a stage that completes it, and
    those on whose pages it is reached."""
    found: dict[int, Goal] = {}
    for goal in goals:
        completed = {i for i, stage in enumerate(journey.stages) if stage.completes == goal.id}
        last = {i: number for number, (i, _) in enumerate(journey.touchpoints, 1)}
        found |= {last[i]: goal for i in completed if i in last and last[i] not in found}
        lists = pages_of(goal.action)
        for page, number in claims.items():
            if any(selects(patterns, page) for patterns in lists):
                found.setdefault(number, goal)
    return found


def _stage_row(journey: Journey, measured: JourneyMeasure, stage: int) -> StageRow:
    figures = measured.figures.stages[stage]
    of_closed = figures.forward.share
    is_last = stage == len(journey.stages) - 1
    goal = next((g for n, g in sorted(measured.holders.items()) if journey.touchpoints[n - 1][0] == stage), None)
    forward = replace(figures.forward, share=None, so_far=None) if is_last or goal else figures.forward
    return StageRow(
        key=journey.stages[stage].key,
        visitors=figures.visitors,
        went_on=of_closed.visitors if of_closed else 0,
        closed=of_closed.of if of_closed else 0,
        left_out=forward.left_out,
        share=forward.share.share if forward.share else None,
        low=forward.share.low if forward.share else None,
        high=forward.share.high if forward.share else None,
        median_ms=figures.on_ms.median,
        so_far=forward.so_far,
        completed=figures.completed if is_last and not goal else None,
        goal=StageGoal(goal.id, goal.name, figures.goals[goal.id]) if goal else None,
    )


def _touchpoint_row(journey: Journey, measured: JourneyMeasure, number: int) -> TouchpointRow:
    figures = measured.figures.touchpoints[number]
    is_last = journey.touchpoints[number - 1][0] == len(journey.stages) - 1
    of_closed, frustrated = figures.forward.share, figures.frustration.any
    forward = None if is_last else of_closed
    low, high = wilson(figures.visitors, measured.figures.visitors)
    return TouchpointRow(
        visitors=figures.visitors,
        reach=figures.reach.share if figures.reach else 0.0,
        low=float(low),
        high=float(high),
        forward=forward.share if forward else None,
        forward_low=forward.low if forward else None,
        forward_high=forward.high if forward else None,
        closed=of_closed.of if of_closed else 0,
        went_on=of_closed.visitors if of_closed else 0,
        left_out=figures.forward.left_out,
        visits=figures.exits.of if figures.exits else 0,
        exits=figures.exits.share if figures.exits else None,
        exits_low=figures.exits.low if figures.exits else None,
        exits_high=figures.exits.high if figures.exits else None,
        frustrated=frustrated.share if frustrated else None,
        frustrated_low=frustrated.low if frustrated else None,
        frustrated_high=frustrated.high if frustrated else None,
        page=next((page for page in measured.page_visitors if measured.claims.get(page) == number), ""),
    )
