"""Which parts of a page its visitors had in view, counted by visitor in the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from aggregator.measures.in_view import IN_VIEW_MS, Middles, SeenBands
from aggregator.queries.conditions import last_rows, where, where_scrolls
from aggregator.queries.id_lists import bound
from aggregator.queries.points import fraction
from aggregator.shapes.columns import Int32, Int64, UInt64
from aggregator.shapes.depths import BANDS, Depths
from aggregator.shapes.scope import Scope
from store.client import Store

MOST_EDGES = 20_000  # deepest edges read to learn where elements are on pages of other widths


@dataclass(frozen=True)
class UsedRecords:
    """R records, each of which counts for one element: `record` u64[R], `element` i32[R]."""

    record: UInt64
    element: Int32


def read_window_widths(store: Store, scope: Scope, pages: tuple[str, ...]) -> Int32:
    """The distinct widths of the windows of views that measured what was in view.

    Without FINAL, which takes three times as long: rows that a later batch replaced only add widths.
    """
    _, w = where_scrolls(scope, pages)
    c = store.columns(
        f"SELECT DISTINCT viewport_w FROM {scope.chosen.scrolls or 'scrolls'} WHERE {w.sql} AND notEmpty(bands) "
        "ORDER BY viewport_w",
        **w.params,
    )
    return c["viewport_w"].astype(np.int32)


def read_edges(store: Store, scope: Scope, pages: tuple[str, ...]) -> Depths:
    """The deepest edges of some views, at most MOST_EDGES: the same ones each time."""
    rows, w = where_scrolls(scope, pages)
    c = store.columns(
        f"SELECT key, fy, depth, page_h, viewport_w, viewport_h FROM {rows} "
        f"WHERE {w.sql} ORDER BY cityHash64(view) LIMIT {MOST_EDGES}",
        **w.params,
    )
    depth, page_h, viewport_w, viewport_h = (
        c[name].astype(np.int32) for name in ("depth", "page_h", "viewport_w", "viewport_h")
    )
    return Depths(c["key"], fraction(c["fy"]), depth, page_h, viewport_w, viewport_h)


@dataclass(frozen=True)
class InView:
    """`seen`: all visitors who measured it, by what they had in view. `users` i64[M]: those of them who used an
    element and had it in view."""

    seen: SeenBands
    users: Int64


def read_in_view(store: Store, scope: Scope, pages: tuple[str, ...], places: Middles, used: UsedRecords) -> InView:
    """What the visitors had in view, and how many of its users had each element in view.

    In one pass by visitor: a join of the points with the scrolls takes twice as long.
    """
    w, names = where(scope, pages, kind=True), _names(places)
    views, params = seen_views_sql(scope, pages, places)
    element, bound_records = element_of_point(used)
    of_points = (
        f"SELECT visitor, {element} AS element, toUInt32(0) AS bits, toUInt8(255) AS arrangement "
        f"FROM {w.points} WHERE {w.sql} AND element >= 0 UNION ALL "
        if len(used.record)
        else ""
    )
    each = ", ".join(f"groupBitOrIf(bits, arrangement = {k}) AS {name}" for k, name in enumerate(names))
    # A visitor who measured it has the element -1 among those that were used.
    visitors = (
        f"SELECT arrayDistinct(groupArray(element)) AS elements, {each} "
        f"FROM ({of_points}SELECT visitor, toInt32(-1) AS element, bits, arrangement FROM ({views})) "
        "GROUP BY visitor HAVING has(elements, -1)"
    )
    had: list[str] = []
    bound_bands: dict[str, Any] = {}
    for name, bands in zip(names, places.bands, strict=True):
        of_element, values = bound(f"{name}_of", bands, "UInt32")
        had.append(f"bitAnd({name}, {of_element}[element + 1]) > 0")
        bound_bands |= values
    groups = ["element", *(f"if(element < 0, {name}, 0) AS {name}_seen" for name in names)]
    c = store.columns(
        f"SELECT {', '.join(groups)}, count() AS n, countIf(element >= 0 AND ({' OR '.join(had)})) AS users "
        f"FROM ({visitors}) ARRAY JOIN elements AS element GROUP BY element, "
        f"{', '.join(f'{name}_seen' for name in names)}",
        **(params | (w.params | bound_records if of_points else {}) | bound_bands),
    )
    everybody = c["element"] < 0
    bits = np.stack([c[f"{name}_seen"][everybody] for name in names], axis=1).astype(np.uint32)
    n = c["n"][everybody].astype(np.int64)
    users = np.bincount(c["element"][~everybody], c["users"][~everybody], places.bands.shape[1])
    return InView(SeenBands(bits, n, np.full(len(n), -1, np.int32)), users.astype(np.int64))


def read_mouse_visitors(store: Store, scope: Scope, pages: tuple[str, ...]) -> int:
    """How many visitors of a map of hovers could point at something: on a device without a touch screen, or with a
    hover all the same."""
    w, hovers = where(scope, pages), where(scope, pages, kind=True)
    row = store.rows(
        "SELECT uniqExact(visitor) AS n FROM ("
        f"SELECT visitor FROM {last_rows('views', scope)} WHERE {w.sql} AND touch = 0 "
        f"UNION ALL SELECT visitor FROM {hovers.points} WHERE {hovers.sql})",
        **w.params | hovers.params,
    )[0]
    return int(row["n"])


def element_of_point(used: UsedRecords) -> tuple[str, dict[str, Any]]:
    """(SQL of the element that a point counts for, -1 for none; bound values)."""
    record, records = bound("used_record", used.record)
    element, elements = bound("used_element", used.element, "Int32")
    return f"transform(record, {record}, {element}, toInt32(-1))", records | elements


def _names(places: Middles) -> list[str]:
    return [f"bands{k}" for k in range(len(places.bands))]


def seen_views_sql(scope: Scope, pages: tuple[str, ...], places: Middles) -> tuple[str, dict[str, Any]]:
    """(SQL of one row per view that measured it: visitor, time, the twentieths in view for long enough as bits, and its
    arrangement; bound values)."""
    rows, w = where_scrolls(scope, pages)
    bits = f"arrayMap((ms, n) -> if(ms >= {IN_VIEW_MS}, bitShiftLeft(toUInt32(1), n), 0), bands, range(length(bands)))"
    views = (
        f"SELECT visitor, time, toUInt32(arraySum({bits})) AS bits, "
        "transform(viewport_w, {widths:Array(UInt16)}, {arrangements:Array(UInt8)}, toUInt8(255)) AS arrangement "
        f"FROM {rows} WHERE {w.sql} AND notEmpty(bands) AND length(bands) <= {BANDS}"
    )
    bound = {"widths": places.width.tolist(), "arrangements": places.arrangement.tolist()}
    return views, w.params | bound
