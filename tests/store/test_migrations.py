from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from store.client import Store, StoreNewer
from store.migrations import migrate, render

SQL = """
-- a comment; with a semicolon
CREATE TABLE IF NOT EXISTS {table:views} {on_cluster} (site UInt32, seq UInt32, view UInt64) -- one more; here
{engine:ReplacingMergeTree(seq)}
ORDER BY (site, view)
{once};
{distributed:views:view}
CREATE MATERIALIZED VIEW shaped {on_cluster} TO views AS SELECT 1;
"""


# SHA-256 of each file that was ever released. Only ever add a line.
RELEASED = {
    "0001_schema": "32451e1c138c85b4e684817f43318676bd3ace826466e37a4fc1917ff83c2857",
    "0002_pictures_and_errors": "5d10a75aafc3f1e4d305567f7428058ad9a3f3bb0a6c9b453fef4e5c0443e8ab",
    "0003_retakes": "3476bc6f93765d4c96048216c8623da6cd32b45b85ff199aa7537c48977e8fc5",
    "0004_senders": "2661fae8acb436b13434fad5f1c66cbb39c6c77d86cc1e0c7ed5b46fb6764625",
    "0005_folds": "707cadc965c1955482257bba3bc060da3ed31323dc54025d7023cbcc77914921",
    "0006_smaller_points": "aa145125b22256891c06b7bdae5f976e1061250e3a12fce395d267be58b5eee5",
    "0007_folded_exposure": "a3ad82e9d496719cbb29f358527d8ee4550e82700764b78ff49a6fb8ec31da30",
    "0008_feedback": "adf6604f5ed96bb9dd4c12ba782070344b31666be29934aca8eddef2332e4d0d",
    "0009_counts_only": "c7d7614f494b30757b6402607a862e49eadbd341e8b13096515988aef3d178ca",
}


def _words(text: str) -> str:
    return " ".join(text.split())


def test_migrating_twice_does_nothing_the_second_time(either: Store) -> None:
    assert migrate(either) == []
    names = {row["name"] for row in either.rows("SELECT name FROM system.tables WHERE database = currentDatabase()")}
    assert {"landing", "views", "points", "scrolls", "events", "touches", "elements"} <= names
    assert {"snapshots", "strips", "definitions", "refusals", "day_keys", "migrations"} <= names


def test_a_new_store_runs_all_migrations_in_order(fresh_store: Callable[[], Store]) -> None:
    done = migrate(fresh_store())
    assert done == sorted(done)
    assert done[0] == "0001_schema"


def test_a_newer_store_is_refused(store: Store) -> None:
    store.insert("migrations", {"version": [9999], "name": ["9999_later"], "time": [0]})
    with pytest.raises(StoreNewer, match="9999_later"):
        migrate(store)


def test_an_interrupted_migration_is_finished(store: Store) -> None:
    """The tables exist, but `migrations` does not say so: as after a crash between the two."""
    store.command("TRUNCATE TABLE migrations")
    assert migrate(store)
    assert migrate(store) == []


def test_released_migrations_never_change() -> None:
    """A store that ran a file never runs it again: a change goes into a new file, with a line in RELEASED."""
    files = Path("store/sql").glob("*.sql")
    assert {file.stem: sha256(file.read_bytes()).hexdigest() for file in files} == RELEASED


def test_every_target_of_landing_remembers_tokens(store: Store) -> None:
    rows = store.rows(
        "SELECT name, engine_full FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' "
        "AND name != 'migrations'"
    )
    assert len(rows) == 20
    assert [row["name"] for row in rows if "deduplication_window = 10000" not in row["engine_full"]] == []


def test_one_server_gets_plain_tables() -> None:
    table, view = render(SQL)
    assert _words(table) == (
        "CREATE TABLE IF NOT EXISTS views (site UInt32, seq UInt32, view UInt64) "
        "ENGINE = ReplacingMergeTree(seq) ORDER BY (site, view) "
        "SETTINGS non_replicated_deduplication_window = 10000"
    )
    assert _words(view) == "CREATE MATERIALIZED VIEW shaped TO views AS SELECT 1"


def test_a_cluster_gets_replicated_tables_and_one_over_all_shards() -> None:
    table, over, view = render(SQL, "blue")
    assert _words(table) == (
        "CREATE TABLE IF NOT EXISTS views_local ON CLUSTER `blue` (site UInt32, seq UInt32, view UInt64) "
        "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', seq) "
        "ORDER BY (site, view) SETTINGS replicated_deduplication_window = 10000"
    )
    assert _words(over) == (
        "CREATE TABLE IF NOT EXISTS views ON CLUSTER `blue` AS views_local "
        "ENGINE = Distributed(`blue`, currentDatabase(), views_local, xxHash64(view))"
    )
    assert _words(view) == "CREATE MATERIALIZED VIEW shaped ON CLUSTER `blue` TO views AS SELECT 1"


def test_a_changed_table_is_changed_on_a_cluster_in_both_of_its_forms() -> None:
    sql = "{alter:views}\n    ADD COLUMN IF NOT EXISTS country String;"
    assert [_words(one) for one in render(sql)] == ["ALTER TABLE views ADD COLUMN IF NOT EXISTS country String"]
    assert [_words(one) for one in render(sql, "blue")] == [
        "ALTER TABLE views_local ON CLUSTER `blue` ADD COLUMN IF NOT EXISTS country String",
        "ALTER TABLE views ON CLUSTER `blue` ADD COLUMN IF NOT EXISTS country String",
    ]


def test_no_placeholder_is_left() -> None:
    from store.migrations import _migrations

    for _, sql in _migrations().values():
        for cluster in ("", "blue"):
            for statement in render(sql, cluster):
                without_macros = statement.replace("{uuid}", "").replace("{shard}", "").replace("{replica}", "")
                assert "{" not in without_macros, statement
