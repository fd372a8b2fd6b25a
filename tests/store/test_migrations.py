from __future__ import annotations

from collections.abc import Callable

import pytest

from store import migrations
from store.client import Store, StoreNewer
from store.migrations import migrate, render
from tests.store.lines import line

SQL = """
-- a comment; with a semicolon
CREATE TABLE IF NOT EXISTS {table:views} {on_cluster} (site UInt32, seq UInt32, view UInt64)
{engine:ReplacingMergeTree(seq)}
ORDER BY (site, view)
{once};
{distributed:views:view}
CREATE MATERIALIZED VIEW shaped {on_cluster} TO views AS SELECT 1;
"""


def _words(text: str) -> str:
    return " ".join(text.split())


def test_migrating_twice_does_nothing_the_second_time(either: Store) -> None:
    assert migrate(either) == []
    names = {row["name"] for row in either.rows("SELECT name FROM system.tables WHERE database = currentDatabase()")}
    assert {"landing", "views", "points", "scrolls", "events", "touches", "elements"} <= names
    assert {"snapshots", "strips", "definitions", "refusals", "day_keys", "migrations"} <= names


def test_a_fresh_store_runs_all_in_order(fresh_store: Callable[[], Store]) -> None:
    done = migrate(fresh_store())
    assert done == sorted(done)
    assert done[0] == "0001_tables"


def test_a_newer_store_is_refused(store: Store) -> None:
    store.insert("migrations", {"version": [9999], "name": ["9999_later"], "time": [0]})
    with pytest.raises(StoreNewer, match="9999_later"):
        migrate(store)


def test_a_migration_that_was_cut_off_is_finished(store: Store) -> None:
    """The tables are there, but not the note of it: as after a crash between the two."""
    store.command("TRUNCATE TABLE migrations")
    assert migrate(store)
    assert migrate(store) == []


@pytest.mark.parametrize("first", [4, 6])
def test_a_store_of_before_keeps_its_rows_and_takes_new_ones(
    fresh_store: Callable[[], Store], monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    """0004 and 0006 make anew what shapes the rows: once each before and after."""
    store = fresh_store()
    every = migrations._migrations()
    with monkeypatch.context() as before:
        before.setattr(migrations, "_migrations", lambda: {n: one for n, one in every.items() if n < first})
        migrate(store)
        store.insert_segment(line(), "old")
    migrate(store)
    if first > 4:
        store.insert_segment(line(), "old")  # sent again: its token is known still
    store.insert_segment(line(view="b" * 24), "new")
    for table, count in {"views": 1, "points": 3, "scrolls": 1, "events": 3, "touches": 1}.items():
        rows = store.rows(f"SELECT view, count() AS n FROM {table} GROUP BY view")
        assert [row["n"] for row in rows] == [count, count], table


def test_every_target_of_landing_remembers_tokens(store: Store) -> None:
    rows = store.rows(
        "SELECT name, engine_full FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' "
        "AND name != 'migrations'"
    )
    assert len(rows) == 12
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


def test_no_placeholder_is_left() -> None:
    from store.migrations import _migrations

    for _, sql in _migrations().values():
        for cluster in ("", "blue"):
            for statement in render(sql, cluster):
                without_macros = statement.replace("{uuid}", "").replace("{shard}", "").replace("{replica}", "")
                assert "{" not in without_macros, statement
