"""The windows that views had: their widths, and the deepest edges that they saw."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aggregator.queries.conditions import where_scrolls
from aggregator.queries.day_visitors import WIDTH_SHIFT
from aggregator.queries.fold_memory import memory
from aggregator.queries.folds import NO_FOLDS, Folds
from aggregator.queries.points import fraction
from aggregator.shapes.columns import Int32
from aggregator.shapes.depths import Depths
from aggregator.shapes.scope import Scope
from store.client import Store

# Deepest edges read to learn where elements are on pages of other widths: of each day of UTC, and in all.
MOST_OF_DAY, MOST_EDGES = 1_000, 20_000
EDGE_COLUMNS = ("key", "fy", "depth", "page_h", "viewport_w", "viewport_h")


def read_window_widths(store: Store, scope: Scope, pages: tuple[str, ...], folds: Folds = NO_FOLDS) -> Int32:
    """The distinct widths of the windows of views that measured what was in view.

    Without FINAL, which takes three times as long: rows that a later batch replaced only add widths.
    """
    _, rows, values = _rows(scope, pages, folds)
    widths = f"SELECT viewport_w FROM {scope.chosen.scrolls or 'scrolls'} WHERE {rows} AND notEmpty(bands)"
    folded = (
        f"SELECT toUInt16(bitShiftRight(code, {WIDTH_SHIFT})) AS viewport_w FROM folded_days "
        f"ARRAY JOIN arrayConcat(seen, more_seen) AS code WHERE {folds.sql}"
    )
    c = _read(store, folds)(
        f"SELECT DISTINCT viewport_w FROM ({_beside(folds, widths, folded)}) ORDER BY viewport_w", **values
    )
    return c["viewport_w"].astype(np.int32)


def edges_sql(table: str, condition: str) -> str:
    """A query of the deepest edges of some views of each day, the same ones each time: the EDGE_COLUMNS, `day`, and
    `place` from 1 on. They are those with the least hashes, found first, as sorting whole rows takes ten times as
    long."""
    columns = ", ".join(EDGE_COLUMNS)
    least = f"SELECT day, groupArraySorted({MOST_OF_DAY})(cityHash64(view))[-1] AS most FROM {table} WHERE {condition}"
    return (
        f"SELECT {columns}, day, row_number() OVER (PARTITION BY day ORDER BY hash) AS place FROM ("
        f"SELECT {columns}, day, cityHash64(view) AS hash FROM {table} WHERE {condition}) AS edges "
        f"GLOBAL INNER JOIN ({least} GROUP BY day) AS of_days USING (day) WHERE hash <= most"
    )


def read_edges(store: Store, scope: Scope, pages: tuple[str, ...], folds: Folds = NO_FOLDS) -> Depths:
    """The deepest edges of some views, at most MOST_OF_DAY of a day and MOST_EDGES in all: the same ones each time."""
    table, rows, values = _rows(scope, pages, folds)
    names = ", ".join(EDGE_COLUMNS)
    arrays = ", ".join(f"edge_{name}s AS {name}" for name in EDGE_COLUMNS)
    folded = (
        f"SELECT {names}, day, toUInt64(nth) AS place FROM folded_days "
        f"ARRAY JOIN {arrays}, arrayEnumerate(edge_keys) AS nth WHERE {folds.sql}"
    )
    edges = _beside(folds, edges_sql(table, rows), folded)
    c = _read(store, folds)(f"SELECT {names} FROM ({edges}) ORDER BY place, day LIMIT {MOST_EDGES}", **values)
    depth, page_h, viewport_w, viewport_h = (
        c[name].astype(np.int32) for name in ("depth", "page_h", "viewport_w", "viewport_h")
    )
    return Depths(c["key"], fraction(c["fy"]), depth, page_h, viewport_w, viewport_h)


def _rows(scope: Scope, pages: tuple[str, ...], folds: Folds) -> tuple[str, str, dict[str, Any]]:
    """The rows of `scrolls` that are read beside the folds: where they are, their condition, and the bound values of
    both."""
    table, w = where_scrolls(scope, pages)
    w = w.only(folds.other_days)
    return table, w.sql, w.params | (folds.params if folds.ids else {})


def _read(store: Store, folds: Folds) -> Callable[..., dict[str, NDArray[Any]]]:
    return partial(memory.columns, store) if folds.complete else store.columns


def _beside(folds: Folds, rows: str, folded: str) -> str:
    """A query of rows and of folds, as far as either is read."""
    if not folds.ids:
        return rows
    return folded if folds.complete else f"{rows} UNION ALL {folded}"
