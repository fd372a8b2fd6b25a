"""A real engine for the tests: one folder a process, a fresh database a test.

The embedded engine holds one folder a process, so every test of a process shares `engine_folder`
and has its own database in it: `store` is one with its tables made.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

# Else its plugin imports it at the end of the run, deep in Playwright's greenlets, where CPython 3.11 fails.
import hypothesis
import pytest

from store import engine
from store.client import Store, open_store
from tests.databases import Databases
from tests.order import in_order

# A deadline per example measures how busy the machine is.
hypothesis.settings.register_profile("parcours", deadline=None)
hypothesis.settings.load_profile("parcours")

_number = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = in_order(items)


@pytest.fixture(scope="session", autouse=True)
def freed_memory_is_kept() -> Iterator[None]:
    """A process that runs all tests is always large: it would return memory after nearly every query, which takes a
    third of the time. tests/store/test_engine.py has processes of its own for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "MUCH", 1 << 62)
        yield


@pytest.fixture(scope="session")
def engine_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of this process's embedded engine, held open to the end of the session."""
    folder = tmp_path_factory.mktemp("engine")
    holder = open_store(folder, database="holder")
    yield folder
    holder.close()


@pytest.fixture
def fresh_store(engine_folder: Path) -> Iterator[Callable[[], Store]]:
    """Opens an empty database each time it is called; they are dropped after the test."""
    opened: list[Store] = []

    def fresh() -> Store:
        opened.append(open_store(engine_folder, database=f"test_{next(_number)}"))
        return opened[-1]

    yield fresh
    for store in opened:
        store.close()
    cleaner = open_store(engine_folder, database="holder")
    for store in opened:
        cleaner.command(f"DROP DATABASE IF EXISTS `{store.database}` SYNC")
    cleaner.close()


@pytest.fixture(scope="session")
def databases(engine_folder: Path) -> Databases:
    return Databases(engine_folder)


@pytest.fixture
def store(databases: Databases) -> Iterator[Store]:
    """An empty database with its tables made."""
    lent = databases.lend()
    yield lent
    databases.take_back(lent)
