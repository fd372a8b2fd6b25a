"""A segment of which nobody knows how much the store has: each table is given what it lacks.

After a power cut ClickHouse may have lost the rows of an insert and remember its token, or have the
rows and not the token (docs/decisions/0018). So the token is not asked. The segment is shaped in a
database beside, by the same tables and views, and compared row by row.
"""

from __future__ import annotations

from store.client import Store, open_store
from store.migrations import migrate

_TABLES = """SELECT name, engine FROM system.tables
WHERE database = {database:String} AND engine LIKE '%MergeTree' AND total_rows > 0 AND name != 'migrations'"""


def insert_missing(store: Store, lines: bytes, token: str) -> int:
    """Rows that were added. On a server, whose power is not ours, the token is relied upon: 0.

    BadLine as of `Store.insert_segment`.
    """
    if store.server:
        store.insert_segment(lines, token)
        return 0
    beside = f"{store.database}_mending"
    store.command(f"DROP DATABASE IF EXISTS `{beside}` SYNC")  # of a start that was cut off
    shaped = open_store(store.location, database=beside)
    try:
        migrate(shaped)
        shaped.insert_segment(lines, token)
        added = sum(
            _add(store, beside, str(table["name"]), merged=table["engine"] != "MergeTree")
            for table in shaped.rows(_TABLES, database=beside)
        )
    finally:
        shaped.close()
        store.command(f"DROP DATABASE IF EXISTS `{beside}` SYNC")
    store.settle()
    return added


def _add(store: Store, beside: str, table: str, *, merged: bool) -> int:
    """Rows of a view are lost together with the part, so a row that is there is counted once however often it came.

    A table that replaces rows when it merges may take all of them again.
    """
    row = "cityHash64(tuple(*))"
    lacking = (
        "1"
        if merged
        else f"{row} NOT IN (SELECT {row} FROM {table} WHERE view IN (SELECT view FROM `{beside}`.{table}))"
    )
    missing = int(store.rows(f"SELECT count() AS n FROM `{beside}`.{table} WHERE {lacking}")[0]["n"])
    if missing:
        store.command(
            f"INSERT INTO {table} SELECT * FROM `{beside}`.{table} WHERE {lacking} SETTINGS insert_deduplicate = 0"
        )
    return 0 if merged else missing
