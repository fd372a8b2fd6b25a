"""Distinct visitors of each element, counted in the engine: in all, with a dead click, and with a rage burst."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from aggregator.measures.frustration import RAGE_CLICKS, RAGE_GAP, RAGE_PX
from aggregator.queries.cells import CellColumns, InDetail, cell_columns
from aggregator.queries.conditions import Where
from aggregator.queries.id_lists import among, bound
from aggregator.queries.point_sql import BY_HAND, IS_ANSWERED, IS_DISABLED, MAY_BE_DEAD
from aggregator.shapes.columns import Float32, Int32, Int64, UInt8, UInt32, UInt64
from store.client import Store


@dataclass(frozen=True)
class CellNames:
    """N cells by `subject` (the record, or the key of a record that is not known), `cell`, `like`, `x` and `y`."""

    subject: UInt64
    cell: UInt32
    like: UInt8
    x: Float32
    y: Float32


@dataclass(frozen=True)
class CountedRecords:
    """Which points count for which of the M `elements` of a layout.

    `record` u64[R] → `element` i32[R]; a record that is not known is there by its key. `judged` u64: those whose
    clicks may be dead. Of those in `partial`, only the points in the cells `drawn` count. `detail`: what the sample
    was asked in detail.
    """

    elements: int
    record: UInt64
    element: Int32
    judged: UInt64
    partial: UInt64
    drawn: CellNames
    detail: InDetail | None


@dataclass(frozen=True)
class RageClicks:
    """Clicks of bursts: `n` i64[K] of them by cell; `visitors` i64[M] with one by element."""

    cells: CellNames
    n: Int64
    visitors: Int64


def read_element_visitors(store: Store, kind: str, where: Where, counted: CountedRecords) -> tuple[Int64, Int64]:
    """(visitors, visitors with a dead click) of each element: i64[M] each."""
    if not len(counted.record):
        return np.zeros(counted.elements, np.int64), np.zeros(counted.elements, np.int64)
    of = cell_columns(kind, counted.detail)
    element, values = _element_sql(of, counted)
    judged, of_judged = among(of.subject, "judged", counted.judged)
    dead = f"uniqExactIf(visitor, {MAY_BE_DEAD} AND ({IS_DISABLED} OR {judged}))" if kind == "click" else "0"
    c = store.columns(
        f"SELECT {element} AS element, uniqExact(visitor) AS visitors, {dead} AS dead_visitors "
        f"FROM points WHERE {where.sql} GROUP BY element HAVING element >= 0",
        **where.params,
        **of.params,
        **values,
        **of_judged,
    )
    return _by_element(c, "visitors", counted.elements), _by_element(c, "dead_visitors", counted.elements)


def read_rage(store: Store, where: Where, counted: CountedRecords, editable: UInt64) -> RageClicks:
    """The bursts of clicks, by the rules of measures.frustration.rage; clicks on the records `editable` are in none."""
    of = cell_columns("click", counted.detail)
    element, values = _element_sql(_NAMED, counted)
    on_editable, of_editable = among("record", "editable", editable)
    able = f"{where.sql} AND {BY_HAND} AND NOT {on_editable}"
    follows = f"b.1 - a.1 < {RAGE_GAP} AND (b.2 - a.2) * (b.2 - a.2) + (b.3 - a.3) * (b.3 - a.3) <= {RAGE_PX**2}"
    # Only views with enough clicks, not all answered; three of them must also be close in time.
    views = (
        f"SELECT view FROM points WHERE {able} GROUP BY view HAVING count() >= {RAGE_CLICKS} "
        f"AND countIf({IS_ANSWERED}) < count() AND (count() > {RAGE_CLICKS} "
        f"OR max(toUnixTimestamp64Milli(time)) - min(toUnixTimestamp64Milli(time)) < {2 * RAGE_GAP})"
    )
    clicks = (
        "SELECT arraySort(c -> (c.1, c.2, c.3), groupArray((toUnixTimestamp64Milli(time), toInt64(page_x), "
        f"toInt64(page_y), {IS_ANSWERED}, {of.subject}, {of.cell}, {of.like}, {of.x}, {of.y}, visitor))) AS clicks, "
        f"arraySplit((c, begins) -> begins, clicks, arrayPushFront(arrayMap((a, b) -> NOT ({follows}), "
        "arrayPopBack(clicks), arrayPopFront(clicks)), 1)) AS bursts "
        f"FROM points WHERE {able} AND view GLOBAL IN ({views}) GROUP BY view"
    )
    raging = (
        f"SELECT one.5 AS subject, one.6 AS cell, one.7 AS alike, one.8 AS x, one.9 AS y, one.10 AS visitor "
        f"FROM (SELECT arrayJoin(arrayFlatten(arrayFilter(burst -> length(burst) >= {RAGE_CLICKS} "
        f"AND NOT arrayAll(c -> c.4, burst), bursts))) AS one FROM ({clicks}))"
    )
    c = store.columns(
        f"SELECT {element} AS element, subject, cell, alike, x, y, count() AS n, uniqExact(visitor) AS visitors, "
        f"grouping(element) AS of_cell FROM ({raging}) "
        "GROUP BY GROUPING SETS ((element), (subject, cell, alike, x, y))",
        **where.params,
        **of.params,
        **values,
        **of_editable,
    )
    by_cell = c["of_cell"] == 1
    on = ~by_cell & (c["element"] >= 0)
    visitors = _by_element({name: c[name][on] for name in ("element", "visitors")}, "visitors", counted.elements)
    named = CellNames(*(c[name][by_cell] for name in ("subject", "cell", "alike", "x", "y")))
    return RageClicks(named, c["n"][by_cell].astype(np.int64), visitors)


_NAMED = CellColumns("subject", "cell", "alike", "x", "y", {})  # as `raging` names them


def _by_element(columns: dict[str, Any], name: str, size: int) -> Int64:
    found = np.zeros(size, np.int64)
    found[columns["element"]] = columns[name]
    return found


def _element_sql(of: CellColumns, counted: CountedRecords) -> tuple[str, dict[str, Any]]:
    """The element that a point counts for, -1 for none, and the values that this binds besides those of `of`."""
    if not len(counted.record):
        return "toInt32(-1)", {}
    records, of_records = bound("record", counted.record)
    elements, of_elements = bound("element", counted.element, "Int32")
    sql, values = f"transform({of.subject}, {records}, {elements}, toInt32(-1))", of_records | of_elements
    if not len(counted.partial):
        return sql, values
    is_partial, of_partial = among(of.subject, "partial", counted.partial)
    drawn = counted.drawn
    arrays = [
        bound("drawn_subject", drawn.subject),
        bound("drawn_cell", drawn.cell, "UInt32"),
        bound("drawn_like", drawn.like, "UInt8"),
    ]
    for _, bounds in arrays:
        values |= bounds
    is_drawn = (
        f"({of.subject}, {of.cell}, {of.like}) GLOBAL IN (SELECT one.1, one.2, one.3 FROM "
        f"(SELECT arrayJoin(arrayZip({', '.join(array for array, _ in arrays)})) AS one))"
    )
    return f"if({is_partial} AND NOT {is_drawn}, toInt32(-1), {sql})", values | of_partial
