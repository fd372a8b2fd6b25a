"""Distinct visitors of each element, counted in the engine: in all, with a dead click, and with a rage burst."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from aggregator.queries.bursts import FIRST, bursts_sql
from aggregator.queries.cells import CellColumns, InDetail, cell_columns
from aggregator.queries.conditions import Condition, Where
from aggregator.queries.folds import DEAD, DEAD_DISABLED, RAGE, Folds
from aggregator.queries.id_lists import among, bound
from aggregator.queries.point_sql import BY_HAND, IS_DISABLED, MAY_BE_DEAD
from aggregator.shapes.columns import Float32, Int32, Int64, Mask, UInt8, UInt32, UInt64
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

    `record` u64[R] → `element` i32[R]; a record that is not known is there by its key. `judged`: whose clicks may be
    dead. Of those in `partial`, only the points in the cells `drawn` count. `detail`: what the sample was asked in
    detail. `folds`: what is read in place of rows, except of the records `unfolded`.
    """

    elements: int
    record: UInt64
    element: Int32
    judged: Mask
    partial: UInt64
    drawn: CellNames
    detail: InDetail | None
    folds: Folds
    unfolded: UInt64

    @property
    def only_folds(self) -> bool:
        """Whether no row is read."""
        return self.folds.complete and not len(self.unfolded)


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
    if counted.only_folds:
        return _kept_visitors(store, counted, f"bitAnd(flags, if({_JUDGED}, {DEAD}, {DEAD_DISABLED})) > 0")
    of = cell_columns(kind, counted.detail)
    element, values = _element_sql(of, counted)
    judged, of_judged = among(of.subject, "judged", counted.record[counted.judged])
    dead = f"{MAY_BE_DEAD} AND ({IS_DISABLED} OR {judged})" if kind == "click" else "0"
    rows = where.only(_read_as_rows(counted))
    used = f"SELECT {element} AS element, visitor, toUInt8({dead}) AS is_dead FROM {rows.points} WHERE {rows.sql}"
    if counted.folds.ids:
        on_judged, _ = among("record", "judged", counted.record[counted.judged])
        used += f" UNION ALL {_folded_ids(counted, f'bitAnd(flags, if({on_judged}, {DEAD}, {DEAD_DISABLED})) > 0')}"
    of_folds = counted.folds.params if counted.folds.ids else {}
    c = store.columns(
        "SELECT element, uniqExact(visitor) AS visitors, uniqExactIf(visitor, is_dead) AS dead_visitors "
        f"FROM ({used}) GROUP BY element HAVING element >= 0",
        **rows.params | of.params | values | of_judged | of_folds,
    )
    return _by_element(c, "visitors", counted.elements), _by_element(c, "dead_visitors", counted.elements)


