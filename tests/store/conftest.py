"""The same store in both forms: a folder, and a server over HTTP."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from store.client import Store, open_store
from store.definitions import Definitions
from store.migrations import migrate
from tests.clickhouse_front import running

_number = itertools.count(1)


@pytest.fixture(scope="session")
def server_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture(params=["folder", "server"])
def either(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A fresh database with its tables, once in the folder and once on a server."""
    if request.param == "folder":
        yield request.getfixturevalue("store")
        return
    made = open_store(request.getfixturevalue("server_address"), database=f"test_{next(_number)}")
    migrate(made)
    yield made
    made.close()


@pytest.fixture
def definitions(either: Store) -> Definitions:
    return Definitions(either)
