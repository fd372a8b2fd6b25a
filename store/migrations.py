"""Create and change the tables: numbered files in store/sql, each run once, in order.

From the first release on, files are only added: tests/store/test_migrations.py holds the digest of each.
`--` begins a comment. Placeholders, filled in by `render`:

- `{on_cluster}`: `ON CLUSTER name`, or nothing
- `{table:views}`: the table that holds the rows: `views`, on a cluster `views_local`
- `{engine:MergeTree}`: `ENGINE = MergeTree`, on a cluster the replicated engine of that name
- `{once}`: the table setting that makes it remember insert tokens
- `{distributed:views:view}`: on a cluster, the table over all shards, sharded by the expression
- `{alter:views}` … `;`: `ALTER TABLE` of the table that holds the rows, on a cluster also of that over all shards
"""

from __future__ import annotations

import re
import time
from importlib.resources import files

from store.client import Store, StoreNewer

WINDOW = 10_000  # insert tokens remembered by each table
_ENGINE = re.compile(r"\{engine:(\w+)(?:\(([^)]*)\))?\}")
_DISTRIBUTED = re.compile(r"^\{distributed:(\w+):(.+)\}$", re.M)
_ALTER = re.compile(r"^\{alter:(\w+)\}([^;]+);", re.M)
_COMMENT = re.compile(r"\s*--.*$", re.M)


def migrate(store: Store) -> list[str]:
    """Run the files that were not run yet; returns their names.

    StoreNewer when the store holds a migration that this version does not know.
    """
    on_cluster = f"ON CLUSTER `{store.cluster}`" if store.cluster else ""
    engine = "ReplicatedMergeTree" if store.cluster else "MergeTree"
    store.command(
        f"CREATE TABLE IF NOT EXISTS migrations {on_cluster} (version UInt32, name String, time DateTime64(3, 'UTC')) "
        f"ENGINE = {engine} ORDER BY version"
    )
    known = _migrations()
    applied = {int(row["version"]): str(row["name"]) for row in store.rows("SELECT version, name FROM migrations")}
    newest = max(applied, default=0)
    if newest > max(known, default=0):
        raise StoreNewer(
            f"The tables in {store.location} were made by a newer Parcours (migration {applied[newest]}). "
            "Run that version, or open a backup from before it."
        )
    done = []
    for version, (name, sql) in known.items():
        if version in applied:
            continue
        for statement in render(sql, store.cluster):
            store.command(statement)
        now = int(time.time() * 1000)
        store.insert("migrations", {"version": [version], "name": [name], "time": [now]})
        done.append(name)
    return done


def render(sql: str, cluster: str = "") -> list[str]:
    """The statements of a file, for a single server or for a cluster."""
    sql = _COMMENT.sub("", sql)
    sql = _DISTRIBUTED.sub(lambda found: _over_shards(found[1], found[2], cluster), sql)
    sql = _ALTER.sub(lambda found: _altered(found[1], found[2], cluster), sql)
    sql = sql.replace("{on_cluster}", f"ON CLUSTER `{cluster}`" if cluster else "")
    sql = re.sub(r"\{table:(\w+)\}", r"\1_local" if cluster else r"\1", sql)
    sql = _ENGINE.sub(lambda found: _engine(found[1], found[2] or "", cluster), sql)
    window = "replicated_deduplication_window" if cluster else "non_replicated_deduplication_window"
    sql = sql.replace("{once}", f"SETTINGS {window} = {WINDOW}")
    return [statement for part in sql.split(";") if (statement := part.strip())]


def _engine(family: str, arguments: str, cluster: str) -> str:
    # {shard} and {replica} are macros from each server's configuration; {uuid} keeps the paths apart.
    path = "'/clickhouse/tables/{uuid}/{shard}', '{replica}'" if cluster else ""
    inside = ", ".join(part for part in (path, arguments) if part)
    return f"ENGINE = {'Replicated' if cluster else ''}{family}" + (f"({inside})" if inside else "")


def _over_shards(table: str, key: str, cluster: str) -> str:
    if not cluster:
        return ""
    return (
        f"CREATE TABLE IF NOT EXISTS {table} {{on_cluster}} AS {table}_local\n"
        f"ENGINE = Distributed(`{cluster}`, currentDatabase(), {table}_local, {_sharded(key)});"
    )


def _altered(table: str, change: str, cluster: str) -> str:
    tables = (f"{table}_local", table) if cluster else (table,)
    return "\n".join(f"ALTER TABLE {name} {{on_cluster}}{change};" for name in tables)


def _sharded(key: str) -> str:
    # A sharding expression must be an unsigned number, which a day is not.
    return key if key.startswith("xxHash64(") else f"xxHash64({key})"


def _migrations() -> dict[int, tuple[str, str]]:
    """Version → (name, text), oldest first."""
    found = sorted(
        (entry for entry in files("store").joinpath("sql").iterdir() if entry.name.endswith(".sql")),
        key=lambda entry: entry.name,
    )
    return {
        int(entry.name.split("_")[0]): (entry.name.removesuffix(".sql"), entry.read_text("utf-8")) for entry in found
    }
