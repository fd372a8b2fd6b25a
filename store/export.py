"""Rows of a site as files."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from store.client import Store
from store.spreadsheet import harmless_sql
from store.zoned_sql import day_of_row, in_days, ms_ahead
from store.zones import UTC_ZONE, Zone

ExportFormat = Literal["csv", "ndjson"]
EXPORTED = ("views", "points", "events", "feedback")  # tables that can be exported
# Only the newest row of a view, or of an answer: earlier batches of it are replaced.
_FINAL = {"views": "FINAL", "points": "", "events": "", "feedback": "FINAL"}
_FORMAT = {"csv": "CSVWithNames", "ndjson": "JSONEachRow"}
# Numbers of 64 bits as the API writes them: hex, so that no reader rounds them.
_HEX = {
    table: ", ".join(f"lower(leftPad(hex({name}), 16, '0')) AS {name}" for name in names)
    for table, names in {
        "views": ("view", "visitor"),
        "points": ("view", "visitor", "key", "record"),
        "events": ("view", "visitor", "key", "record"),
        "feedback": ("view", "visitor", "asking", "key", "record"),
    }.items()
}


def export_rows(
    store: Store, table: str, site: int, since: date, until: date, form: ExportFormat, zone: Zone = UTC_ZONE
) -> bytes:
    """All rows of a site's days (both included), also those of bots and excluded visitors: their columns say so.

    `day` and `time` are those of `zone`; `time` is written with its offset, except in UTC. ValueError for a table that
    is not in EXPORTED.
    """
    if table not in EXPORTED:
        raise ValueError(f"There is no export of {table!r}: ask for {', '.join(EXPORTED)}")
    days, values = in_days(zone, since, until)
    local, more = _local_columns(zone, since, until)
    harmless = map(harmless_sql, _text_columns(store, table)) if form == "csv" else ()
    replaced = ", ".join((_HEX[table], *local, *harmless))
    sql = (
        f"SELECT * EXCEPT (instant) REPLACE ({replaced}) FROM (SELECT *, time AS instant FROM {table} "
        f"{_FINAL[table]} WHERE site = {{site:UInt32}} AND {days}) ORDER BY instant, view"
    )
    return store.formatted(sql, _FORMAT[form], site=site, **values, **more)


def _text_columns(store: Store, table: str) -> list[str]:
    sql = (
        "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = {table:String} "
        "AND type IN ('String', 'LowCardinality(String)') ORDER BY position"
    )
    return [row["name"] for row in store.rows(sql, table=table)]


def _local_columns(zone: Zone, since: date, until: date) -> tuple[tuple[str, ...], dict[str, Any]]:
    """`day` and `time` in a zone, for REPLACE, with their bound values; nothing in UTC."""
    if zone == UTC_ZONE:
        return (), {}
    day, values = day_of_row(zone, since, until)
    ahead, more = ms_ahead(zone, since, until)
    local = f"addMilliseconds(time, {ahead})"
    minutes = f"intDiv(abs({ahead}), 60000)"
    offset = (
        f"concat(if({ahead} < 0, '-', '+'), leftPad(toString(intDiv({minutes}, 60)), 2, '0'), ':', "
        f"leftPad(toString({minutes} % 60), 2, '0'))"
    )
    return (f"{day} AS day", f"concat(toString({local}), {offset}) AS time"), values | more
