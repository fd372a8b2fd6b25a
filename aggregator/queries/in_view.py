"""Which parts of a page its visitors had in view, counted by visitor in the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.measures.in_view import Middles, SeenBands
from aggregator.queries.chosen_rows import chosen_parts
from aggregator.queries.conditions import Where, last_rows, where, where_scrolls
from aggregator.queries.day_visitors import HAS_BANDS, SEEN_BITS
from aggregator.queries.fold_memory import memory
from aggregator.queries.folded_in_view import (
    FoldedInView,
    read_returning_users,
    read_summed_bands,
    read_summed_users,
    returning_sql,
)
from aggregator.queries.folds import NO_FOLDS, Folds
from aggregator.queries.id_lists import bound
from aggregator.queries.used_records import UsedRecords, element_of_point
from aggregator.shapes.columns import Int64
from aggregator.shapes.scope import Scope
from store.client import Store

_Read = Callable[..., dict[str, NDArray[Any]]]  # Store.columns, or FoldMemory.columns of a store


@dataclass(frozen=True)
class InView:
    """`seen`: all visitors who measured it, by what they had in view. `users` i64[M]: those of them who used an
    element and had it in view."""

    seen: SeenBands
    users: Int64


def read_in_view(
    store: Store, scope: Scope, pages: tuple[str, ...], places: Middles, used: UsedRecords, folds: Folds = NO_FOLDS
) -> InView:
    """What the visitors had in view, and how many of its users had each element in view. `folds` are read in place of
    the rows of their days."""
    points = where(scope, pages, kind=True).only(folds.other_days)
    scrolls, views = where_scrolls(scope, pages)
    views = views.only(folds.other_days)
    seen, params = _seen_sql(scrolls, views, places)
    element, bound_records = element_of_point(used)
    uses = f"SELECT visitor, {element} AS element FROM {points.points} WHERE {points.sql} AND element >= 0"
    params |= points.params | bound_records
    if not folds.ids:
        parts = chosen_parts(store, scope.chosen)
        uses = uses if len(used.record) else ""
        return reduce(_added, [_by_visitor(store.columns, uses, seen, places, params, part) for part in parts])
    visitors = f"SELECT visitor FROM points WHERE {points.sql} UNION ALL SELECT visitor FROM scrolls WHERE {views.sql}"
    values = folds.params | ({} if folds.complete else points.params)
    asked = FoldedInView(folds, "" if folds.complete else visitors, values, places, used)
    used_again, seen_again, of_again = returning_sql(asked)
    of_days = InView(read_summed_bands(store, asked), read_summed_users(store, asked))
    if folds.complete:
        again = _by_visitor(partial(memory.columns, store), "", seen_again, places, of_again)
        again = InView(again.seen, again.users + read_returning_users(store, asked))
    else:
        uses = f"{uses} UNION ALL {used_again}" if len(used.record) else ""
        seen = f"SELECT visitor, bits, arrangement FROM ({seen}) UNION ALL {seen_again}"
        again = _by_visitor(store.columns, uses, seen, places, params | of_again)
    return _added(again, of_days)


def _added(a: InView, b: InView) -> InView:
    """Both together."""
    bands, n, element = (
        np.concatenate((getattr(a.seen, name), getattr(b.seen, name))) for name in ("bands", "n", "element")
    )
    return InView(SeenBands(bands, n, element), a.users + b.users)


def _by_visitor(read: _Read, uses: str, seen: str, places: Middles, params: dict[str, Any], these: str = "1") -> InView:
    """The figures of visitors with their elements (`uses`; "" if none counts) and what they had in view (`seen`).
    `these`: the condition of the visitors.

    In one pass by visitor: a join of the points with the scrolls takes twice as long.
    """
    names = _names(places)
    of_points = f"SELECT visitor, element, toUInt32(0) AS bits, toUInt8(255) AS arrangement FROM ({uses}) UNION ALL "
    each = ", ".join(f"groupBitOrIf(bits, arrangement = {k}) AS {name}" for k, name in enumerate(names))
    # A visitor who measured it has the element -1 among those that were used.
    visitors = (
        f"SELECT arrayDistinct(groupArray(element)) AS elements, {each} FROM ({of_points if uses else ''}"
        f"SELECT visitor, toInt32(-1) AS element, bits, arrangement FROM ({seen})) "
        f"WHERE {these} GROUP BY visitor HAVING has(elements, -1)"
    )
    had: list[str] = []
    bound_bands: dict[str, Any] = {}
    for name, bands in zip(names, places.bands, strict=True):
        of_element, values = bound(f"{name}_of", bands, "UInt32")
        had.append(f"bitAnd({name}, {of_element}[element + 1]) > 0")
        bound_bands |= values
    groups = ["element", *(f"if(element < 0, {name}, 0) AS {name}_seen" for name in names)]
    c = read(
        f"SELECT {', '.join(groups)}, count() AS n, countIf(element >= 0 AND ({' OR '.join(had)})) AS users "
        f"FROM ({visitors}) ARRAY JOIN elements AS element GROUP BY element, "
        f"{', '.join(f'{name}_seen' for name in names)}",
        **params | bound_bands,
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


def _names(places: Middles) -> list[str]:
    return [f"bands{k}" for k in range(len(places.bands))]


def seen_views_sql(scope: Scope, pages: tuple[str, ...], places: Middles) -> tuple[str, dict[str, Any]]:
    """(SQL of one row per view that measured it: visitor, time, the twentieths in view for long enough as bits, and its
    arrangement; bound values)."""
    return _seen_sql(*where_scrolls(scope, pages), places)


def _seen_sql(rows: str, within: Where, places: Middles) -> tuple[str, dict[str, Any]]:
    views = (
        f"SELECT visitor, time, {SEEN_BITS} AS bits, "
        "transform(viewport_w, {widths:Array(UInt16)}, {arrangements:Array(UInt8)}, toUInt8(255)) AS arrangement "
        f"FROM {rows} WHERE {within.sql} AND {HAS_BANDS}"
    )
    bound = {"widths": places.width.tolist(), "arrangements": places.arrangement.tolist()}
    return views, within.params | bound
