"""The views of a segment, selected once for the several queries of a map."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from aggregator.queries.conditions import on_pages
from aggregator.queries.segments import selected_sql
from aggregator.shapes.scope import Scope
from store.client import Store

PREFIX = "chosen_views_"
LOST_SECONDS = 3_600  # how long a map may take: tables that are older were left by a process that ended


@contextmanager
def chosen_views(store: Store, scope: Scope, pages: tuple[str, ...]) -> Iterator[Scope]:
    """The scope for the queries of one map of `pages`: its segment is selected once, into a table in memory that is
    dropped afterwards. Nothing that outlives the map may keep this scope."""
    # Behind the address of a cluster, the next query may be answered by a server that has no such table.
    if scope.segment is None or scope.chosen or store.cluster:
        yield scope
        return
    condition, values = on_pages(pages, scope.pages)
    selected, params = selected_sql(scope, scope.segment, condition)
    _drop_lost(store)
    table = f"{PREFIX}{uuid.uuid4().hex}"
    store.command(f"CREATE TABLE {table} (view UInt64) ENGINE = Memory")
    try:
        store.fill(table, selected, site=scope.site, **values, **params)
        yield replace(scope, chosen=table)
    finally:
        store.command(f"DROP TABLE IF EXISTS {table}")


def _drop_lost(store: Store) -> None:
    lost = store.rows(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, {prefix:String}) "
        "AND metadata_modification_time < now() - {age:UInt32}",
        prefix=PREFIX,
        age=LOST_SECONDS,
    )
    for row in lost:
        store.command(f"DROP TABLE IF EXISTS {row['name']}")
