"""Points counted by cells, in the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aggregator.queries.conditions import Where
from aggregator.queries.id_lists import among
from aggregator.queries.point_sql import IS_DISABLED, IS_DRAGGED, MAY_BE_DEAD, cell_sql, like_sql, spot_sql
from aggregator.shapes.cells import Cells, cells_of
from aggregator.shapes.columns import UInt64
from store.client import Store
from store.layouts import Layout

# A point of an element that is known by its record counts for the record, another one for its key.
_COUNTS = (
    "count() AS n, sum(toFloat64(weight)) AS of_weight, "
    f"countIf({IS_DRAGGED}) AS of_dragged, countIf({MAY_BE_DEAD}) AS of_dead, "
    f"countIf({MAY_BE_DEAD} AND {IS_DISABLED}) AS of_disabled"
)


@dataclass(frozen=True)
class InDetail:
    """Records of which the picture asks more than the cell. `by_key`: they are not known; the key says what they are.

    `by_place`: they are drawn where they were on the page.
    """

    record: UInt64
    layout: Layout
    by_key: UInt64
    by_place: UInt64


def read_cells(store: Store, kind: str, where: Where) -> Cells:
    """All points of a condition, by record and cell. `like`, `x` and `y` are 0: they are not read."""
    c = store.columns(
        f"SELECT record AS its_record, any(key) AS its_key, {cell_sql(kind)} AS cell, {_COUNTS} "
        f"FROM {where.points} WHERE {where.sql} GROUP BY its_record, cell",
        **where.params,
    )
    return _cells(kind, c)


def read_cells_by_key(store: Store, kind: str, where: Where, record: UInt64) -> Cells:
    """The points of records that the store does not know, by the key of their element."""
    condition, values = among("record", "unknown", record)
    c = store.columns(
        f"SELECT any(record) AS its_record, key AS its_key, {cell_sql(kind)} AS cell, {_COUNTS} "
        f"FROM {where.points} WHERE {where.sql} AND {condition} GROUP BY its_key, cell",
        **where.params,
        **values,
    )
    return _cells(kind, c)


@dataclass(frozen=True)
class CellColumns:
    """SQL of what a cell is named by: `subject` (the record, or the key where the record is not known), `cell`, `like`,
    `x` and `y`, with the bound values."""

    subject: str
    cell: str
    like: str
    x: str
    y: str
    params: dict[str, Any]


def cell_columns(kind: str, detail: InDetail | None) -> CellColumns:
    """Of the points of a kind; `like`, `x` and `y` are 0 for records that are not in `detail`."""
    zero = "toFloat32(0)"
    if detail is None:
        return CellColumns("record", cell_sql(kind), "toUInt8(0)", zero, zero, {})
    like, of_layout = like_sql(detail.layout)
    these, of_these = among("record", "detail", detail.record)
    unknown, of_unknown = among("record", "unknown", detail.by_key)
    placed, of_placed = among("record", "placed", detail.by_place)
    x, y = (
        f"if({placed}, {spot_sql(at, side, of)}, {zero})" if len(detail.by_place) else zero
        for at, side, of in (("page_x", "page_w", "picture_w"), ("page_y", "page_h", "picture_h"))
    )
    return CellColumns(
        subject=f"if({unknown}, key, record)" if len(detail.by_key) else "record",
        cell=cell_sql(kind),
        like=f"if({these}, {like}, toUInt8(0))",
        x=x,
        y=y,
        params=of_layout | of_these | of_unknown | of_placed,
    )


def read_cells_in_detail(store: Store, kind: str, where: Where, detail: InDetail) -> Cells:
    """The points of some records, also by how alike page and picture are, and by their place on the page."""
    of = cell_columns(kind, detail)
    these, _ = among("record", "detail", detail.record)
    c = store.columns(
        f"SELECT any(record) AS its_record, any(key) AS its_key, {of.subject} AS subject, {of.cell} AS cell, "
        f"{of.like} AS alike, {of.x} AS x, {of.y} AS y, {_COUNTS} FROM {where.points} "
        f"WHERE {where.sql} AND {these} GROUP BY subject, cell, alike, x, y",
        **where.params,
        **of.params,
    )
    return _cells(kind, c)


def _cells(kind: str, columns: dict[str, Any]) -> Cells:
    c = columns
    return cells_of(
        kind,
        record=c["its_record"],
        key=c["its_key"],
        cell=c["cell"],
        n=c["n"],
        weight=c["of_weight"],
        dragged=c["of_dragged"],
        dead=c["of_dead"],
        dead_disabled=c["of_disabled"],
        **{name: c[column] for name, column in (("like", "alike"), ("x", "x"), ("y", "y")) if column in c},
    )
