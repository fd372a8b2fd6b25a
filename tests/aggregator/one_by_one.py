"""The figures of a map counted point by point: what the engine's answers are compared with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aggregator.measures import elements_table
from aggregator.measures.elements_table import ElementCounts, ElementRow, counts_for
from aggregator.measures.frustration import EDITABLE, UNJUDGED, dead, pressed_tag, rage
from aggregator.placing.projection import Placed
from aggregator.shapes.columns import Int32, Int64, Mask
from aggregator.shapes.points import Points
from aggregator.shapes.records import Records
from store.flags import DRAGGED
from store.layouts import Layout


def judge(
    points: Points, records: Records, counted: Int32 | None = None, tags: Sequence[str] = ()
) -> tuple[Mask, Mask]:
    """(dead, rage) of each point; hovers are neither.

    `counted` (i32[N], -1 for none) is the element of a layout that each point counts for, and `tags` are that
    layout's: a path whose anchor lies inside a label does not say that it is in one.
    """
    if points.kind != "click":
        nothing = np.zeros(len(points), bool)
        return nothing, nothing.copy()
    of_record = [pressed_tag(path) for path in records.paths] + [""]
    at = records.locate(points.record)
    unjudged, editable = (np.array([tag in tags for tag in of_record], bool)[at] for tags in (UNJUDGED, EDITABLE))
    if counted is not None:
        unjudged |= np.array([tag in UNJUDGED for tag in tags] + [False], bool)[counted]
    return dead(points, unjudged), rage(points, editable)


def visitors_per_element(points: Points, placed: Placed, layout: Layout) -> Int64:
    """Distinct visitors with a point that counts for each element: i64[M]."""
    return _distinct(points, counts_for(placed, layout), len(layout), np.ones(len(points), bool))


def element_table(
    points: Points, placed: Placed, layout: Layout, exposed: int, dead: Mask, rage: Mask
) -> list[ElementRow]:
    """The rows of the elements, most visitors first."""
    at, m = counts_for(placed, layout), len(layout)
    on = np.flatnonzero(at >= 0)
    counts = ElementCounts(
        n=np.bincount(at[on], minlength=m),
        dragged=np.bincount(at[on], (points.flags[on] & DRAGGED) > 0, m).astype(np.int64),
        weight=np.bincount(at[on], points.weight[on], m),
        visitors=visitors_per_element(points, placed, layout),
        dead=_distinct(points, at, m, dead),
        rage=_distinct(points, at, m, rage),
    )
    return elements_table.element_table(counts, layout, points.kind, exposed)


def _distinct(points: Points, at: Int32, elements: int, which: Mask) -> Int64:
    seen: list[set[int]] = [set() for _ in range(elements)]
    for element, visitor, counts in zip(at.tolist(), points.visitor.tolist(), which.tolist(), strict=True):
        if element >= 0 and counts:
            seen[element].add(visitor)
    return np.array([len(visitors) for visitors in seen], np.int64)
