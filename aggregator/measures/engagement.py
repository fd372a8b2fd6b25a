"""How long visitors were engaged with touchpoints, from the rows of views in any order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aggregator.measures.touch_groups import changes, is_among
from aggregator.shapes.journeys import SHORT_MS
from aggregator.shapes.touch_columns import EngagedViews, Marks, Numbers

PLACES = np.uint64((1 << 10) - 1)  # touchpoints are less than 2^10
# An odd factor near 2^64 / φ spreads numbers over the upper bits, and no two to the same 64 bits (Knuth, TAOCP 6.4).
SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Engagement:
    """`ms[i]`: how long a visitor was engaged with `touchpoint[i]` in all views, one row for each visitor and
    touchpoint. `short_views`: the views with little engagement, sorted."""

    touchpoint: Numbers
    ms: Numbers
    short_views: NDArray[np.uint64]


def engagement_of(views: EngagedViews) -> Engagement:
    """The engagement of each visitor with each touchpoint.

    Rows are grouped by one number: 54 bits of the visitor, spread, and the touchpoint; numpy sorts numbers of 64 bits
    much faster than rows. Two of a million visitors share these bits with a chance of 3 in 100,000; they would count as
    one in the times here.
    """
    if not len(views.view):
        return Engagement(views.touchpoint, views.engaged_ms, views.view)
    key = views.visitor * SPREAD & ~PLACES | views.touchpoint.astype(np.uint64)
    order = np.argsort(key)
    begins = changes(key[order])
    replaced = _replaced(views, order[~(begins & np.append(begins[1:], True))])
    ms = views.engaged_ms.copy()
    ms[replaced] = 0
    is_short = views.engaged_ms < SHORT_MS
    is_short[replaced] = False
    first = np.flatnonzero(begins)
    return Engagement(views.touchpoint[order[first]], np.add.reduceat(ms[order], first), np.sort(views.view[is_short]))


def _replaced(views: EngagedViews, rows: Numbers) -> Numbers:
    """Those of the rows that another row of the same view replaces: of the rows of a view, the one with the most
    engagement is the last. Most views have one row; those of a view are of one visitor and touchpoint."""
    ordered = np.sort(views.view[rows])
    rows = rows[is_among(views.view[rows], ordered[:-1][ordered[1:] == ordered[:-1]])]
    if not len(rows):
        return rows
    rows = rows[np.lexsort((views.engaged_ms[rows], views.view[rows]))]
    is_replaced: Marks = np.append(~changes(views.view[rows])[1:], False)
    return rows[is_replaced]
