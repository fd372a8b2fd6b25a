"""What followed the first hits of touchpoints and stages, from the touches of some visitors in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.measures.fact_codes import MOST, by_number, code_of
from aggregator.measures.slice_visits import VisitedTouches
from aggregator.measures.touch_groups import changes, distinct, firsts, next_begins
from aggregator.shapes.journeys import CLOSED, COARSE_PAGE, ON, OPENS, SOON, Course, Fact, Moment
from aggregator.shapes.touch_columns import Marks, Numbers

TABLE = 1 << 22  # cells: of hits and touchpoints that are looked at together
MS_BITS = 44
LAST_MS = (1 << MS_BITS) - 1


@dataclass(frozen=True)
class Way:
    """The touches that touched a touchpoint. `stage`: from 1; `timed`: whether more than the day is known."""

    visitor: Numbers
    ms: Numbers
    touchpoint: Numbers
    stage: Numbers
    selected: Marks
    timed: Marks

    def __len__(self) -> int:
        return len(self.ms)

    @cached_property
    def ends(self) -> Numbers:
        """For each touch, the place after the visitor's last one."""
        return next_begins(changes(self.visitor))

    @cached_property
    def times(self) -> Numbers:
        """Visitor and ms as one number, which never decreases."""
        return times_of(self.visitor, self.ms)


def way_of(found: VisitedTouches, course: Course) -> Way:
    rows = np.flatnonzero(found.touches.touchpoint)
    touchpoint = found.touches.touchpoint[rows]
    stage = np.asarray(course.stage_of, dtype=np.int32)[touchpoint] + 1
    timed = found.touches.page_hash[rows] != COARSE_PAGE
    return Way(found.visitor[rows], found.touches.ms[rows], touchpoint, stage, found.touches.selected[rows], timed)


def times_of(visitor: Numbers, ms: Numbers) -> Numbers:
    """Visitors and ms as one number."""
    return visitor.astype(np.int64) << MS_BITS | ms


