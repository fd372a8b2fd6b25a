"""Clicks of rage bursts as SQL, by the rules of measures.frustration.rage."""

from __future__ import annotations

from collections.abc import Sequence

from aggregator.measures.frustration import RAGE_CLICKS, RAGE_GAP, RAGE_PX
from aggregator.queries.point_sql import IS_ANSWERED

FIRST = 5  # place in the tuple of the first column that was asked for


def bursts_sql(able: str, columns: Sequence[str], having: str = "", points: str = "points") -> str:
    """A query of `one`, a tuple for each click of a burst; the `columns` are from its place FIRST on.

    `able`: the condition of the clicks in the table `points` that can be part of one. `having`: of the views that are
    looked at.
    """
    follows = f"b.1 - a.1 < {RAGE_GAP} AND (b.2 - a.2) * (b.2 - a.2) + (b.3 - a.3) * (b.3 - a.3) <= {RAGE_PX**2}"
    ms = "toUnixTimestamp64Milli(time)"
    # Only views with enough clicks that follow each other closely, not all answered: one in a hundred is left.
    views = (
        f"SELECT view FROM {points} WHERE {able} GROUP BY view HAVING count() >= {RAGE_CLICKS} "
        f"AND countIf({IS_ANSWERED}) < count() AND arrayCount(gap -> gap < {RAGE_GAP}, "
        f"arrayPopFront(arrayDifference(arraySort(groupArray({ms}))))) >= {RAGE_CLICKS - 1}"
        + (f" AND {having}" if having else "")
    )
    clicks = (
        f"SELECT arraySort(c -> (c.1, c.2, c.3), groupArray(({ms}, toInt64(page_x), toInt64(page_y), {IS_ANSWERED}, "
        f"{', '.join(columns)}))) AS clicks, arraySplit((c, begins) -> begins, clicks, arrayPushFront(arrayMap("
        f"(a, b) -> NOT ({follows}), arrayPopBack(clicks), arrayPopFront(clicks)), 1)) AS bursts "
        f"FROM {points} WHERE {able} AND view GLOBAL IN ({views}) GROUP BY view, day"
    )
    return (
        f"SELECT arrayJoin(arrayFlatten(arrayFilter(burst -> length(burst) >= {RAGE_CLICKS} "
        f"AND NOT arrayAll(c -> c.4, burst), bursts))) AS one FROM ({clicks})"
    )
