"""The figures of a journey from its counted facts. Definitions: docs/aggregator.md, "Journeys"."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aggregator.measures.shares import ShareOf, share_of, shares_of
from aggregator.measures.statistics import FEW
from aggregator.shapes.journeys import (
    BEGINS,
    CLOSED,
    ENDS,
    NEW,
    ON,
    OPENS,
    SHORT,
    SOON,
    Count,
    Course,
    Fact,
    Facts,
    Trouble,
)

MOOD = 2.0  # a mood is from -MOOD to +MOOD


@dataclass(frozen=True)
class WindowShare:
    """A share of the visitors whose whole window has passed; `left_out` are the others. While it has for nobody,
    `so_far` is the share of all who did it until now: at least so many will have."""

    share: ShareOf | None
    left_out: int
    so_far: ShareOf | None = None


@dataclass(frozen=True)
class Spread:
    """Of `n` values, the median and the 90th percentile; None of none."""

    n: int
    median: float | None
    p90: float | None


@dataclass(frozen=True)
class StepShare:
    """Of the visitors of a touchpoint, those who hit another one later, and those for whom it was the next."""

    later: WindowShare
    next: WindowShare


@dataclass(frozen=True)
class Frustration:
    """Visitors with any of the four troubles, and with each. A visitor can have several."""

    any: ShareOf | None
    dead: ShareOf | None
    rage: ShareOf | None
    error: ShareOf | None
    quick_back: ShareOf | None


@dataclass(frozen=True)
class TouchpointFigures:
    """Everything measured about a touchpoint. `few`: it has too few visitors for shares to mean much. `ends_well`: an
    exit there is no loss, as it holds a goal or is in the last stage. `mood`: -2 to +2 against the journey's other
    touchpoints; None if they cannot be compared. `fit`: of those who left it for another one, who took one that is
    expected."""

    visitors: int
    few: bool
    reach: ShareOf | None
    entries: ShareOf | None
    exits: ShareOf | None
    ends_well: bool
    bounce: ShareOf | None
    forward: WindowShare
    back: ShareOf | None
    steps: Mapping[int, StepShare]  # those that were hit within the window at all
    goals: Mapping[str, WindowShare]
    next: ShareOf | None
    next_ms: Spread
    fit: ShareOf | None
    engaged_ms: Spread
    frustration: Frustration
    mood: float | None = None


@dataclass(frozen=True)
class StageFigures:
    """Everything measured about a stage. `completed`: of its visitors, those who came to its last touchpoint; None for
    a stage with fewer than two. `on_ms`: from its first hit to a later stage. `until_ms`: from its first hit to the
    first hit of each later stage."""

    visitors: int
    forward: WindowShare
    completed: WindowShare | None
    goals: Mapping[str, WindowShare]
    on_ms: Spread
    until_ms: Mapping[int, Spread]


@dataclass(frozen=True)
class GoalOfJourney:
    """A goal among all visitors. `touches`: how many touchpoints until they reached it, repeats merged."""

    visitors: ShareOf | None
    touches: Spread


@dataclass(frozen=True)
class WholeDuration:
    """From a visitor's first touch in the period to the main goal, however many visits lie between. `visitors`: those
    who consented, as no others are recognised on another day. `closed`: of those whose time for the goal is over;
    `so_far`: of all until now. `left_out`: visitors whose time is not over."""

    goal: str
    visitors: int
    closed: Spread
    so_far: Spread
    left_out: int

    @property
    def shown(self) -> Spread:
        """That of the visitors whose time is over; while there are none, that of all so far."""
        return self.closed if self.closed.n else self.so_far


@dataclass(frozen=True)
class JourneyFigures:
    """`touchpoints` by number, `stages` in order, `goals` by id. `visits`: those that count (docs/aggregator.md).
    `whole`: None for a journey without a goal."""

    visitors: int
    visits: int
    stages: tuple[StageFigures, ...]
    touchpoints: Mapping[int, TouchpointFigures]
    goals: Mapping[str, GoalOfJourney]
    whole: WholeDuration | None = None


def figures_of(facts: Facts, course: Course, stages: int, holders: Collection[int]) -> JourneyFigures:
    """The figures of a course with so many stages. `holders`: the touchpoints that hold a goal."""
    measure = _Measure(facts, course, stages)
    touchpoints = {n: measure.touchpoint(n, ends_well=n in holders) for n in course.touchpoints}
    moods = moods_of([touchpoints[n] for n in course.touchpoints])
    return JourneyFigures(
        visitors=measure.visitors,
        visits=measure.visits,
        stages=tuple(measure.stage(stage) for stage in range(stages)),
        touchpoints={n: replace(touchpoints[n], mood=mood) for n, mood in zip(course.touchpoints, moods, strict=True)},
        goals={goal.id: measure.goal(number) for number, goal in enumerate(course.goals)},
        whole=measure.whole(),
    )


def figures_of_touchpoint(facts: Facts, course: Course, number: int, *, ends_well: bool) -> TouchpointFigures:
    """The figures of one touchpoint, without its mood. `ends_well`: as in its figures."""
    return _Measure(facts, course, max(course.stage_of) + 1).touchpoint(number, ends_well=ends_well)


def moods_of(touchpoints: Sequence[TouchpointFigures]) -> list[float | None]:
    """The mood of each: the mean of how many standard deviations its frustration and its exits are below the mean of
    all, among touchpoints with enough visitors. Exits that end well do not count."""
    frustrated = [None if one.few else one.frustration.any for one in touchpoints]
    left = [None if one.few or one.ends_well else one.exits for one in touchpoints]
    parts = [_deviations([share.share if share else None for share in shares]) for shares in (frustrated, left)]
    moods: list[float | None] = []
    for both in zip(*parts, strict=True):
        known = [-z for z in both if z is not None]
        moods.append(float(np.clip(np.mean(known), -MOOD, MOOD)) if known else None)
    return moods


def _deviations(values: Sequence[float | None]) -> list[float | None]:
    """How many standard deviations each value is above the mean; None where the values do not differ."""
    known = [value for value in values if value is not None]
    spread = float(np.std(known)) if len(known) > 1 else 0.0
    if spread <= 1e-12:
        return [None] * len(values)
    middle = float(np.mean(known))
    return [None if value is None else (value - middle) / spread for value in values]


@dataclass(frozen=True)
class _Measure:
    """Counts as shares."""

    facts: Facts
    course: Course
    stages: int

    @property
    def visitors(self) -> int:
        return self.facts.count(Fact.VISITORS)

    @property
    def visits(self) -> int:
        return sum(self.facts.count(Fact.TOUCH, n, flags=BEGINS) for n in range(len(self.course.stage_of)))

    def touchpoint(self, n: int, *, ends_well: bool) -> TouchpointFigures:
        count, stage_of = self.facts.count, self.course.stage_of
        visitors, stage = count(Fact.FIRST, n), stage_of[n]
        entered = count(Fact.TOUCH, n, flags=BEGINS)
        with_next = visitors - count(Fact.FIRST, n, 0)
        back = sum(count(Fact.FIRST, n, b) for b in self.course.touchpoints if stage_of[b] < stage)
        closed = count(Fact.FIRST, n, flags=CLOSED)
        expected = self.course.expected[n] if self.course.expected else frozenset()
        return TouchpointFigures(
            visitors=visitors,
            few=visitors < FEW,
            reach=share_of(visitors, self.visitors),
            entries=share_of(entered, self.visits),
            exits=share_of(count(Fact.TOUCH, n, flags=ENDS), count(Fact.TOUCH, n, flags=NEW)),
            ends_well=ends_well or stage == self.stages - 1,
            bounce=share_of(count(Fact.TOUCH, n, flags=BEGINS | ENDS | SHORT), entered),
            forward=window_share(
                (count(Fact.FIRST, n, flags=CLOSED | ON), closed), (count(Fact.FIRST, n, flags=ON), visitors)
            ),
            back=share_of(back, visitors),
            steps=self._steps(n, closed, visitors),
            goals=self._goals([n], 0),
            next=share_of(with_next, visitors),
            fit=share_of(sum(count(Fact.FIRST, n, b) for b in expected), with_next) if expected else None,
            next_ms=_spread(self.facts.value(Fact.NEXT_MS, n)),
            engaged_ms=_spread(self.facts.engaged.get(n, Count(0))),
            frustration=Frustration(
                *(share_of(count(Fact.TROUBLE, n, int(kind)), visitors) for kind in Trouble),
            ),
        )

    def stage(self, stage: int) -> StageFigures:
        count = self.facts.count
        of_stage = [n for n in self.course.touchpoints if self.course.stage_of[n] == stage]
        visitors, closed, on, on_closed = (
            sum(count(Fact.FIRST, n, flags=OPENS | flags) for n in of_stage) for flags in (0, CLOSED, ON, CLOSED | ON)
        )
        return StageFigures(
            visitors=visitors,
            forward=window_share((on_closed, closed), (on, visitors)),
            completed=self._completed(of_stage, closed, visitors) if len(of_stage) > 1 else None,
            goals=self._goals(of_stage, OPENS),
            on_ms=_spread(self.facts.value(Fact.ON_MS, stage + 1)),
            until_ms={
                later: _spread(self.facts.value(Fact.BETWEEN_MS, stage + 1, later + 1))
                for later in range(stage + 1, self.stages)
                if later in self.course.stage_of[1:]
            },
        )

    def goal(self, number: int) -> GoalOfJourney:
        return GoalOfJourney(
            share_of(self.facts.count(Fact.REACHED, 0, number), self.visitors),
            _spread(self.facts.value(Fact.STEPS, 0, number)),
        )

    def whole(self) -> WholeDuration | None:
        if self.course.main_goal is None:
            return None
        closed, all_ = (self.facts.count(Fact.BEGUN, flags=flags) for flags in (CLOSED, 0))
        return WholeDuration(
            goal=self.course.goals[self.course.main_goal].id,
            visitors=all_,
            closed=_spread(self.facts.value(Fact.WHOLE_MS, flags=CLOSED)),
            so_far=_spread(self.facts.value(Fact.WHOLE_MS)),
            left_out=all_ - closed,
        )

    def _steps(self, a: int, closed: int, visitors: int) -> dict[int, StepShare]:
        count, others = self.facts.count, self.facts.others(Fact.STEP, a)
        later, following = (
            window_shares(
                [(count(fact, a, b, CLOSED | flags), closed) for b in others],
                [(count(fact, a, b, flags), visitors) for b in others],
            )
            for fact, flags in ((Fact.STEP, 0), (Fact.FIRST, SOON))
        )
        return {b: StepShare(*both) for b, *both in zip(others, later, following, strict=True)}

    def _completed(self, of_stage: Sequence[int], closed: int, visitors: int) -> WindowShare:
        """Those whose first touch of the stage was its last touchpoint, or who came there later."""
        count, last = self.facts.count, of_stage[-1]

        def came(flags: int) -> int:
            later = sum(count(Fact.STEP, n, last, OPENS | flags) for n in of_stage if n != last)
            return later + count(Fact.FIRST, last, flags=OPENS | flags)

        return window_share((came(CLOSED), closed), (came(0), visitors))

    def _goals(self, touchpoints: Sequence[int], flags: int) -> dict[str, WindowShare]:
        """Goals reached at or after the first hit. `flags`: OPENS where the touchpoints are those of a stage."""
        count = self.facts.count

        def both(fact: Fact, b: int | None) -> tuple[int, int]:
            closed, all_ = (sum(count(fact, n, b, flags | more) for n in touchpoints) for more in (CLOSED, 0))
            return closed, all_

        closed, visitors = both(Fact.FIRST, None)
        made = {}
        for number, goal in enumerate(self.course.goals):
            reached_closed, reached = both(Fact.GOAL, number)
            made[goal.id] = window_share((reached_closed, closed), (reached, visitors))
        return made


def window_share(closed: tuple[int, int], everyone: tuple[int, int]) -> WindowShare:
    """The share of (visitors, of) whose window has closed; `everyone` whatever their window."""
    return window_shares([closed], [everyone])[0]


def window_shares(closed: Sequence[tuple[int, int]], everyone: Sequence[tuple[int, int]]) -> list[WindowShare]:
    """Several at once, which takes a tenth of the time: a touchpoint has a step to most others."""
    shares, so_far = (_shares(pairs) for pairs in (closed, everyone))
    left_out = [all_ - known for (_, known), (_, all_) in zip(closed, everyone, strict=True)]
    return [
        WindowShare(share, out, None if share else until_now)
        for share, out, until_now in zip(shares, left_out, so_far, strict=True)
    ]


def _shares(pairs: Sequence[tuple[int, int]]) -> list[ShareOf | None]:
    visitors, of = np.array(pairs, np.int64).reshape(-1, 2).T
    return shares_of(visitors, of)


def _spread(count: Count) -> Spread:
    return Spread(count.n, count.median if count.n else None, count.p90 if count.n else None)
