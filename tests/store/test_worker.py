"""A worker handles items in order, outlives failures, and ends after what was put before its end."""

from __future__ import annotations

import threading

import pytest

from store.worker import Worker


def test_items_are_handled_in_order_and_before_the_end() -> None:
    done: list[object] = []
    worker: Worker[int] = Worker(
        "test", done.append, lambda: 20.0, begin=lambda: done.append("begin"), end=lambda: done.append("end")
    )
    for number in range(3):
        worker.put(number)
    assert worker.waiting == 3
    worker.start()
    worker.put(3)
    worker.stop()
    assert done == ["begin", 0, 1, 2, 3, "end"]
    assert not worker.running


def test_a_failure_is_logged_and_the_next_item_is_handled(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int | None] = []

    def handle(item: int | None) -> None:
        if item == 1:
            raise OSError("no folder")
        done.append(item)

    worker: Worker[int] = Worker("counter", handle, lambda: 20.0)
    worker.start()
    for number in range(3):
        worker.put(number)
    worker.stop()
    assert done == [0, 2]
    [record] = caplog.records
    assert record.getMessage().startswith("counter failed")
    assert record.exc_info is not None


def test_nothing_to_do_is_handled_too() -> None:
    idle = threading.Event()
    worker: Worker[int] = Worker("test", lambda item: idle.set() if item is None else None, lambda: 0.001)
    worker.start()
    assert idle.wait(20)
    worker.stop()


def test_waiting_ends_when_everything_put_before_was_handled() -> None:
    done: list[int | None] = []
    allowed = threading.Event()

    def handle(item: int | None) -> None:
        assert allowed.wait(20)
        done.append(item)

    worker: Worker[int] = Worker("test", handle, lambda: 20.0)
    worker.start()
    worker.put(1)
    assert not worker.wait(0.001)
    worker.put(2)
    allowed.set()
    assert worker.wait(20)
    assert done == [1, 2]
    worker.stop()


def test_a_stopped_worker_starts_again() -> None:
    done: list[int | None] = []
    worker: Worker[int] = Worker("test", done.append, lambda: 20.0)
    for number in range(2):
        worker.start()
        worker.start()  # does nothing while it runs
        worker.put(number)
        worker.stop()
    assert done == [0, 1]
    worker.stop()  # a second time does nothing
    assert not worker.running
