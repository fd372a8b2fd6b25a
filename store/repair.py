"""Give the store what it lacks of a segment when nobody knows how much of it was stored.

After a power cut ClickHouse may have lost the rows of an insert and remember its token, or have the rows and not the
token (docs/decisions/0018), so the token is not relied upon. The same tables and views turn the segment into rows in a
separate database, and the rows are compared one by one.
"""

from __future__ import annotations

from store.client import Store, open_store
from store.migrations import migrate

_TABLES = """SELECT name, engine FROM system.tables
WHERE database = {database:String} AND engine LIKE '%MergeTree' AND total_rows > 0 AND name != 'migrations'"""


def insert_missing(store: Store, lines: bytes, token: str) -> int:
    """The number of rows added. On a server, whose disks are not ours, the token is relied upon: 0.

    BadLine as of `Store.insert_segment`.
    """
    if store.server:
        store.insert_segment(lines, token)
        return 0
    scratch = f"{store.database}_repair"
    store.command(f"DROP DATABASE IF EXISTS `{scratch}` SYNC")  # left behind by a repair that was interrupted
    complete = open_store(store.location, database=scratch)
    try:
        migrate(complete)
        complete.insert_segment(lines, token)
        added = sum(
            _add(store, scratch, str(table["name"]), merged=table["engine"] != "MergeTree")
            for table in complete.rows(_TABLES, database=scratch)
        )
    finally:
        complete.close()
        store.command(f"DROP DATABASE IF EXISTS `{scratch}` SYNC")
    store.sync()
    return added


def _add(store: Store, scratch: str, table: str, *, merged: bool) -> int:
    """Add the rows of one table. Tables that replace rows when they merge are given all of them again, and count as 0.

    The rows of a view are lost together, with their part: one that is there is taken as stored as often as it came.
    """
    row = "cityHash64(tuple(*))"
    lacking = (
        "1"
        if merged
        else f"{row} NOT IN (SELECT {row} FROM {table} WHERE view IN (SELECT view FROM `{scratch}`.{table}))"
    )
    missing = int(store.rows(f"SELECT count() AS n FROM `{scratch}`.{table} WHERE {lacking}")[0]["n"])
    if missing:
        store.command(
            f"INSERT INTO {table} SELECT * FROM `{scratch}`.{table} WHERE {lacking} SETTINGS insert_deduplicate = 0"
        )
    return 0 if merged else missing
