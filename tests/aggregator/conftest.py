"""One set of tables for all tests of the aggregator, emptied between them: creating them takes a second or two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.client import Store, open_store
from store.migrations import migrate
from tests.aggregator.build import insert
from tests.aggregator.segment_loop import Loop
from tests.aggregator.segment_site import SINCE, UNTIL, Site, made_rows

TABLES = (
    "feedback",
    "views",
    "points",
    "scrolls",
    "events",
    "touches",
    "elements",
    "snapshots",
    "strips",
    "matches",
    "folded_days",
    "folded_records",
)


@pytest.fixture(scope="session")
def aggregator_store(engine_folder: Path) -> Iterator[Store]:
    made = open_store(engine_folder, database="aggregator")
    migrate(made)
    yield made
    made.close()


@pytest.fixture
def store(aggregator_store: Store) -> Iterator[Store]:
    yield aggregator_store
    for table in TABLES:
        aggregator_store.command(f"TRUNCATE TABLE {table}")


@pytest.fixture(scope="session")
def site(engine_folder: Path) -> Iterator[Site]:
    """A site whose rows no test changes."""
    store = open_store(engine_folder, database="segments")
    migrate(store)
    tables = made_rows()
    for table, rows in tables.items():
        insert(store, table, [{name: value for name, value in row.items() if name != "day"} for row in rows])
    yield Site(store, tables, Loop(tables, SINCE, UNTIL))
    store.close()
