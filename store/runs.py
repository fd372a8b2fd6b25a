"""Work that reads the store for somebody: how long it may take, how much memory, and how it is stopped.

Queries run within limits only inside `BoundedRun.call`. Inserts, commands and background work have none.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol, TypeVar

from store.errors import QueryCancelled, QueryTooLong

T = TypeVar("T")
# A query that was just beginning is not found by the first attempt. Doubled each time.
KILL_AGAIN_SECONDS = 0.2


# Bytes that a query groups or sorts in memory; what is more goes through files. With 80 MB, visits of 5 million points
# took twice the time and no less memory, because what was written has to be merged again.
IN_MEMORY = 200_000_000


@dataclass(frozen=True)
class QueryLimits:
    """`seconds`: for all queries of a run together; `memory`: bytes that one query may use in the engine."""

    seconds: float = 60.0
    memory: int = 2_000_000_000


DEFAULT_LIMITS = QueryLimits()


class Killer(Protocol):
    """A store: it ends the queries that carry a mark."""

    def kill(self, mark: str) -> None: ...


class BoundedRun:
    """One piece of work with its limits. `cancel` ends its query in the engine and rejects every later one."""

    def __init__(self, limits: QueryLimits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self.mark = f"parcours/{uuid.uuid4().hex}"  # in system.processes, each of its queries has it as log_comment
        self._until: float | None = None  # monotonic s; set when the run begins
        self.refused = False
        self._stores: set[Killer] = set()
        self._ended = threading.Event()

    def call(self, function: Callable[[], T]) -> T:
        """The result of `function`, whose queries in this thread are bounded."""
        self._until = time.monotonic() + self.limits.seconds
        token = _current.set(self)
        try:
            return function()
        finally:
            _current.reset(token)
            self._ended.set()

    def settings(self, store: Killer) -> dict[str, object]:
        """Settings of the engine for the next query. QueryCancelled or QueryTooLong if it must not begin."""
        left = self.limits.seconds if self._until is None else self._until - time.monotonic()
        self._stores.add(store)  # before the check: a cancellation either finds the store or is found here
        if self.refused:
            raise QueryCancelled()
        if left <= 0:
            raise QueryTooLong()
        return {
            "max_execution_time": max(left, 0.001),
            "max_memory_usage": self.limits.memory,
            "max_bytes_before_external_group_by": IN_MEMORY,
            "max_bytes_before_external_sort": IN_MEMORY,
            "log_comment": self.mark,
        }

    def refuse(self) -> None:
        """Reject every query that has not begun. Returns at once."""
        self.refused = True

    def cancel(self) -> None:
        """Reject later queries and end the current one. Returns when the run has ended, at most after its limit."""
        self.refuse()
        pause = KILL_AGAIN_SECONDS
        while self._until is not None and not self._ended.is_set() and pause < self.limits.seconds:
            for store in tuple(self._stores):
                store.kill(self.mark)
            self._ended.wait(pause)
            pause *= 2


_current: ContextVar[BoundedRun | None] = ContextVar("run of the store", default=None)


def current_run() -> BoundedRun | None:
    """The run that this thread works for, if any."""
    return _current.get()
