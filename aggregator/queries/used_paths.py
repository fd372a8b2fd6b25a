"""The paths of the elements that points were made on."""

from __future__ import annotations

from aggregator.queries.conditions import on_pages, where
from aggregator.shapes.scope import Scope
from store.client import Store

MOST_PATHS = 100


def read_used_paths(store: Store, scope: Scope, pages: tuple[str, ...]) -> list[tuple[str, int, int]]:
    """(path, points, visitors) of the elements that most visitors used, at most MOST_PATHS."""
    w, (condition, _) = where(scope, pages, kind=True), on_pages(pages, scope.pages)
    rows = store.rows(
        "SELECT path, count() AS n, uniqExact(visitor) AS visitors "
        f"FROM (SELECT record, visitor FROM {w.points} WHERE {w.sql}) AS used INNER JOIN "
        f"(SELECT record, any(path) AS path FROM elements WHERE site = {{site:UInt32}} AND {condition} "
        "GROUP BY record) AS known USING record "
        f"GROUP BY path ORDER BY visitors DESC, n DESC, path LIMIT {MOST_PATHS}",
        **w.params,
    )
    return [(row["path"], row["n"], row["visitors"]) for row in rows]
