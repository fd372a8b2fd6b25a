"""Threads for what must not stand on the event loop, and a short memory of what they found.

The store keeps a client per thread, so the threads are few and stay. Short look-ups
and heavy sums have their own, so that a sign-in never waits for a heatmap.
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
REMEMBERED = 32  # results; a heatmap of a million points weighs some 60 MB, for the few seconds it is kept


class Work:
    """Runs sync functions in threads; `once` shares one run among all who ask for the same."""

    def __init__(self) -> None:
        self._lookups = ThreadPoolExecutor(LOOKUP_THREADS, "viewer-lookup")
        self._heavy = ThreadPoolExecutor(HEAVY_THREADS, "viewer-heavy")
        self._known: OrderedDict[Hashable, tuple[float, Future[Any]]] = OrderedDict()
        self._lock = threading.Lock()

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """A short call (a look-up, a definition) in a thread."""
        return await asyncio.wrap_future(self._lookups.submit(partial(function, *args, **kwargs)))

    async def heavy(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """A long call (a map, a picture, a password's hash) in a thread."""
        return await asyncio.wrap_future(self._heavy.submit(partial(function, *args, **kwargs)))

    async def once(
        self, key: Hashable, seconds: float, function: Callable[[], T], *, fresh: bool = False, light: bool = False
    ) -> T:
        """The result of `function`, computed at most once per key within `seconds`.

        Who asks while it runs gets the same run; `fresh` begins a new one, which the others
        then share; `light` is for look-ups, which must not wait for maps. A failure is told
        to those who waited and not remembered.
        """
        now = time.monotonic()
        with self._lock:
            self._drop(now)
            found = self._known.get(key)
            if found is None or fresh or (found[1].done() and found[1].exception() is not None):
                found = (now + seconds, (self._lookups if light else self._heavy).submit(function))
                self._known[key] = found
        # shielded: one reader who goes away must not cancel the run for the others
        return await asyncio.shield(asyncio.wrap_future(found[1]))

    def forget(self) -> None:
        """Drop what is remembered: something was changed."""
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
