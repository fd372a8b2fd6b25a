"""The facts of a journey (aggregator/shapes/journeys.py names them), counted from touches that the engine sorts.

Visitors are counted slice by slice, so that the memory needed does not grow with the site (docs/decisions/0033).
docs/aggregator.md, "Journeys", defines the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.measures.engagement import Engagement, engagement_of
from aggregator.measures.fact_codes import FactCounts, by_number, code_of, counted, key_of, spreads_of, totals
from aggregator.measures.slice_goals import goal_facts, whole_facts
from aggregator.measures.slice_hits import TABLE, FirstHits, way_of
from aggregator.measures.slice_visits import touch_codes, trouble_keys, visited
from aggregator.queries.conditions import PEOPLE
from aggregator.queries.consent import consenting_sql
from aggregator.queries.journey_rows import (
    IN_RANGE,
    SELECTED_BIT,
    TOUCHPOINT,
    TROUBLE_BITS,
    Rows,
    journey_rows,
    range_values,
)
from aggregator.queries.journey_ways import followed
from aggregator.queries.slices_counted import slices_counted
from aggregator.shapes.journeys import Course, Fact, Facts, Moment
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.touch_columns import BesideTouches, EngagedViews, GoalTimes, TouchColumns, VisitorTroubles
from aggregator.shapes.visitor_ranges import ONE_IN_TEN_VISITORS, VisitorRange
from store.client import Store

# Touches that are read at a time; two slices are in work, so that the engine reads one while the other is counted.
SLICE, AT_ONCE = 500_000, 2
# Views are not sorted by visitor, so that reading those of some visitors reads all: they are read for so many touches.
PART = 4_000_000
MOST_VISITORS = 50_000  # counted at a time, so that the arrays stay small


def read_facts(store: Store, scope: SiteScope, course: Course, claims: Mapping[str, int], now_ms: int) -> Facts:
    """Count the facts of the visitors whom a question selects. `claims`: page → touchpoint."""
    whole, moment = followed(scope, now_ms)
    rows = journey_rows(scope, course, claims, whole, marks_short=False, whose=f"{PEOPLE} AND {IN_RANGE}")
    reader = _FactReader(store, rows, course, moment)
    found = list(reader.counted(ONE_IN_TEN_VISITORS if scope.tenth else VisitorRange()))
    return Facts(
        {key_of(code): count for code, count in totals(found).items()},
        spreads_of([one.engaged for one in found]),
    )


@dataclass(frozen=True)
class _FactReader:
    store: Store
    rows: Rows
    course: Course
    moment: Moment

    def counted(self, visitors: VisitorRange) -> Iterator[FactCounts]:
        """The facts of some visitors after the other."""
        touches = int(self._columns(self.rows.count, visitors)["n"][0])
        parts = visitors.split(-(-touches // PART) or 1)
        slices = -(-touches // len(parts) // SLICE) or 1
        troubles, goals = self._troubles(visitors), self._goals(visitors)
        of = len(parts) * slices
        slices_counted(0, of)
        for n, part in enumerate(parts):
            engagement = self._engagement(part)
            beside = BesideTouches(troubles, goals, engagement.short_views, self._consented(part))
            yield FactCounts(*counted([]), engaged=dict(by_number(engagement.touchpoint, engagement.ms)))
            del engagement  # before touches are read
            for done, facts in enumerate(_each(partial(self._slice, beside), part.split(slices)), n * slices + 1):
                yield from facts
                slices_counted(done, of)

    def _slice(self, beside: BesideTouches, visitors: VisitorRange) -> list[FactCounts]:
        touches = self._touches(visitors)
        parts = touches.parts(min(TABLE // len(self.course.stage_of), MOST_VISITORS))
        return [facts_of(one, beside, self.course, self.moment) for one in parts]

    def _touches(self, visitors: VisitorRange) -> TouchColumns:
        # To merge the parts of the table in its order takes the engine three times as long as sorting.
        order = "ORDER BY visitor, ms, view, mark, page_hash SETTINGS optimize_read_in_order = 0"
        columns = self._columns(f"SELECT * FROM ({self.rows.touches}) {order}", visitors)
        mark = columns["mark"].astype(np.int32)
        return TouchColumns(
            visitor=columns["visitor"],
            ms=columns["ms"].astype(np.int64),
            view=columns["view"],
            touchpoint=mark & TOUCHPOINT,
            selected=(mark >> SELECTED_BIT & 1).astype(bool),
            page_hash=columns["page_hash"],
            entry=columns["entry"].astype(np.int32) & TOUCHPOINT if self.rows.has_entries else np.zeros_like(mark),
        )

    def _engagement(self, visitors: VisitorRange) -> Engagement:
        columns = self._columns(self.rows.engaged, visitors)
        touchpoint, ms = columns["touchpoint"].astype(np.int16), columns["engaged_ms"].astype(np.int64)
        return engagement_of(EngagedViews(columns["visitor"], touchpoint, columns["view"], ms))

    def _troubles(self, visitors: VisitorRange) -> VisitorTroubles:
        columns = self._columns(f"SELECT DISTINCT visitor, trouble FROM ({self.rows.troubles})", visitors)
        trouble = columns["trouble"].astype(np.int64)
        return VisitorTroubles(columns["visitor"], trouble >> TROUBLE_BITS, trouble & (1 << TROUBLE_BITS) - 1)

    def _goals(self, visitors: VisitorRange) -> GoalTimes:
        if not self.rows.goals:
            return GoalTimes(np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int64))
        columns = self._columns(f"SELECT visitor, ms, goal FROM ({self.rows.goals})", visitors)
        return GoalTimes(columns["visitor"], columns["ms"].astype(np.int64), columns["goal"].astype(np.int64))

    def _consented(self, visitors: VisitorRange) -> NDArray[np.uint64]:
        if self.course.main_goal is None:
            return np.empty(0, np.uint64)
        return np.sort(self._columns(consenting_sql(self.rows.people), visitors)["visitor"])

    def _columns(self, sql: str, visitors: VisitorRange) -> dict[str, NDArray[Any]]:
        return self.store.columns(sql, **self.rows.values, **range_values(visitors))


def _each(
    count: Callable[[VisitorRange], list[FactCounts]], slices: Sequence[VisitorRange]
) -> Iterator[list[FactCounts]]:
    """The facts of each slice."""
    if len(slices) == 1:
        yield count(slices[0])
        return
    with ThreadPoolExecutor(AT_ONCE) as pool:  # queries find their limits in the context
        works = [pool.submit(copy_context().run, count, one) for one in slices]
        for work in works:
            yield work.result()


def facts_of(touches: TouchColumns, beside: BesideTouches, course: Course, moment: Moment) -> FactCounts:
    """The facts of some visitors from all their touches."""
    found = visited(touches)
    hits = FirstHits(way_of(found, course), len(found.numbers), course, moment)
    goal_codes, goal_values = goal_facts(found, hits, beside.goals, course, moment)
    whole_codes, whole_values = whole_facts(found, beside, course, moment)
    codes = [
        code_of(Fact.VISITORS, np.zeros(len(found.numbers), dtype=np.int64)),
        touch_codes(found, beside, course, moment),
        hits.had(trouble_keys(found, beside.troubles)),
        *goal_codes,
        whole_codes,
        *hits.codes(),
    ]
    return FactCounts(*counted(codes), dict(hits.values()) | goal_values | whole_values)