def read_rage(store: Store, where: Where, counted: CountedRecords, editable: UInt64) -> RageClicks:
    """The bursts of clicks, by the rules of measures.frustration.rage; clicks on the records `editable` are in none.

    Clicks of folded days are left out, and of their visitors only those that are kept by their ids are counted.
    """
    if counted.only_folds:
        _, visitors = _kept_visitors(store, counted, f"bitAnd(flags, {RAGE}) > 0")
        return RageClicks(_NO_CELLS, np.zeros(0, np.int64), visitors)
    of = cell_columns("click", counted.detail)
    element, values = _element_sql(_NAMED, counted)
    on_editable, of_editable = among("record", "editable", editable)
    asked = _read_as_rows(counted)
    able = f"{where.sql} AND {BY_HAND} AND NOT {on_editable}" + ("" if len(counted.unfolded) else f" AND {asked.sql}")
    columns = (of.subject, of.cell, of.like, of.x, of.y, "visitor", f"toUInt8({asked.sql})")
    names = ("subject", "cell", "alike", "x", "y", "visitor")
    bursts = bursts_sql(able, columns, f"countIf({asked.sql}) > 0", where.points)
    named = ", ".join(f"one.{FIRST + n} AS {name}" for n, name in enumerate(names))
    raging = f"SELECT {named}, {element} AS element, 1 AS n FROM ({bursts}) WHERE one.{FIRST + len(names)} > 0"
    if counted.folds.ids and len(counted.record):
        ids = _folded_ids(counted, f"bitAnd(flags, {RAGE}) > 0")
        nothing = "toUInt64(0), toUInt32(0), toUInt8(0), toFloat32(0), toFloat32(0)"
        raging += f" UNION ALL SELECT {nothing}, visitor, element, 0 FROM ({ids}) WHERE is_dead"
    of_folds = counted.folds.params if counted.folds.ids else {}
    c = store.columns(
        "SELECT element, subject, cell, alike, x, y, sum(n) AS clicks, uniqExact(visitor) AS visitors, "
        f"grouping(element) AS of_cell FROM ({raging}) "
        "GROUP BY GROUPING SETS ((element), (subject, cell, alike, x, y))",
        **where.params | of.params | values | of_editable | dict(asked.params) | of_folds,
    )
    by_cell = (c["of_cell"] == 1) & (c["clicks"] > 0)
    on = (c["of_cell"] == 0) & (c["element"] >= 0)
    visitors = _by_element({name: c[name][on] for name in ("element", "visitors")}, "visitors", counted.elements)
    cells = CellNames(*(c[name][by_cell] for name in ("subject", "cell", "alike", "x", "y")))
    return RageClicks(cells, c["clicks"][by_cell].astype(np.int64), visitors)


_JUDGED = "{on_judged}"
_NO_PLACE = np.zeros(0, np.float32)
_NO_CELLS = CellNames(np.zeros(0, np.uint64), np.zeros(0, np.uint32), np.zeros(0, np.uint8), _NO_PLACE, _NO_PLACE)


def _kept_visitors(store: Store, counted: CountedRecords, condition: str) -> tuple[Int64, Int64]:
    """By element, of the visitors of folded days that are kept by their ids: all, and those with the condition."""
    if not len(counted.record):
        return np.zeros(counted.elements, np.int64), np.zeros(counted.elements, np.int64)
    judged, of_judged = among("record", "judged", counted.record[counted.judged])
    _, values = _element_sql(_NAMED, counted)
    c = store.columns(
        "SELECT element, uniqExact(visitor) AS visitors, uniqExactIf(visitor, is_dead) AS with_condition "
        f"FROM ({_folded_ids(counted, condition.replace(_JUDGED, judged))}) GROUP BY element HAVING element >= 0",
        **counted.folds.params | values | of_judged,
    )
    return _by_element(c, "visitors", counted.elements), _by_element(c, "with_condition", counted.elements)


def _read_as_rows(counted: CountedRecords) -> Condition:
    """The condition of the points that are read themselves."""
    days = counted.folds.other_days
    if not counted.folds.ids or not len(counted.unfolded):
        return days
    these, values = among("record", "unfolded", counted.unfolded)
    return Condition(f"({days.sql} OR {these})", {**days.params, **values})


def _folded_ids(counted: CountedRecords, condition: str) -> str:
    """`element`, `visitor` and `is_dead` (the condition of the flags) of the visitors of folded days that are kept by
    their ids. Its values are those of `_element_sql`, `_read_as_rows` and the folds."""
    records, _ = bound("record", counted.record)
    elements, _ = bound("element", counted.element, "Int32")
    unfolded, _ = among("record", "unfolded", counted.unfolded)
    return (
        f"SELECT transform(record, {records}, {elements}, toInt32(-1)) AS element, id AS visitor, "
        f"toUInt8({condition}) AS is_dead FROM folded_records ARRAY JOIN ids AS id, id_flags AS flags "
        f"WHERE {counted.folds.sql} AND NOT {unfolded}"
    )


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
