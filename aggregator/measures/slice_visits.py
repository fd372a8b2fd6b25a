"""The visits of some visitors and what was touched in them, from their touches in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from aggregator.measures.fact_codes import code_of
from aggregator.measures.touch_groups import any_of_group, changes, distinct, firsts, is_among
from aggregator.shapes.journeys import (
    BEGINS,
    COARSE_PAGE,
    ENDS,
    NEW,
    QUICK_MS,
    SHORT,
    VISIT_GAP,
    Course,
    Fact,
    Moment,
    Trouble,
)
from aggregator.shapes.touch_columns import BesideTouches, Marks, Numbers, TouchColumns, VisitorTroubles


@dataclass(frozen=True)
class VisitedTouches:
    """The touches of the visitors with one that the question selects. `visitor`: the number of the visitor of each,
    from 0; `begins`: whether it begins a visit; `starts`: of each visitor, the ms of the first one that is selected;
    `numbers`: of each visitor, the number that the store has."""

    touches: TouchColumns
    visitor: Numbers
    begins: Marks
    starts: Numbers
    numbers: NDArray[np.uint64]

    def those(self, numbers: NDArray[np.uint64]) -> tuple[Numbers, Marks]:
        """Which of the store's numbers are those of these visitors, and the numbers that they have here."""
        known = is_among(numbers, self.numbers[self._order])
        return self._order[np.searchsorted(self.numbers, numbers[known], sorter=self._order)], known

    @cached_property
    def _order(self) -> Numbers:
        return np.argsort(self.numbers)


def visited(touches: TouchColumns) -> VisitedTouches:
    """The touches of a question in visits. A row that is there twice counts once; the first view of a visit touches how
    the visit came, if that touchpoint comes before the page's."""
    touches = _some(touches, changes(*vars(touches).values()))
    of_visitor = changes(touches.visitor)
    asked = any_of_group(touches.selected, of_visitor)
    touches = _some(touches, asked[np.cumsum(of_visitor) - 1] if len(asked) else touches.selected)
    of_visitor = changes(touches.visitor)
    visitor = np.cumsum(of_visitor, dtype=np.int32) - 1
    begins = of_visitor.copy()
    begins[1:] |= np.diff(touches.ms) >= VISIT_GAP
    came = begins & (touches.entry > 0) & ((touches.touchpoint == 0) | (touches.entry < touches.touchpoint))
    touches = replace(touches, touchpoint=np.where(came, touches.entry, touches.touchpoint))
    selected = np.flatnonzero(touches.selected)
    starts = touches.ms[selected[changes(visitor[selected])]]
    return VisitedTouches(touches, visitor, begins, starts, touches.visitor[of_visitor])


def _some(touches: TouchColumns, rows: Marks) -> TouchColumns:
    return touches if rows.all() else touches.only(rows)


def touch_codes(found: VisitedTouches, beside: BesideTouches, course: Course, moment: Moment) -> Numbers:
    """A code for each touch in a visit that counts: one that began in the period and has a selected touch."""
    touches, begins = found.touches, found.begins
    first = np.flatnonzero(begins)
    in_period = (touches.ms[first] >= moment.begin) & (touches.ms[first] < moment.end)
    visit = np.cumsum(begins, dtype=np.int32) - 1
    counts = (in_period & any_of_group(touches.selected, begins))[visit] if len(visit) else begins
    ends = np.append(begins[1:], True)[: len(begins)]
    places = len(course.stage_of)
    new = firsts(visit * places + touches.touchpoint, len(first) * places)
    flags = BEGINS * begins + ENDS * ends + NEW * new + SHORT * _short(found, beside, counts & begins & ends)
    return code_of(Fact.TOUCH, touches.touchpoint[counts], flags=flags[counts])


def _short(found: VisitedTouches, beside: BesideTouches, alone: Marks) -> Marks:
    """Which of the views that are `alone` in their visit had little engagement."""
    rows = np.flatnonzero(alone & (found.touches.page_hash > COARSE_PAGE) & (found.touches.touchpoint > 0))
    short = np.zeros(len(alone), dtype=bool)
    short[rows] = is_among(found.touches.view[rows], beside.short_views)
    return short


def trouble_keys(found: VisitedTouches, troubles: VisitorTroubles) -> Numbers:
    """The different troubles of visitors, as (visitor · 2^10 + touchpoint) · 2^3 + kind, those of any kind too."""
    visitor, known = found.those(troubles.visitor)
    places = visitor.astype(np.int64) << 10 | troubles.touchpoint[known]
    quick = _quick_backs(found)
    back = int(Trouble.QUICK_BACK)
    kinds = (places << 3 | troubles.kind[known], places << 3, quick << 3 | back, quick << 3)  # Trouble.ANY is 0
    return distinct(np.concatenate(kinds))


def _quick_backs(found: VisitedTouches) -> Numbers:
    """Where visitors left within QUICK_MS for the page before, as visitor · 2^10 + touchpoint."""
    views = np.flatnonzero(found.touches.page_hash > COARSE_PAGE)
    page, ms, visitor = found.touches.page_hash[views], found.touches.ms[views], found.visitor[views]
    if len(views) < 3:
        return np.empty(0, np.int64)
    back = (page[:-2] == page[2:]) & (page[:-2] != page[1:-1]) & (visitor[:-2] == visitor[2:])
    back &= (ms[2:] - ms[1:-1] < QUICK_MS) & (ms[1:-1] - ms[:-2] < VISIT_GAP)
    left = views[1:-1][back]
    left = left[found.touches.selected[left]]
    places: Numbers = found.visitor[left].astype(np.int64) << 10 | found.touches.touchpoint[left]
    return places
