"""One computation for all who ask for the same."""

from __future__ import annotations

import threading

import anyio
import pytest

from viewer.work import Work


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
