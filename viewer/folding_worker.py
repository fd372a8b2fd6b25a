"""Folds and closes days in the background (aggregator/queries/folding.py, closing.py): at the start, and hourly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from aggregator.queries.folding import fold_closed_days
from store.client import Store
from store.priority import lower_this_thread
from viewer.scheduled import Scheduled, Stopping

EVERY_SECONDS = 3600.0


class FoldingWorker(Scheduled):
    """One thread. Maps say the same before and after it."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        close: Callable[[datetime, Stopping], object] = lambda now, stopping: None,
    ) -> None:
        """`close`: closes the days of sites that keep counts only (viewer/closing.py)."""

        def fold(stopping: Stopping) -> None:
            close(now(), stopping)
            fold_closed_days(store, now().date(), stopping)

        super().__init__("folding", fold, EVERY_SECONDS, begin=lower_this_thread)
