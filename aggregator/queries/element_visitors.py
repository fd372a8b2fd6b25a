"""Distinct visitors of each element, counted in the engine: in all, with a dead click, and with a rage burst."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from aggregator.queries.bursts import FIRST, bursts_sql
from aggregator.queries.cells import CellColumns, InDetail, cell_columns
from aggregator.queries.conditions import Condition, Where
from aggregator.queries.fold_memory import memory
from aggregator.queries.folded_visitors import NO_DAY, returning_uses_sql
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


@dataclass(frozen=True)
class FoundVisitors:
    """Visitors of each element, i64[M] each: in all, with a dead click, and with a burst. Of folded days, what is to be
    added to their sums (aggregator/queries/folded_visitors.py)."""

    visitors: Int64
    dead: Int64
    rage: Int64


def read_returning_visitors(store: Store, counted: CountedRecords) -> FoundVisitors:
    """Where no row is read: by how much the sums of the days are too high, as numbers below 0."""
    if not len(counted.record):
        return FoundVisitors(*(np.zeros(counted.elements, np.int64) for _ in range(3)))
    uses, values = _returning_uses(counted)
    kinds = {"visitors": "1", "dead": _is_dead("judged"), "rage": f"bitAnd(flags, {RAGE}) > 0"}
    judged, of_judged = among("record", "judged", counted.record[counted.judged])
    more = ", ".join(f"toInt64(countIf({name}_days > 0)) - sum({name}_days) AS of_{name}" for name in kinds)
    days = ", ".join(f"uniqExactIf(day, {condition}) AS {name}_days" for name, condition in kinds.items())
    c = memory.columns(
        store,
        f"SELECT element, {more} FROM (SELECT element, visitor, {days} FROM ("
        f"SELECT element, visitor, day, flags, {judged} AS judged FROM ({uses})) GROUP BY element, visitor) "
        "GROUP BY element HAVING element >= 0",
        **counted.folds.params | values | of_judged,
    )
    return FoundVisitors(*(_by_element(c, f"of_{name}", counted.elements) for name in kinds))


def read_element_visitors(store: Store, kind: str, where: Where, counted: CountedRecords) -> tuple[Int64, Int64]:
    """(visitors, visitors with a dead click) of each element: i64[M] each."""
    if not len(counted.record):
        return np.zeros(counted.elements, np.int64), np.zeros(counted.elements, np.int64)
    of = cell_columns(kind, counted.detail)
    element, values = _element_sql(of, counted)
    judged, of_judged = among(of.subject, "judged", counted.record[counted.judged])
    dead = f"{MAY_BE_DEAD} AND ({IS_DISABLED} OR {judged})" if kind == "click" else "0"
    rows = where.only(_read_as_rows(counted))
    used = (
        f"SELECT {element} AS element, visitor, toUInt8({dead}) AS is_dead, {NO_DAY} AS fold_day "
        f"FROM {rows.points} WHERE {rows.sql}"
    )
    if counted.folds.ids:
        uses, of_uses = _returning_uses(counted, where)
        on_judged, _ = among("record", "judged", counted.record[counted.judged])
        used += f" UNION ALL SELECT element, visitor, toUInt8({_is_dead(on_judged)}), day FROM ({uses})"
        values |= counted.folds.params | of_uses
    c = store.columns(
        f"SELECT element, {_once('1')} AS visitors, {_once('is_dead')} AS dead_visitors FROM ({used}) "
        "GROUP BY element HAVING element >= 0",
        **rows.params | of.params | values | of_judged,
    )
    return _by_element(c, "visitors", counted.elements), _by_element(c, "dead_visitors", counted.elements)


def read_rage(store: Store, where: Where, counted: CountedRecords, editable: UInt64) -> RageClicks:
    """The bursts of clicks, by the rules of measures.frustration.rage; clicks on the records `editable` are in none.

    Clicks of folded days are left out, and their visitors are those to be added to the sums.
    """
    of = cell_columns("click", counted.detail)
    element, values = _element_sql(_NAMED, counted)
    on_editable, of_editable = among("record", "editable", editable)
    asked = _read_as_rows(counted)
    able = f"{where.sql} AND {BY_HAND} AND NOT {on_editable}" + ("" if len(counted.unfolded) else f" AND {asked.sql}")
    columns = (of.subject, of.cell, of.like, of.x, of.y, "visitor", f"toUInt8({asked.sql})")
    names = ("subject", "cell", "alike", "x", "y", "visitor")
    bursts = bursts_sql(able, columns, f"countIf({asked.sql}) > 0", where.points)
    named = ", ".join(f"one.{FIRST + n} AS {name}" for n, name in enumerate(names))
    raging = (
        f"SELECT {named}, {element} AS element, 1 AS n, {NO_DAY} AS fold_day FROM ({bursts}) "
        f"WHERE one.{FIRST + len(names)} > 0"
    )
    if counted.folds.ids and len(counted.record):
        uses, of_uses = _returning_uses(counted, where)
        nothing = "toUInt64(0), toUInt32(0), toUInt8(0), toFloat32(0), toFloat32(0)"
        raging += f" UNION ALL SELECT {nothing}, visitor, element, 0, day FROM ({uses}) WHERE bitAnd(flags, {RAGE}) > 0"
        values |= counted.folds.params | of_uses
    c = store.columns(
        f"SELECT element, subject, cell, alike, x, y, sum(n) AS clicks, {_once('1')} AS visitors, "
        f"grouping(element) AS of_cell FROM ({raging}) "
        "GROUP BY GROUPING SETS ((element), (subject, cell, alike, x, y))",
        **where.params | of.params | values | of_editable | dict(asked.params),
    )
    by_cell = (c["of_cell"] == 1) & (c["clicks"] > 0)
    on = (c["of_cell"] == 0) & (c["element"] >= 0)
    visitors = _by_element({name: c[name][on] for name in ("element", "visitors")}, "visitors", counted.elements)
    cells = CellNames(*(c[name][by_cell] for name in ("subject", "cell", "alike", "x", "y")))
    return RageClicks(cells, c["clicks"][by_cell].astype(np.int64), visitors)


def _once(condition: str) -> str:
    """Visitors for whom a condition holds, without those whom the sums of the folded days have counted."""
    return (
        f"toInt64(uniqExactIf(visitor, {condition})) "
        f"- uniqExactIf((visitor, fold_day), {condition} AND fold_day != {NO_DAY})"
    )


def _is_dead(judged: str) -> str:
    return f"bitAnd(flags, if({judged}, {DEAD}, {DEAD_DISABLED})) > 0"


def _read_as_rows(counted: CountedRecords) -> Condition:
    """The condition of the points that are read themselves."""
    days = counted.folds.other_days
    if not counted.folds.ids or not len(counted.unfolded):
        return days
    these, values = among("record", "unfolded", counted.unfolded)
    return Condition(f"({days.sql} OR {these})", {**days.params, **values})


def _returning_uses(counted: CountedRecords, rows: Where | None = None) -> tuple[str, dict[str, Any]]:
    """What the visitors who may have been there on several days used on the folded ones, and the values that this binds
    besides those of the folds; `rows`: of the points, if any are read."""
    records, of_records = bound("record", counted.record)
    elements, of_elements = bound("element", counted.element, "Int32")
    unfolded, of_unfolded = among("record", "unfolded", counted.unfolded)
    others = f"SELECT visitor FROM points WHERE {rows.only(counted.folds.other_days).sql}" if rows else ""
    sql = returning_uses_sql(
        counted.folds, f"transform(record, {records}, {elements}, toInt32(-1))", f"NOT {unfolded}", others
    )
    return sql, of_records | of_elements | of_unfolded | (rows.params if rows else {})


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
