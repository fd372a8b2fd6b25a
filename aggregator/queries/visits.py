"""Visits: the views of a visitor with gaps of at most 30 minutes.

They are not stored: a late batch or an import can join two of them. They are made in one pass, by visitor: arrays of
views in order of time, split where the gap is longer.
"""

from __future__ import annotations

from collections.abc import Sequence

GAP_MS = 30 * 60_000
# An expression about one view is named by its place in the tuple of the view, after time (ms) and id.
TIME, VIEW, FIRST_COLUMN = 1, 2, 3


def visits_sql(
    condition: str, firsts: Sequence[str] = (), lasts: Sequence[str] = (), *, kept: Sequence[str] = ()
) -> str:
    """A subquery with one row per view that meets `condition`: view, visitor, time and n, the number of its visit.

    `firsts`: columns of `views` with their value in the visit's first view; `lasts`: `last_` and the column's name,
    with its value in the last one; `kept`: columns with the view's own value. A visit that began before what
    `condition` selects is cut.
    """
    visit = "OVER (PARTITION BY visitor, n ORDER BY time, view)"
    whole = f"{visit[:-1]} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)"
    first = "".join(f", first_value({name}) {visit} AS first_{name}" for name in firsts)
    last = "".join(f", last_value({name}) {whole} AS last_{name}" for name in lasts)
    columns = "".join(f", {name}" for name in dict.fromkeys((*firsts, *lasts, *kept)))
    own = "".join(f", {name}" for name in kept)
    return (
        f"(SELECT view, visitor, time, n{own}{first}{last} FROM (SELECT view, visitor, time{columns}, "
        "sum(begins) OVER (PARTITION BY visitor ORDER BY time, view) AS n FROM ("
        f"SELECT view, visitor, time{columns}, "
        "toUnixTimestamp64Milli(time) - lagInFrame(toUnixTimestamp64Milli(time), 1, 0) "
        "OVER (PARTITION BY visitor ORDER BY time, view ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) "
        f"> {GAP_MS} AS begins FROM views FINAL WHERE {condition})))"
    )


def visit_arrays(rows: str, columns: Sequence[str] = (), of_visitor: Sequence[str] = ()) -> str:
    """A subquery with one row per visitor of `rows`: visitor, `visits` (an array of arrays of tuples: time in ms, view
    and the `columns`), and `of_visitor`, expressions about the visitor.

    `rows` selects view, visitor, ms and the columns. A visit that began before the first row is cut.
    """
    view = ", ".join(("ms", "view", *columns))
    further = "".join(f", {one}" for one in of_visitor)
    return (
        f"SELECT visitor{further}, arraySplit((v, gap) -> gap > {GAP_MS}, views, "
        "arrayDifference(arrayMap(v -> v.1, views))) AS visits "
        f"FROM (SELECT visitor, arraySort(groupArray(({view}))) AS views FROM ({rows}) GROUP BY visitor)"
    )


def visit_count(times: str) -> str:
    """How many visits the views at these times (an array, ms) are."""
    return f"1 + arrayCount(gap -> gap > {GAP_MS}, arrayDifference(arraySort({times})))"
