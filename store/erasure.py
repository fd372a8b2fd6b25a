"""Erasing rows of the tables: one condition for a site, a page, a period, a sender or a visitor.

A condition names pages, senders and visitors by their hash, because the engine keeps the text of a mutation in the
folder of the table. Nothing here knows about the journal: collector/journal/eraser.py applies the same condition.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import xxhash

from store.client import Store
from store.open_days import open_rows
from store.records import DataKind, Erasure
from store.zones import DAY_MS

RETENTION = "retention-"  # prefix of the ids of erasures by the limits of a site
CLOSING = "closing-"  # of the erasures of the rows of closed days, which are counted (aggregator/queries/closing.py)
_BY_ITSELF = (RETENTION, CLOSING)
_PRESENT = ("matches", "picture_choices", "retakes", "refusals")  # small tables about what is used now
MOST_IDS = 1_000  # pictures or jobs that a mutation names
_WAITS = 20  # for the files of old parts, half a second each
_pause = threading.Event()  # never set


@dataclass(frozen=True)
class DataTable:
    """A table with rows of a site. `time`: the column that says when; "" in tables that are erased as a whole.

    `column`: what its rows are of, where that is not a site; `people`: whether it has the columns visitor and sender.
    `folded`: its rows are counts of many visitors. If one of them is erased, so are all counts of the site or the page,
    which are then made again.
    """

    name: str
    kind: DataKind
    time: str
    column: str = "site"
    page: bool = True
    visitor: bool = False
    sender: bool = False
    folded: bool = False


TABLES = (
    DataTable("views", "views", "time", visitor=True, sender=True),
    DataTable("scrolls", "views", "time", visitor=True, sender=True),
    DataTable("touches", "views", "time", visitor=True, sender=True),
    DataTable("points", "points", "time", visitor=True, sender=True),
    DataTable("folded_records", "points", "time", folded=True),
    DataTable("folded_days", "points", "time", folded=True),
    DataTable("day_counts", "views", "time", folded=True),
    DataTable("elements", "points", "seen", sender=True),
    DataTable("events", "events", "time", visitor=True, sender=True),
    DataTable("feedback", "events", "time", visitor=True, sender=True),
    DataTable("strips", "pictures", "", column="snapshot", page=False),
    DataTable("snapshots", "pictures", "taken"),
    DataTable("matches", "pictures", "made"),
    DataTable("picture_choices", "pictures", "time"),
    DataTable("retakes", "pictures", "begun"),
    DataTable("refusals", "views", "time", page=False),
    DataTable("credentials", "pictures", "", page=False),
)


def hash_of(text: str) -> str:
    """How a condition names a page, a sender or a visitor (its number in decimal)."""
    return str(xxhash.xxh64_intdigest(text.encode())) if text else ""


def forget_visitor(store: Store, site: int, visitor: int) -> dict[str, int]:
    """Erase every row of a visitor; the number of views and points erased. Returns when it is done."""
    kinds: dict[DataKind, int] = {"views": 0, "points": 0, "events": 0}
    found = Erasure(id="", site=str(site), asked=0, until=kinds, visitor=hash_of(str(visitor)))
    counted = count_visits(store, found)
    for table in TABLES:
        erase_table(store, table, found)
    return counted


def stored_pages(store: Store, site: int) -> list[str]:
    """Every page of which a site has stored something."""
    sources = " UNION ALL ".join(
        f"SELECT DISTINCT page FROM {table} WHERE site = {{site:UInt32}}"
        for table in ("views", "events", "elements", "snapshots")
    )
    return [row["page"] for row in store.rows(f"SELECT DISTINCT page FROM ({sources}) ORDER BY page", site=site)]


def stored_senders(store: Store, site: int) -> list[dict[str, Any]]:
    """Who sent what is stored of a site besides visitors' browsers: sender, first and last time (ms), rows."""
    sources = " UNION ALL ".join(
        f"SELECT sender, time FROM {table} WHERE site = {{site:UInt32}} AND sender != ''"
        for table in ("views", "events", "points")
    )
    return store.rows(
        "SELECT sender, toUnixTimestamp64Milli(min(time)) AS first, toUnixTimestamp64Milli(max(time)) AS last, "
        f"count() AS stored FROM ({sources}) GROUP BY sender ORDER BY sender",
        site=site,
    )