class FirstHits:
    """The first hits of touchpoints by visitors: columns of one length, in order of the way. `after` is the place in
    the way of the first touch that is later in time, at most `end`, where the visitor's way ends; `last` the last ms of
    the window; `base` the flags CLOSED and OPENS."""

    def __init__(self, way: Way, visitors: int, course: Course, moment: Moment) -> None:
        self.way = way
        self._places, self._stages, self._visitors = len(course.stage_of), max(course.stage_of) + 2, visitors
        selected = np.flatnonzero(way.selected)
        key = way.visitor[selected] * self._places + way.touchpoint[selected]
        first = selected[firsts(key, visitors * self._places)]
        self.visitor, self.touchpoint = way.visitor[first], way.touchpoint[first]
        self.stage, self.ms, self.timed = way.stage[first], way.ms[first], way.timed[first]
        window = np.asarray([0, *course.windows_ms], dtype=np.int64)[self.stage]
        self.opens = firsts(self.visitor * self._stages + self.stage, visitors * self._stages)
        self.closed = self.ms + window <= moment.now
        self.last = np.minimum(self.ms + window, LAST_MS)
        self.base = self.closed * CLOSED + self.opens * OPENS
        self.after = next_begins(changes(way.visitor, way.ms))[first]
        self.end = way.ends[first]

    def codes(self) -> Iterator[Numbers]:
        """Facts without a value."""
        there, next_place = self._next
        next_touchpoint = np.where(there, self._at(self.way.touchpoint, next_place), 0)
        soon = there & (self._at(self.way.ms, next_place) <= self.last)
        flags = self.base + ON * self._on + SOON * soon
        yield code_of(Fact.FIRST, self.touchpoint, next_touchpoint, flags)
        yield from self._steps()

    def values(self) -> Iterator[tuple[int, Numbers]]:
        """The codes of facts with a value, with the values of each."""
        there, place = self._next
        there = there & self.timed & self._at(self.way.timed, place)
        waits = self.way.ms[place[there]] - self.ms[there]
        for touchpoint, some in by_number(self.touchpoint[there], waits):
            yield int(code_of(Fact.NEXT_MS, touchpoint)), some
        place = self._later[1]
        on = self.opens & self.closed & self._on & self.timed & self._at(self.way.timed, place)
        waits = self.way.ms[place[on]] - self.ms[on]
        for stage, some in by_number(self.stage[on], waits):
            yield int(code_of(Fact.ON_MS, stage)), some
        yield from self._between()

    def had(self, troubles: Numbers) -> Numbers:
        """Those of the troubles (`trouble_keys`) that are at a touchpoint which the visitor hit, as codes."""
        hit = np.zeros((self._visitors, self._places), dtype=bool)
        hit[self.visitor, self.touchpoint] = True
        at_hits = troubles[hit[troubles >> 13, troubles >> 3 & 1023]]
        return code_of(Fact.TROUBLE, at_hits >> 3 & 1023, at_hits & 7)

    def reached(self, goal: int, times: Numbers) -> Numbers:
        """The hits since which a goal was reached within the window, as codes. `times`: of the goal, as `Way.times`."""
        place = np.searchsorted(times, times_of(self.visitor, self.ms))
        known = np.append(times, np.iinfo(np.int64).max)[place] <= times_of(self.visitor, self.last)
        return code_of(Fact.GOAL, self.touchpoint[known], goal, self.base[known])

    @cached_property
    def _next(self) -> tuple[Marks, Numbers]:
        """Whether there is a next touch of another touchpoint, and its place."""
        run_ends = np.append(next_begins(changes(self.way.visitor, self.way.touchpoint)), len(self.way))
        same = self._at(self.way.touchpoint, self.after) == self.touchpoint
        place = np.where(same, run_ends[self.after], self.after)
        return place < self.end, place

    @cached_property
    def _later(self) -> tuple[Marks, Numbers]:
        """Whether there is a touch of a later stage, and the place of the first one."""
        place = np.full(len(self.ms), len(self.way))
        for stage in distinct(self.stage):
            rows = np.flatnonzero(self.stage == stage)
            later = np.flatnonzero(self.way.stage > stage)
            place[rows] = np.append(later, len(self.way))[np.searchsorted(later, self.after[rows])]
        return place < self.end, place

    @cached_property
    def _on(self) -> Marks:
        there, place = self._later
        on: Marks = there & (self._at(self.way.ms, place) <= self.last)
        return on

    def _at(self, column: NDArray[Any], places: Numbers) -> NDArray[Any]:
        """The values at places, -1 or False after the last row."""
        return np.append(column, np.asarray(-1 if column.dtype != bool else False, dtype=column.dtype))[places]

    def _steps(self) -> Iterator[Numbers]:
        """The other touchpoints that were hit after each first hit within its window."""
        lengths = self.end - self.after
        sizes = np.cumsum(lengths + self._places)
        bounds = [0, *np.searchsorted(sizes, np.arange(TABLE, int(sizes[-1]) if len(sizes) else 0, TABLE)), len(sizes)]
        for begin, end in pairwise(map(int, bounds)):
            of = slice(begin, end)
            hit = np.repeat(np.arange(begin, end), lengths[of])
            place = np.arange(len(hit)) + np.repeat(self.after[of] - np.cumsum(lengths[of]) + lengths[of], lengths[of])
            fits = (self.way.ms[place] <= self.last[hit]) & (self.way.touchpoint[place] != self.touchpoint[hit])
            hit, later = hit[fits], self.way.touchpoint[place[fits]]
            new = firsts((hit - begin) * self._places + later, (end - begin) * self._places)
            hit, later = hit[new], later[new]
            yield code_of(Fact.STEP, self.touchpoint[hit], later, self.base[hit])

    def _between(self) -> Iterator[tuple[int, Numbers]]:
        """From the first hit of each stage to the first touch of each later one."""
        way = self.way
        if not len(way):
            return
        begun = np.zeros((self._stages, self._visitors), dtype=np.int64)
        key = way.visitor * self._stages + way.stage
        begin = np.flatnonzero(firsts(key, self._visitors * self._stages))
        begin = begin[way.timed[begin]]
        begun[way.stage[begin], way.visitor[begin]] = way.ms[begin]
        for a in distinct(self.stage).tolist():
            hit = np.flatnonzero(self.opens & self.timed & (self.stage == a))
            for b in range(a + 1, len(begun)):
                waits = begun[b][self.visitor[hit]] - self.ms[hit]
                waits = waits[waits > 0]
                if len(waits):
                    yield int(code_of(Fact.BETWEEN_MS, a, b)), np.minimum(waits, MOST)
