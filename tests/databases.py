"""Databases with all tables made, which the next test or module uses again: to make them takes half a second of CPU.

One is used again, emptied, only if its tables are as the migrations made them; otherwise it is dropped.
"""

from __future__ import annotations

import itertools
from contextlib import closing
from pathlib import Path

from store.client import Store, open_store
from store.migrations import migrate

_TABLES = "SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() ORDER BY name"
_FILLED = (
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND total_rows > 0 AND name != 'migrations'"
)
_VERSIONS = "SELECT version FROM migrations ORDER BY version"

State = tuple[str, ...]


class Databases:
    """Those of the embedded engine of one process, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = itertools.count(1)
        self._made: dict[str, State] = {}  # database → its tables, as the migrations made them
        self._idle: list[str] = []

    def lend(self) -> Store:
        """An empty database with its tables made."""
        if self._idle:
            return self._open(self._idle.pop())
        store = self._open(f"lent_{next(self._number)}")
        migrate(store)
        self._made[store.database] = _state(store)
        return store

    def take_back(self, lent: Store) -> None:
        """Closes the store, and empties its database for the next one."""
        name = lent.database
        lent.close()
        with closing(self._open(name)) as store:
            if _state(store) != self._made[name]:
                store.command(f"DROP DATABASE IF EXISTS `{name}` SYNC")
                return
            for row in list(store.rows(_FILLED)):
                store.command(f"TRUNCATE TABLE `{row['name']}` SYNC")
        self._idle.append(name)

    def _open(self, name: str) -> Store:
        return open_store(self._folder, database=name)


def _state(store: Store) -> State:
    tables = (f"{row['name']} {row['create_table_query']}" for row in store.rows(_TABLES))
    return (*tables, *(str(row["version"]) for row in store.rows(_VERSIONS)))
