"""Erasing rows: all of a visitor, or those to which a condition applies."""

from __future__ import annotations

from store.client import Store

_TABLES = ("views", "points", "scrolls", "events", "touches")  # that hold rows of visitors


def forget_visitor(store: Store, site: int, visitor: int) -> dict[str, int]:
    """Erase every row of a visitor; the number of views and points erased. Returns when it is done."""
    who = {"site": site, "visitor": visitor}
    where = "WHERE site = {site:UInt32} AND visitor = {visitor:UInt64}"
    counts = {"views": "uniqExact(view)", "points": "count()"}
    counted = {
        table: int(store.rows(f"SELECT {count} AS n FROM {table} {where}", **who)[0]["n"])
        for table, count in counts.items()
    }
    for table in _TABLES:
        erase_rows(store, table, where, **who)
    return counted


def erase_rows(store: Store, table: str, where: str, **params: object) -> None:
    """Erase the rows of a table to which the clause `where` applies. Returns when it is done."""
    local, on_cluster = (f"{table}_local", f"ON CLUSTER `{store.cluster}`") if store.cluster else (table, "")
    store.command(f"ALTER TABLE {local} {on_cluster} DELETE {where} SETTINGS mutations_sync = 2", **params)
