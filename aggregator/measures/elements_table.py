"""The table beside the map: the share of visitors who used each element."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import wilson
from aggregator.placing.projection import OWN, TWIN, Placed
from aggregator.shapes.columns import Int32, Int64, Mask
from aggregator.shapes.points import Points
from store.flags import DRAGGED
from store.layouts import Layout


@dataclass(frozen=True)
class ElementRow:
    """One element of the layout that was used; a control (link, button, field …) stands for everything in it.

    `share` = `visitors` ÷ `of` (exposed visitors), `low` to `high` its 95 % Wilson interval.
    `visitors` clicked it (in a hover map: rested on it); `dead` and `rage` are those of them with
    such a click, `dead_share` and `rage_share` their shares of `visitors`; `dwell_ms` is the mean per
    visitor of a hover map. `dragged` of the `clicks` are drags. `in_view`: of those who had it in view (None where
    nobody measured that), `with_mouse`: of those who can point at things (None unless it is a hover map).
    """

    index: int
    key: int
    path: str
    name: str
    clicks: int
    dragged: int
    visitors: int
    share: float
    low: float
    high: float
    of: int
    dead: int
    dead_share: float
    rage: int
    rage_share: float
    dwell_ms: float
    x: float
    y: float
    w: float
    h: float
    in_view: ShareOf | None = None
    with_mouse: ShareOf | None = None


def on_itself(placed: Placed) -> Mask:
    """Points placed on the element they were made on (rungs own and twin)."""
    return np.asarray((placed.rung == OWN) | (placed.rung == TWIN), bool)


def counts_for(placed: Placed, layout: Layout) -> Int32:
    """The element that each point counts for (i32[N], -1 none): the control (link, button, field …) that it was made
    on or in, otherwise the element itself. Points on an ancestor or the page count for none."""
    itself = np.append(np.where(layout.control >= 0, layout.control, np.arange(len(layout))), -1)
    return np.where(on_itself(placed), itself[placed.element], -1).astype(np.int32)


def visitors_per_element(points: Points, placed: Placed, layout: Layout) -> Int64:
    """Distinct visitors with a point that counts for each element: i64[M]."""
    at = counts_for(placed, layout)
    on = at >= 0
    return _distinct(at[on], np.unique(points.visitor[on], return_inverse=True)[1], len(layout))


def _distinct(element: Int32, visitor: Int64, elements: int) -> Int64:
    """Distinct visitors (numbers from 0) per element."""
    people = int(visitor.max(initial=0)) + 1
    pairs = np.sort(element.astype(np.int64) * people + visitor)
    distinct = pairs[np.flatnonzero(np.diff(pairs, prepend=-1))]
    return np.bincount(distinct // people, minlength=elements).astype(np.int64)


def element_table(
    points: Points, placed: Placed, layout: Layout, exposed: int, dead: Mask, rage: Mask
) -> list[ElementRow]:
    """Rows of the elements that points count for, most visitors first."""
    m = len(layout)
    if not m or not len(points):
        return []
    counted = counts_for(placed, layout)
    on = np.flatnonzero(counted >= 0)
    at, dead, rage = counted[on], dead[on], rage[on]
    visitor = np.unique(points.visitor[on], return_inverse=True)[1]
    visitors = _distinct(at, visitor, m)
    dead_visitors = _distinct(at[dead], visitor[dead], m)
    rage_visitors = _distinct(at[rage], visitor[rage], m)
    count = np.bincount(at, minlength=m)
    dragged = np.bincount(at[(points.flags[on] & DRAGGED) > 0], minlength=m)
    weight = np.bincount(at, points.weight[on], m)
    hover = points.kind == "hover"
    used = np.flatnonzero(visitors)
    used = used[np.lexsort((used, -count[used], -visitors[used]))]
    # A view begun before midnight belongs to the previous day, its later points to this one.
    of = max(exposed, int(visitors.max(initial=0)))
    low, high = wilson(visitors[used], of)
    return [
        ElementRow(
            index=i,
            key=int(layout.keys[i]),
            path=layout.paths[i],
            name=layout.names[i],
            clicks=0 if hover else int(count[i]),
            dragged=int(dragged[i]),
            visitors=int(visitors[i]),
            share=float(visitors[i] / of),
            low=float(low[n]),
            high=float(high[n]),
            of=of,
            dead=int(dead_visitors[i]),
            dead_share=float(dead_visitors[i] / visitors[i]),
            rage=int(rage_visitors[i]),
            rage_share=float(rage_visitors[i] / visitors[i]),
            dwell_ms=float(weight[i] / visitors[i]) if hover else 0.0,
            x=float(layout.x[i]),
            y=float(layout.y[i]),
            w=float(layout.w[i]),
            h=float(layout.h[i]),
        )
        for n, i in enumerate(used.tolist())
    ]
