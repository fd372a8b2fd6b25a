"""Results of queries of folds that are kept in memory."""

from __future__ import annotations

from typing import Any

import pytest

from aggregator.queries.fold_memory import FoldMemory
from store.client import Store

SQL = "SELECT number + {first:UInt64} AS n FROM numbers({size:UInt64})"


@pytest.fixture
def asked(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The values of the queries that reached the store."""
    found: list[dict[str, Any]] = []
    columns = store.columns

    def counted(sql: str, /, **params: object) -> Any:
        found.append(params)
        return columns(sql, **params)

    monkeypatch.setattr(store, "columns", counted)
    return found


def test_the_same_query_is_read_once_and_another_one_again(store: Store, asked: list[dict[str, Any]]) -> None:
    memory = FoldMemory()
    for first in (1, 1, 2, 1):
        assert memory.columns(store, SQL, first=first, size=3)["n"].tolist() == [first, first + 1, first + 2]
    assert [one["first"] for one in asked] == [1, 2]


def test_what_was_used_longest_ago_is_forgotten(store: Store, asked: list[dict[str, Any]]) -> None:
    memory = FoldMemory(most=2 * 8 * 10)  # two results of ten numbers
    for first in (1, 2, 1, 3, 1, 2):
        memory.columns(store, SQL, first=first, size=10)
    assert [one["first"] for one in asked] == [1, 2, 3, 2]


def test_a_result_that_is_too_large_is_not_kept(store: Store, asked: list[dict[str, Any]]) -> None:
    memory = FoldMemory(most=8 * 10)
    for size in (10, 11, 11, 10):
        memory.columns(store, SQL, first=0, size=size)
    assert [one["size"] for one in asked] == [10, 11, 11]


def test_nobody_changes_what_is_kept(store: Store) -> None:
    kept = FoldMemory().columns(store, SQL, first=0, size=3)["n"]
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 1


def test_a_cluster_is_asked_each_time(
    store: Store, asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not every one of its servers may have all rows of a fold yet."""
    monkeypatch.setattr(store, "cluster", "one")
    memory = FoldMemory()
    for _ in range(2):
        memory.columns(store, SQL, first=0, size=1)
    assert len(asked) == 2
