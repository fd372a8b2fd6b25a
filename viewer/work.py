"""Threads for calls that must not block the event loop, and a short cache of their results.

The store keeps one client per thread, so there are few threads and they are reused. Short look-ups and long
computations have separate threads, so that a sign-in never waits for a heatmap.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
LOOKUP_THREADS = 4
HEAVY_THREADS = 2
REMEMBERED = 32  # results; a heatmap of a million points takes some 60 MB for the few seconds it is kept


class Work:
    """Runs sync functions in threads; `once` shares one run among all callers with the same key."""

    def __init__(self) -> None:
        self._lookups = ThreadPoolExecutor(LOOKUP_THREADS, "viewer-lookup")
        self._heavy = ThreadPoolExecutor(HEAVY_THREADS, "viewer-heavy")
        self._known: OrderedDict[Hashable, tuple[float, Future[Any]]] = OrderedDict()
        self._lock = threading.Lock()

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """A short call (a look-up, a definition) in a thread."""
        return await asyncio.wrap_future(self._lookups.submit(partial(function, *args, **kwargs)))

    async def heavy(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """A long call (a map, a picture, the hash of a password) in a thread."""
        return await asyncio.wrap_future(self._heavy.submit(partial(function, *args, **kwargs)))

    async def once(
        self, key: Hashable, seconds: float, function: Callable[[], T], *, fresh: bool = False, light: bool = False
    ) -> T:
        """The result of `function`, computed at most once per key within `seconds`.

        A caller that arrives while it runs waits for that run. `fresh` starts a new run, which later callers
        then share; `light` is for look-ups, which must not wait for maps. An exception is raised to
        everybody who waited, and is not remembered.
        """
        now = time.monotonic()
        with self._lock:
            self._drop(now)
            found = self._known.get(key)
            if found is None or fresh or (found[1].done() and found[1].exception() is not None):
                found = (now + seconds, (self._lookups if light else self._heavy).submit(function))
                self._known[key] = found
            self._known.move_to_end(key)  # what is asked for again is kept longest
        # shielded: a client that disconnects must not cancel the run for the others
        return await asyncio.shield(asyncio.wrap_future(found[1]))

    def forget(self) -> None:
        """Drop all remembered results: something was changed."""
        with self._lock:
            self._known.clear()

    def close(self) -> None:
        self.forget()
        for pool in (self._lookups, self._heavy):
            pool.shutdown(wait=True, cancel_futures=True)

    def _drop(self, now: float) -> None:
        for key in [k for k, (until, future) in self._known.items() if until < now and future.done()]:
            del self._known[key]
        while len(self._known) >= REMEMBERED:
            self._known.popitem(last=False)
