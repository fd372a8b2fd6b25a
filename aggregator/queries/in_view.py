"""Which parts of a page its visitors had in view, counted by visitor in the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from aggregator.measures.in_view import IN_VIEW_MS, Middles, SeenBands
from aggregator.queries.conditions import where
from aggregator.queries.points import fraction
from aggregator.shapes.columns import Int32, UInt64
from aggregator.shapes.depths import BANDS, Depths
from aggregator.shapes.scope import Scope
from store.client import Store

MOST_EDGES = 20_000  # deepest edges read to learn where elements are on pages of other widths
AT_ONCE = 2_000  # numbers in one bound value, whose size a server limits


@dataclass(frozen=True)
class UsedRecords:
    """R records, each of which counts for one element: `record` u64[R], `element` i32[R]."""

    record: UInt64
    element: Int32


def read_window_widths(store: Store, scope: Scope, pages: tuple[str, ...]) -> Int32:
    """The distinct widths of the windows of views that measured what was in view."""
    w = where(scope, pages)
    c = store.columns(
        f"SELECT DISTINCT viewport_w FROM scrolls FINAL WHERE {w.sql} AND notEmpty(bands) ORDER BY viewport_w",
        **w.params,
    )
    return c["viewport_w"].astype(np.int32)


def read_edges(store: Store, scope: Scope, pages: tuple[str, ...]) -> Depths:
    """The deepest edges of some views, at most MOST_EDGES: the same ones each time."""
    w = where(scope, pages)
    c = store.columns(
        "SELECT key, fy, depth, page_h, viewport_w, viewport_h FROM scrolls FINAL "
        f"WHERE {w.sql} ORDER BY cityHash64(view) LIMIT {MOST_EDGES}",
        **w.params,
    )
    depth, page_h, viewport_w, viewport_h = (
        c[name].astype(np.int32) for name in ("depth", "page_h", "viewport_w", "viewport_h")
    )
    return Depths(c["key"], fraction(c["fy"]), depth, page_h, viewport_w, viewport_h)


def read_seen(store: Store, scope: Scope, pages: tuple[str, ...], places: Middles) -> SeenBands:
    """All visitors who measured it, by what they had in view."""
    sql, params = _seen_sql(scope, pages, places)
    names = _names(places)
    c = store.columns(f"SELECT {', '.join(names)}, count() AS n FROM ({sql}) GROUP BY {', '.join(names)}", **params)
    return _bands(c, names, np.full(len(c["n"]), -1, np.int32))


def read_users_seen(
    store: Store, scope: Scope, pages: tuple[str, ...], places: Middles, used: UsedRecords
) -> SeenBands:
    """The visitors with a point on an element, for each element, by what they had in view."""
    sql, params = _seen_sql(scope, pages, places)
    names, w = ", ".join(_names(places)), where(scope, pages, kind=True)
    element, bound = element_of_point(used)
    users = f"SELECT DISTINCT visitor, {element} AS element FROM points WHERE {w.sql} AND element >= 0"
    c = store.columns(
        f"SELECT element, {names}, count() AS n FROM ({users}) AS used INNER JOIN ({sql}) AS seen USING visitor "
        f"GROUP BY element, {names}",
        **(params | w.params | bound),
    )
    return _bands(c, _names(places), c["element"].astype(np.int32))


def read_mouse_visitors(store: Store, scope: Scope, pages: tuple[str, ...]) -> int:
    """How many visitors could point at something: on a device without a touch screen, or with a hover all the same."""
    w = where(scope, pages)
    row = store.rows(
        f"SELECT uniqExact(visitor) AS n FROM (SELECT visitor FROM views FINAL WHERE {w.sql} AND touch = 0 "
        f"UNION ALL SELECT visitor FROM points WHERE {w.sql} AND kind = 'hover')",
        **w.params,
    )[0]
    return int(row["n"])


def element_of_point(used: UsedRecords) -> tuple[str, dict[str, Any]]:
    """(SQL of the element that a point counts for, -1 for none; bound values)."""
    pieces = range(0, len(used.record), AT_ONCE)
    record, element = (
        _joined([f"{{used_{name}{n}:Array({kind})}}" for n, _ in enumerate(pieces)])
        for name, kind in (("record", "UInt64"), ("element", "Int32"))
    )
    bound: dict[str, Any] = {}
    for n, start in enumerate(pieces):
        bound[f"used_record{n}"] = used.record[start : start + AT_ONCE].tolist()
        bound[f"used_element{n}"] = used.element[start : start + AT_ONCE].tolist()
    return f"transform(record, {record}, {element}, toInt32(-1))", bound


def _joined(arrays: list[str]) -> str:
    return arrays[0] if len(arrays) == 1 else f"arrayConcat({', '.join(arrays)})"


def _names(places: Middles) -> list[str]:
    return [f"bands{k}" for k in range(len(places.bands))]


def _seen_sql(scope: Scope, pages: tuple[str, ...], places: Middles) -> tuple[str, dict[str, Any]]:
    """(SQL of one row per visitor: the twentieths in view for long enough, by arrangement, as bits; bound values)."""
    views, params = seen_views_sql(scope, pages, places)
    each = ", ".join(f"groupBitOrIf(bits, arrangement = {k}) AS {name}" for k, name in enumerate(_names(places)))
    return f"SELECT visitor, {each} FROM ({views}) GROUP BY visitor", params


def seen_views_sql(scope: Scope, pages: tuple[str, ...], places: Middles) -> tuple[str, dict[str, Any]]:
    """(SQL of one row per view that measured it: visitor, time, the twentieths in view for long enough as bits, and its
    arrangement; bound values)."""
    w = where(scope, pages)
    bits = f"arrayMap((ms, n) -> if(ms >= {IN_VIEW_MS}, bitShiftLeft(toUInt32(1), n), 0), bands, range(length(bands)))"
    views = (
        f"SELECT visitor, time, toUInt32(arraySum({bits})) AS bits, "
        "transform(viewport_w, {widths:Array(UInt16)}, {arrangements:Array(UInt8)}, toUInt8(255)) AS arrangement "
        f"FROM scrolls FINAL WHERE {w.sql} AND notEmpty(bands) AND length(bands) <= {BANDS}"
    )
    bound = {"widths": places.width.tolist(), "arrangements": places.arrangement.tolist()}
    return views, w.params | bound


def _bands(columns: dict[str, Any], names: list[str], element: Int32) -> SeenBands:
    bands = np.stack([columns[name] for name in names], axis=1).astype(np.uint32)
    return SeenBands(bands, columns["n"].astype(np.int64), element)
