"""The rows of one question, selected once for the several queries of a map.

A map of some of the visitors reads its points about eight times. Selecting them takes most of the time, because every
block of the page has some of them; so they are copied into tables in memory, which are dropped afterwards.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from aggregator.queries.conditions import all_points, last_rows, on_pages, where, where_site
from aggregator.queries.segments import selected_sql
from aggregator.shapes.scope import ChosenRows, Scope, SiteScope
from store.client import Store
from store.segments import Group

PREFIX = "chosen_"
LOST_SECONDS = 3_600  # how long a map may take: tables that are older were left by a process that ended
# Rows that are collected before they are compressed: a block of the default size takes 80 MB a thread.
_BLOCK = 65_536
# Rows that are read at a time: of those with arrays, a thread holds several blocks.
_READ = 16_384
MOST_GROUPED = 1_000_000  # rows
_POINTS = (
    "day, time, view, visitor, key, record, fx, fy, box_w, box_h, page_x, page_y, page_w, page_h, viewport_w, weight, "
    "button, flags, effect, effect_ms, bot"
)
_SCROLLS = "day, time, view, visitor, key, fy, depth, page_h, viewport_w, viewport_h, bands"


@contextmanager
def chosen_points(store: Store, scope: Scope, pages: tuple[str, ...]) -> Iterator[Scope]:
    """The scope for the queries of one map of `pages`: its views and points are selected once, if it is about some of
    the visitors. Nothing that outlives the map may keep this scope."""
    if not _is_narrow(store, scope) or scope.chosen.points:
        yield scope
        return
    drop_lost(store)
    with ExitStack() as tables:
        if scope.segment:
            selected, params = _selected_views(scope, pages)
            views = tables.enter_context(_table(store, "view UInt64", selected, params))
            scope = replace(scope, chosen=ChosenRows(views=views))
        if scope.kind != "scroll":
            w = where(scope, pages, kind=True)
            selected = f"SELECT {_POINTS} FROM {all_points(scope)} WHERE {w.sql}"
            points = tables.enter_context(_table(store, f"AS SELECT {_POINTS} FROM points", selected, w.params))
            scope = replace(scope, chosen=replace(scope.chosen, points=points))
        yield scope


@contextmanager
def chosen_scrolls(store: Store, scope: Scope, pages: tuple[str, ...]) -> Iterator[Scope]:
    """The same for the rows of `scrolls`."""
    if not _is_narrow(store, scope) or scope.chosen.scrolls:
        yield scope
        return
    w = where(scope, pages)
    selected = f"SELECT {_SCROLLS} FROM {last_rows('scrolls', scope)} WHERE {w.sql}"
    with _table(store, f"AS SELECT {_SCROLLS} FROM scrolls", selected, w.params) as table:
        yield replace(scope, chosen=replace(scope.chosen, scrolls=table))


@contextmanager
def chosen_site_views(store: Store, scope: SiteScope) -> Iterator[SiteScope]:
    """The scope for the queries of one answer about a whole site: the views of its segment are selected once."""
    if scope.segment is None or scope.chosen.views or store.cluster:
        yield scope
        return
    selected, params = selected_sql(scope, scope.segment)
    with _table(store, "view UInt64", selected, {"site": scope.site, **params}) as table:
        yield replace(scope, chosen=ChosenRows(views=table))


@contextmanager
def computed_once(
    store: Store, columns: str, selected: str, params: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """What the further queries of one answer read the result of a query from, and its bound values. `columns`: their
    definition. On a cluster each of them computes it."""
    if store.cluster:
        yield f"({selected})", params
        return
    with _table(store, columns, selected, params) as table:
        yield table, {}


@contextmanager
def chosen_others(store: Store, scope: SiteScope, but: SiteScope) -> Iterator[SiteScope]:
    """The visitors of a scope of whom `but`, which has the same site, days and device, selects nothing."""
    with chosen_site_views(store, scope) as wide, chosen_site_views(store, but) as chosen:
        condition, values = where_site(wide)
        left_out, of_left_out = where_site(chosen, prefix="but")
        others = (
            f"SELECT view FROM touches WHERE {condition} "
            f"AND visitor GLOBAL NOT IN (SELECT visitor FROM touches WHERE {left_out})"
        )
        with computed_once(store, "view UInt64", others, values | of_left_out) as (views, bound):
            yield replace(scope, segment=Group(), chosen=ChosenRows(views=views, values=bound))


def chosen_parts(store: Store, chosen: ChosenRows) -> list[str]:
    """Conditions that divide the visitors of these tables, so that about MOST_GROUPED rows at a time are grouped by
    visitor: to read the tables again takes less memory than one group of all, and less time than files."""
    tables = [table for table in (chosen.points, chosen.scrolls) if table]
    rows = sum(int(store.rows(f"SELECT count() AS n FROM {table}")[0]["n"]) for table in tables)
    parts = -(-rows // MOST_GROUPED) or 1
    return [f"visitor % {parts} = {part}" for part in range(parts)] if parts > 1 else ["1"]


def _is_narrow(store: Store, scope: Scope) -> bool:
    """Whether the scope is about some of the visitors; never on a cluster, where the next query may be answered by a
    server that has no such table."""
    return bool(scope.segment or scope.device or scope.variant or scope.tenth) and not store.cluster


def _selected_views(scope: Scope, pages: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    assert scope.segment is not None
    condition, values = on_pages(pages, scope.pages)
    selected, params = selected_sql(scope, scope.segment, condition)
    return selected, {"site": scope.site, **values, **params}


@contextmanager
def _table(store: Store, columns: str, selected: str, params: Mapping[str, Any]) -> Iterator[str]:
    """The name of a table with the result of a query. `columns`: their definition, or a query that has the same."""
    table = f"{PREFIX}{uuid.uuid4().hex}"
    try:
        fill_table(store, table, columns, selected, params)
        yield table
    finally:
        store.drop(table)


def fill_table(store: Store, table: str, columns: str, selected: str, params: Mapping[str, Any]) -> None:
    """Create a table in memory with the result of a query; `columns` as for `_table`."""
    engine = "ENGINE = Memory SETTINGS compress = 1"
    definition = f"{engine} EMPTY {columns}" if columns.startswith("AS ") else f"({columns}) {engine}"
    store.command(f"CREATE TABLE {table} {definition}")
    store.fill(table, f"{selected} SETTINGS min_insert_block_size_rows = {_BLOCK}, max_block_size = {_READ}", **params)


def drop_lost(store: Store) -> None:
    """Drop the tables of processes that ended before they did."""
    lost = store.rows(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, {prefix:String}) "
        "AND metadata_modification_time < now() - {age:UInt32}",
        prefix=PREFIX,
        age=LOST_SECONDS,
    )
    for row in lost:
        store.drop(row["name"])
