"""A background thread that handles one item after another until it is stopped."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

log = logging.getLogger("parcours.worker")
T = TypeVar("T")


class _Stop:
    """Put behind everything that the thread still has to handle."""


_STOP = _Stop()


class Worker(Generic[T]):
    """One thread. `put` and `waiting` are for any thread; items are handled in the order they were put.

    `handle` gets an item, or None when nothing was put for `idle_seconds()`. An exception that it raises is
    logged and the thread goes on: a background thread that dies unnoticed is worse than a failed item.
    `begin` and `end` run in the thread, before the first item and after the last.
    """

    def __init__(
        self,
        name: str,
        handle: Callable[[T | None], None],
        idle_seconds: Callable[[], float],
        begin: Callable[[], None] = lambda: None,
        end: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self._handle = handle
        self._idle_seconds = idle_seconds
        self._begin = begin
        self._end = end
        self._items: queue.SimpleQueue[T | _Stop | threading.Event] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """Items that nobody has begun to handle, approximately."""
        return self._items.qsize()

    def start(self) -> None:
        """Begin handling; does nothing while the thread runs."""
        if not self.running:
            self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
            self._thread.start()

    def put(self, item: T) -> None:
        self._items.put(item)

    def wait(self, seconds: float | None = None) -> bool:
        """Block until everything put before this call was handled; False when that took longer than `seconds`."""
        handled = threading.Event()
        self._items.put(handled)
        return handled.wait(seconds)

    def stop(self, seconds: float | None = None) -> None:
        """Handle what was put before this call, then end; wait at most `seconds` for it (None: until it has ended)."""
        if self._thread is not None:
            self._items.put(_STOP)
            self._thread.join(seconds)
            self._thread = None

    def _run(self) -> None:
        self._guarded(self._begin)
        while True:
            try:
                item = self._items.get(timeout=self._idle_seconds())
            except queue.Empty:
                self._guarded(lambda: self._handle(None))
                continue
            if isinstance(item, _Stop):
                break
            if isinstance(item, threading.Event):
                item.set()
            else:
                self._guarded(lambda item=item: self._handle(item))  # type: ignore[misc]
        self._guarded(self._end)

    def _guarded(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception:
            log.exception("%s failed; it goes on with the next item", self.name)