def count_visits(store: Store, erasure: Erasure) -> dict[str, int]:
    """The number of views and points to which an erasure applies."""
    counts = {"views": "uniqExact(view)", "points": "count()"}
    found = dict.fromkeys(counts, 0)
    for table in TABLES:
        if table.name in counts and (where := condition(table, erasure)):
            sql = f"SELECT {counts[table.name]} AS n FROM {table.name} WHERE {where[0]}"
            found[table.name] = int(store.rows(sql, **where[1])[0]["n"])
    return found


def count_rows(store: Store, erasure: Erasure) -> dict[str, int]:
    """The rows about visitors to which an erasure applies, by table. Counts of many visitors are made again."""
    found: dict[str, int] = {}
    for table in TABLES:
        if table.visitor and (where := condition(table, erasure)):
            rows = store.rows(f"SELECT count() AS n FROM {table.name} WHERE {where[0]}", **where[1])
            found[table.name] = int(rows[0]["n"])
    return found


def condition(table: DataTable, erasure: Erasure) -> tuple[str, dict[str, Any]] | None:
    """The rows of a table that are erased, as a condition and its values; None if there are none.

    Tables without a column that the erasure is about hold nothing of it: no visitor has pictures.
    """
    if erasure.id.startswith(CLOSING) and (table.folded or table.name == "elements"):
        return None
    if table.folded:
        return _folds(erasure)
    until = erasure.until.get(table.kind)
    about_people = bool(erasure.visitor or erasure.sender)
    if until is None or (about_people and not (table.visitor if erasure.visitor else table.sender)):
        return None
    if table.column != "site" or (erasure.pages and not table.page) or (not table.time and not erasure.whole_site):
        return None
    if table.name in _PRESENT and erasure.id.startswith(_BY_ITSELF):
        return None
    parts, values = [_OF_SITE], _site_values(erasure)
    if erasure.pages:
        parts.append("xxHash64(page) IN {pages:Array(UInt64)}")
        values["pages"] = [int(page) for page in erasure.pages]
    for name, column in (("sender", "sender"), ("visitor", "toString(visitor)")):
        if hashed := getattr(erasure, name):
            parts.append(f"xxHash64({column}) = {{{name}:UInt64}}")
            values[name] = int(hashed)
    if table.time and erasure.since:
        parts.append(f"{table.time} >= fromUnixTimestamp64Milli({{since:Int64}}, 'UTC')")
        values["since"] = erasure.since
    if table.time and until:
        parts.append(f"{table.time} < fromUnixTimestamp64Milli({{until:Int64}}, 'UTC')")
        values["until"] = until
    return " AND ".join(parts), values


_OF_SITE = "site IN {site:Array(UInt32)}"


def _site_values(erasure: Erasure) -> dict[str, Any]:
    """The numbers under which rows of the site are stored."""
    site = int(erasure.site)
    return {"site": [site, open_rows(site)]}


def _folds(erasure: Erasure) -> tuple[str, dict[str, Any]] | None:
    """The counts of which something is erased: those of the days before its end, or all if it is about somebody.

    Those that cannot be made again are erased by their page and day only: nobody can be told in them.
    """
    ends = [erasure.until[kind] for kind in ("points", "views") if kind in erasure.until]
    if not ends:
        return None
    parts, values = [_OF_SITE], _site_values(erasure)
    if erasure.pages:
        parts.append("xxHash64(page) IN {pages:Array(UInt64)}")
        values["pages"] = [int(page) for page in erasure.pages]
    if erasure.visitor or erasure.sender:
        parts.append("least = 0")
    elif erasure.since:
        parts.append("(least = 0 OR time > fromUnixTimestamp64Milli({since:Int64}, 'UTC'))")
        values["since"] = erasure.since - DAY_MS
    if all(ends) and not (erasure.visitor or erasure.sender):
        parts.append("time < fromUnixTimestamp64Milli({until:Int64}, 'UTC')")
        values["until"] = max(ends)
    return " AND ".join(parts), values


