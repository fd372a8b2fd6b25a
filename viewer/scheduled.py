"""What the server does by itself, again and again: one thread, which calls one function every so many seconds."""

from __future__ import annotations

import logging
from collections.abc import Callable

from store.errors import StoreError
from store.worker import Worker

log = logging.getLogger("parcours.viewer")
Stopping = Callable[[], bool]


class Scheduled:
    """Calls `work(stopping)` after the start and every `every` seconds. `stopping()` says that it should end early.

    What the database does not answer is tried again the next time. `begin` runs first in the thread.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[Stopping], object],
        every: float,
        stop_seconds: float = 4.0,
        begin: Callable[[], None] = lambda: None,
    ) -> None:
        self._work = work
        self._stop_seconds = stop_seconds
        self._stopping = False
        self._worker = Worker[bool](name, self._handle, lambda: every, begin)

    def start(self) -> None:
        self._stopping = False
        self._worker.start()
        self.wake()

    def wake(self) -> None:
        """Do it at once instead of at the next time."""
        self._worker.put(True)

    def wait(self) -> None:
        """Block until everything asked for so far is done. For tests."""
        self._worker.wait()

    def stop(self) -> None:
        """Let the current call finish, for at most `stop_seconds`."""
        self._stopping = True
        self._worker.stop(self._stop_seconds)

    def _handle(self, _: bool | None) -> None:
        if self._stopping:
            return
        try:
            self._work(lambda: self._stopping)
        except StoreError as error:
            log.warning("%s: %s", self._worker.name, error)
