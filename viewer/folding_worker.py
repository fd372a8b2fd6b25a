"""Folds and closes days in the background (aggregator/queries/folding.py, closing.py): at the start, and hourly."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from aggregator.queries.folding import fold_closed_days
from store.client import Store
from store.errors import StoreError
from store.priority import lower_this_thread
from store.worker import Worker

log = logging.getLogger("parcours.viewer.folding")
IDLE_SECONDS = 3600.0
STOP_SECONDS = 4.0


class FoldingWorker:
    """One thread. Maps say the same before and after it."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        close: Callable[[datetime, Callable[[], bool]], object] = lambda now, stopping: None,
    ) -> None:
        """`close`: closes the days of sites that keep counts only (viewer/closing.py)."""
        self._store = store
        self._now = now
        self._close = close
        self._stopping = False
        self._worker = Worker[bool]("folding", self._handle, lambda: IDLE_SECONDS, lower_this_thread)

    def start(self) -> None:
        self._stopping = False
        self._worker.start()
        self._worker.put(True)

    def stop(self) -> None:
        """Let the current day finish, for at most STOP_SECONDS; the others are folded after the next start."""
        self._stopping = True
        self._worker.stop(STOP_SECONDS)

    def wake(self) -> None:
        """Work now, because a site has changed."""
        self._worker.put(True)

    def wait(self) -> None:
        """Block until everything asked for so far is done. For tests."""
        self._worker.wait()

    def _handle(self, _: bool | None) -> None:
        if self._stopping:
            return
        try:
            self._close(self._now(), lambda: self._stopping)
            fold_closed_days(self._store, self._now().date(), lambda: self._stopping)
        except StoreError as error:
            log.warning("folding: %s", error)
