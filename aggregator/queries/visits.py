"""Visits: the views of a visitor with gaps of at most 30 minutes.

They are not stored: a late batch or an import can join two of them. They are made in one pass, by visitor: arrays of
views in order of time, split where the gap is longer.
"""

from __future__ import annotations

from collections.abc import Sequence

GAP_MS = 30 * 60_000
# An expression about one view is named by its place in the tuple of the view, after time (ms) and id.
TIME, VIEW, FIRST_COLUMN = 1, 2, 3


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
