"""Rows of a site as files."""

from __future__ import annotations

from datetime import date
from typing import Literal

from store.client import Store
from store.spreadsheet import harmless_sql

ExportFormat = Literal["csv", "ndjson"]
EXPORTED = ("views", "points", "events")  # tables that can be exported
# Only the newest row of a view: earlier batches of it are replaced.
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


def export_rows(store: Store, table: str, site: int, since: date, until: date, form: ExportFormat) -> bytes:
    """All rows of a site's days (both included), also those of bots and excluded visitors: their columns say so.

    ValueError for a table that is not in EXPORTED.
    """
    if table not in EXPORTED:
        raise ValueError(f"There is no export of {table!r}: ask for {', '.join(EXPORTED)}")
    replaced = [_HEX[table], *(map(harmless_sql, _text_columns(store, table)) if form == "csv" else ())]
    sql = (
        f"SELECT * REPLACE ({', '.join(replaced)}) FROM {table} {_FINAL[table]} "
        "WHERE site = {site:UInt32} AND day BETWEEN {since:Date} AND {until:Date} ORDER BY time, view"
    )
    return store.formatted(sql, _FORMAT[form], site=site, since=since, until=until)


def _text_columns(store: Store, table: str) -> list[str]:
    sql = (
        "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String} "
        "AND type IN ('String', 'LowCardinality(String)') ORDER BY position"
    )
    return [row["name"] for row in store.rows(sql, table=table)]
