"""One set of tables for all tests of the aggregator, emptied between them: creating them takes a second or two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.client import Store, open_store
from store.migrations import migrate

TABLES = ("views", "points", "scrolls", "events", "touches", "elements", "snapshots", "strips", "matches")


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