def erase_table(store: Store, table: DataTable, erasure: Erasure) -> int:
    """Erase the rows of one table; returns how many there were. Rows that are there when it returns came later."""
    if table.column == "snapshot":
        return sum(_erase_strips(store, erasure))
    found = condition(table, erasure)
    if found is None:
        return 0
    where, values = found
    rows = int(store.rows(f"SELECT count() AS n FROM {table.name} WHERE {where}", **values)[0]["n"])
    if rows:
        erase_rows(store, table.name, f"WHERE {where}", **values)
    return rows


def _erase_strips(store: Store, erasure: Erasure) -> Iterator[int]:
    """The strips of the pictures that are erased after them."""
    snapshots = next(table for table in TABLES if table.name == "snapshots")
    if (found := condition(snapshots, erasure)) is None:
        return
    ids = [int(row["id"]) for row in store.rows(f"SELECT id FROM snapshots WHERE {found[0]}", **found[1])]
    for chosen in chunks(ids):
        yield len(chosen)
        erase_rows(store, "strips", "WHERE snapshot IN {ids:Array(UInt64)}", ids=chosen)
        erase_rows(store, "matches", "WHERE snapshot IN {ids:Array(UInt64)}", ids=chosen)


def erase_examples(store: Store, site: int) -> None:
    """Erase the examples of refused messages of a site, which may name a page. Their numbers stay."""
    local, on_cluster = _local(store, "refusals")
    store.command(
        f"ALTER TABLE {local} {on_cluster} UPDATE example = '' WHERE site = {{site:UInt32}} AND example != '' "
        "SETTINGS mutations_sync = 2",
        site=site,
    )


def erase_versions(store: Store, blanked: Sequence[str]) -> None:
    """Erase all versions of definitions (`Definitions.blank`) but the empty ones."""
    erase_rows(
        store,
        "definitions",
        "WHERE xxHash64(concat(kind, '/', id)) IN {ids:Array(UInt64)} AND json != '{}'",
        ids=[int(hash_of(one)) for one in blanked],
    )


def erase_rows(store: Store, table: str, where: str, **params: object) -> None:
    """Erase the rows of a table to which the clause `where` applies. Returns when it is done."""
    local, on_cluster = _local(store, table)
    store.command(f"ALTER TABLE {local} {on_cluster} DELETE {where} SETTINGS mutations_sync = 2", **params)


def delete_old_files(store: Store, tables: Sequence[str]) -> bool:
    """Delete the files of rows that were erased; False if some are still being read.

    The engine keeps the files from before a mutation for eight minutes, in case the machine loses power before the new
    ones are on the disk: so they are synced first. The files of a cluster are left to its servers.
    """
    if store.cluster:
        return True
    store.sync()
    try:
        for table in tables:
            store.command(f"ALTER TABLE {table} MODIFY SETTING old_parts_lifetime = 0")
        for _ in range(_WAITS):
            for table in tables:  # a partition that does not exist: dropping it makes the engine delete old files
                store.command(f"ALTER TABLE {table} DROP PARTITION ID 'none'")
            if not _old_parts(store, tables):
                return True
            _pause.wait(0.5)
        return False
    finally:
        for table in tables:
            store.command(f"ALTER TABLE {table} RESET SETTING old_parts_lifetime")


def _old_parts(store: Store, tables: Sequence[str]) -> int:
    rows = store.rows(
        "SELECT count() AS n FROM system.parts WHERE database = currentDatabase() AND NOT active "
        "AND table IN {tables:Array(String)}",
        tables=list(tables),
    )
    return int(rows[0]["n"])


def chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    for begin in range(0, len(ids), MOST_IDS):
        yield list(ids[begin : begin + MOST_IDS])


def _local(store: Store, table: str) -> tuple[str, str]:
    """The name of the table that holds the rows, and the clause that changes it on every server of a cluster."""
    return (f"{table}_local", f"ON CLUSTER `{store.cluster}`") if store.cluster else (table, "")
