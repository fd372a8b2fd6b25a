"""One computation for all who ask for the same."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref

import anyio
import pytest

from store.client import Store
from store.errors import QueryCancelled, QueryTooLong
from store.runs import QueryLimits
from tests.waiting import until, until_async
from viewer.work import END_SECONDS, FINISH_SECONDS, HEAVY_THREADS, ThreadsBusy, Work


@pytest.fixture
def work():
    made = Work()
    yield made
    made.close()


def test_callers_during_a_run_share_it(work):
    runs: list[int] = []
    go = threading.Event()

    def slow() -> int:
        assert go.wait(30)
        runs.append(1)
        return len(runs)

    async def ask() -> list[int]:
        found: list[int] = []

        async def one() -> None:
            found.append(await work.once("key", 60, slow))

        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(one)
            await anyio.lowlevel.checkpoint()
            go.set()
        found.append(await work.once("key", 60, slow))
        found.append(await work.once("key", 60, slow, fresh=True))
        work.forget()
        found.append(await work.once("key", 60, slow))
        return found

    assert anyio.run(ask) == [1] * 6 + [2, 3]


def test_old_results_are_computed_again(work):
    async def ask() -> tuple[object, object]:
        return await work.once("key", 0, object), await work.once("key", 0, object)

    first, second = anyio.run(ask)
    assert first is not second


def test_a_result_that_took_long_is_kept_as_long_as_any_other():
    clock = [0.0]
    work = Work(clock=lambda: clock[0])

    def slow() -> object:
        clock[0] += 100
        return object()

    async def ask() -> list[object]:
        found = [await work.once("key", 10, slow), await work.once("key", 10, slow)]
        clock[0] += 11
        return [*found, await work.once("key", 10, slow)]

    first, soon, later = anyio.run(ask)
    work.close()
    assert first is soon
    assert later is not first


def test_a_forgotten_result_is_released_without_the_garbage_collector(work):
    class Large:
        pass

    async def ask() -> weakref.ref[Large]:
        return weakref.ref(await work.once("key", 60, Large))

    gc.disable()
    try:
        result = anyio.run(ask)
        assert result() is not None
        work.forget()
        until(lambda: result() is None)
    finally:
        gc.enable()


def test_a_failure_is_raised_and_not_remembered(work):
    async def ask() -> str:
        with pytest.raises(ZeroDivisionError):
            await work.once("key", 60, lambda: 1 // 0)
        return await work.once("key", 60, lambda: "fine")

    assert anyio.run(ask) == "fine"


def test_a_client_that_disconnects_does_not_stop_the_others(work):
    go = threading.Event()

    def slow() -> str:
        assert go.wait(30)
        return "done"

    async def ask() -> str:
        with anyio.move_on_after(0.01):
            await work.once("key", 60, slow)
        go.set()
        return await work.once("key", 60, slow)

    assert anyio.run(ask) == "done"


SLOW = "SELECT count() AS n FROM numbers(1000000000000) WHERE sipHash64(number) = 0"


def queries(store: Store) -> int:
    """Slow queries that the engine is working on."""
    sql = "SELECT count() AS n FROM system.processes WHERE query LIKE '%sipHash64%' AND query NOT LIKE '%processes%'"
    return int(store.rows(sql)[0]["n"])


def test_a_run_that_nobody_waits_for_is_cancelled_in_the_engine(work, store):
    async def ask() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(work.once, "key", 60, lambda: store.rows(SLOW))
            group.start_soon(work.run, store.rows, SLOW)
            await until_async(lambda: queries(store) == 2)
            group.cancel_scope.cancel()

    anyio.run(ask)
    until(lambda: queries(store) == 0)


def test_an_answer_that_was_to_follow_is_computed_no_further_when_its_task_is_cancelled(work, store):
    async def ask() -> None:
        task = work.follow(work.once("key", 60, lambda: store.rows(SLOW)))
        await until_async(lambda: queries(store) == 1)
        task.cancel()
        await until_async(lambda: queries(store) == 0)

    anyio.run(ask)


def test_a_run_goes_on_while_one_of_several_still_waits(work, store):
    async def ask() -> None:
        async with anyio.create_task_group() as group:
            with anyio.CancelScope() as first:
                group.start_soon(work.once, "key", 60, lambda: store.rows(SLOW))
                await until_async(lambda: queries(store))
                asyncio.get_running_loop().call_soon(first.cancel)
                await work.once("key", 60, lambda: store.rows(SLOW))
            assert first.cancelled_caught
            await anyio.to_thread.run_sync(lambda: store.rows("SELECT 1 AS one"))
            assert queries(store) == 1
            group.cancel_scope.cancel()

    anyio.run(ask)
    until(lambda: queries(store) == 0)


def test_long_questions_do_not_block_the_others_for_ever(store):
    work, begun = Work(QueryLimits(seconds=3.0)), list[int]()

    def slow() -> object:
        begun.append(1)
        return store.rows(SLOW)

    async def ask() -> object:
        async with anyio.create_task_group() as group:
            for n in range(HEAVY_THREADS):
                group.start_soon(_too_long, work, n, slow)
            await until_async(lambda: len(begun) == HEAVY_THREADS)
            return await work.once("quick", 60, lambda: store.rows("SELECT 1 AS one"))

    assert anyio.run(ask) == [{"one": 1}]
    work.close()


async def _too_long(work, n, slow):
    with pytest.raises(QueryTooLong):
        await work.once(n, 60, slow)


def test_a_call_that_finds_no_thread_in_time_is_rejected():
    work, go = Work(QueryLimits(seconds=0.2)), threading.Event()

    async def ask() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(HEAVY_THREADS):
                group.start_soon(work.heavy, go.wait, 30)
            await anyio.lowlevel.checkpoint()
            with pytest.raises(ThreadsBusy):
                await work.heavy(lambda: None)
            with pytest.raises(ThreadsBusy):
                await work.once("key", 60, lambda: None)
            go.set()
        assert await work.once("key", 60, lambda: "later") == "later"

    anyio.run(ask)
    work.close()


def test_closing_ends_queries_within_seconds(store):
    work = Work()

    async def ask() -> float:
        async with anyio.create_task_group() as group:
            for n in range(HEAVY_THREADS):
                group.start_soon(_cancelled, work, store, n)
            await until_async(lambda: queries(store) == HEAVY_THREADS)
            begun = time.monotonic()
            await anyio.to_thread.run_sync(work.close)
            return time.monotonic() - begun

    assert anyio.run(ask) < FINISH_SECONDS + END_SECONDS
    assert queries(store) == 0


async def _cancelled(work, store, n):
    with pytest.raises(QueryCancelled):
        await work.once(n, 60, lambda: store.rows(SLOW))
