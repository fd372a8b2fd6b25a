"""Limits of queries, and their end when nobody waits for them any longer, in a folder and on a server."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from store.client import Store
from store.errors import QueryCancelled, QueryTooLarge, QueryTooLong, StoreError
from store.runs import BoundedRun, QueryLimits
from tests.waiting import until

SLOW = "SELECT count() AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 0"
LARGE = "SELECT groupArray(number) AS g FROM numbers(100000000)"
Read = Callable[[Store, str], object]
WAYS: dict[str, Read] = {
    "rows": lambda store, sql: store.rows(sql),
    "columns": lambda store, sql: store.columns(sql),
    "formatted": lambda store, sql: store.formatted(sql, "CSV"),
}


def running(store: Store, run: BoundedRun) -> int:
    """Queries of the run that the engine is working on."""
    sql = "SELECT count() AS n FROM system.processes WHERE Settings['log_comment'] = {mark:String}"
    return int(store.rows(sql, mark=run.mark)[0]["n"])


@pytest.mark.parametrize("read", WAYS.values(), ids=WAYS)
def test_queries_end_with_a_message_at_the_limits(either: Store, read: Read) -> None:
    with pytest.raises(QueryTooLong, match="takes longer to answer than is allowed"):
        BoundedRun(QueryLimits(seconds=0.3)).call(lambda: read(either, SLOW))
    with pytest.raises(QueryTooLarge, match="needs more memory than is allowed"):
        BoundedRun(QueryLimits(memory=20_000_000)).call(lambda: read(either, LARGE))
    assert either.rows("SELECT 1 AS one") == [{"one": 1}]


@pytest.mark.parametrize("read", WAYS.values(), ids=WAYS)
def test_a_cancelled_run_ends_in_the_engine(either: Store, read: Read) -> None:
    run, errors = BoundedRun(), list[StoreError]()

    def work() -> None:
        try:
            run.call(lambda: read(either, SLOW))
        except StoreError as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    until(lambda: running(either, run))
    run.cancel()
    thread.join(10)
    assert not thread.is_alive()
    assert [type(error) for error in errors] == [QueryCancelled]
    assert running(either, run) == 0


def test_the_queries_of_a_run_share_its_time(store: Store) -> None:
    def two() -> None:
        with pytest.raises(QueryTooLong):
            store.rows(SLOW)
        with pytest.raises(QueryTooLong):  # not begun
            store.rows("SELECT 1 AS one")

    BoundedRun(QueryLimits(seconds=0.3)).call(two)


def test_a_cancelled_run_begins_no_query(store: Store) -> None:
    run = BoundedRun()
    run.cancel()
    with pytest.raises(QueryCancelled):
        run.call(lambda: store.rows("SELECT 1 AS one"))


def test_only_the_queries_of_the_run_are_cancelled(store: Store) -> None:
    run, other, found = BoundedRun(), BoundedRun(), list[object]()
    threads = [
        threading.Thread(target=lambda one=one: found.append(_outcome(store, one)))  # type: ignore[misc]
        for one in (run, other)
    ]
    for thread in threads:
        thread.start()
    until(lambda: running(store, run) and running(store, other))
    run.cancel()
    until(lambda: found)
    assert running(store, other) == 1
    other.cancel()
    for thread in threads:
        thread.join(10)
    assert found == [QueryCancelled, QueryCancelled]


def test_inserts_and_commands_are_not_bounded(store: Store) -> None:
    def change() -> None:
        store.command("CREATE TABLE IF NOT EXISTS bounded (n UInt64) ENGINE = Memory")
        store.insert("bounded", {"n": [1, 2]})

    run = BoundedRun(QueryLimits(seconds=0.001, memory=1))
    run.refuse()
    run.call(change)
    assert store.rows("SELECT count() AS n FROM bounded") == [{"n": 2}]
    store.command("DROP TABLE bounded")


def _outcome(store: Store, run: BoundedRun) -> object:
    try:
        return run.call(lambda: store.rows(SLOW))
    except StoreError as error:
        return type(error)
