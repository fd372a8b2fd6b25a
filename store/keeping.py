"""Rows out as files, and rows of a visitor out for good."""

from __future__ import annotations

from datetime import date
from typing import Literal

from store.client import Store

ExportFormat = Literal["csv", "ndjson"]
EXPORTED = ("views", "points", "events")  # what an export may name
# Newest row of a view only: earlier batches of it are replaced.
_FINAL = {"views": "FINAL", "points": "", "events": ""}
_FORMAT = {"csv": "CSVWithNames", "ndjson": "JSONEachRow"}
# Numbers of 64 bits as the API writes them: hex, so that no reader rounds them.
_HEX = {
    table: ", ".join(f"lower(leftPad(hex({name}), 16, '0')) AS {name}" for name in names)
    for table, names in {
        "views": ("view", "visitor"),
        "points": ("view", "visitor", "key", "record"),
        "events": ("view", "visitor", "key", "record"),
    }.items()
}
_VISITOR_TABLES = ("views", "points", "scrolls", "events", "touches")


def export_rows(store: Store, table: str, site: int, since: date, until: date, form: ExportFormat) -> bytes:
    """All rows of a site's days (both included), bots and excluded ones too: their columns say so.

    ValueError for a table that is not in EXPORTED.
    """
    if table not in EXPORTED:
        raise ValueError(f"there is no export of {table!r}: {', '.join(EXPORTED)}")
    sql = (
        f"SELECT * REPLACE ({_HEX[table]}) FROM {table} {_FINAL[table]} "
        "WHERE site = {site:UInt32} AND day BETWEEN {since:Date} AND {until:Date} ORDER BY time, view"
    )
    return store.formatted(sql, _FORMAT[form], site=site, since=since, until=until)


def forget_visitor(store: Store, site: int, visitor: int) -> dict[str, int]:
    """Erase every row of a visitor and return how many views and points that were. Returns when it is done."""
    who = {"site": site, "visitor": visitor}
    where = "WHERE site = {site:UInt32} AND visitor = {visitor:UInt64}"
    counts = {"views": "uniqExact(view)", "points": "count()"}
    counted = {
        table: int(store.rows(f"SELECT {count} AS n FROM {table} {where}", **who)[0]["n"])
        for table, count in counts.items()
    }
    for table in _VISITOR_TABLES:
        local, over = (f"{table}_local", f"ON CLUSTER `{store.cluster}`") if store.cluster else (table, "")
        store.command(f"ALTER TABLE {local} {over} DELETE {where} SETTINGS mutations_sync = 2", **who)
    return counted
