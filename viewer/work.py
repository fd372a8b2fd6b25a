"""Threads for calls that must not block the event loop, and a short cache of their results.

The store keeps one client per thread, so there are few threads and they are reused. Short look-ups and long
computations have separate threads, so that a sign-in never waits for a heatmap. Every call is bounded: its queries have
limits (store/runs.py), and end when nobody waits for its result any longer.
"""

from __future__ import annotations

import asyncio
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar

from store.runs import DEFAULT_LIMITS, BoundedRun, QueryLimits

P = ParamSpec("P")
T = TypeVar("T")
LOOKUP_THREADS = 4
HEAVY_THREADS = 2
REMEMBERED = 32  # results; a heatmap of a million points takes some 60 MB for the few seconds it is kept
FINISH_SECONDS = 1.0  # when Parcours stops: for changes and short reads to finish
END_SECONDS = 3.0  # for queries to end that were cancelled or whose time is over


class ThreadsBusy(Exception):
    """No thread was free within the time limit of a call."""


@dataclass(eq=False)
class _Call(Generic[T]):
    """A call in a thread, for all who wait for it."""

    run: BoundedRun
    future: Future[T]
    waiting: int = 0
    ended: float | None = None  # by the clock of the Work


class Work:
    """Runs sync functions in threads; `once` shares one run among all callers with the same key.

    All raise what the function raises, and ThreadsBusy when no thread is free within the time that a run and its end
    may take.
    """

    def __init__(self, limits: QueryLimits = DEFAULT_LIMITS, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self._lookups = ThreadPoolExecutor(LOOKUP_THREADS, "viewer-lookup")
        self._heavy = ThreadPoolExecutor(HEAVY_THREADS, "viewer-heavy")
        self._cancelling = ThreadPoolExecutor(LOOKUP_THREADS + HEAVY_THREADS, "viewer-cancel")
        self._known: OrderedDict[Hashable, tuple[float, _Call[Any]]] = OrderedDict()
        self._calls: set[_Call[Any]] = set()
        self._cancellations: set[Future[None]] = set()
        self._following: set[asyncio.Task[None]] = set()
        self._closed = False
        self._lock = threading.Lock()

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """A short call (a look-up, a definition) in a thread."""
        return await self._result(self._begin(self._lookups, partial(function, *args, **kwargs)))

    async def heavy(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """A long call (a map, a picture) in a thread."""
        return await self._result(self._begin(self._heavy, partial(function, *args, **kwargs)))

    async def once(
        self, key: Hashable, seconds: float, function: Callable[[], T], *, fresh: bool = False, light: bool = False
    ) -> T:
        """The result of `function`, computed at most once per key within `seconds` after it was ready.

        A caller that arrives while it runs waits for that run. `fresh` starts a new run, which later callers
        then share; `light` is for look-ups, which must not wait for maps. An exception is raised to
        everybody who waited, and is not remembered. A run for which nobody waits any longer is cancelled.
        """
        with self._lock:
            self._drop()
            found = self._known.get(key)
            if found is None or fresh or _failed(found[1].future):
                found = (seconds, self._begin(self._lookups if light else self._heavy, function))
                self._known[key] = found
            self._known.move_to_end(key)  # what is asked for again is kept longest
            call: _Call[T] = found[1]
        try:
            return await self._result(call)
        finally:
            with self._lock:
                if _failed(call.future) or call.run.refused:
                    self._known = OrderedDict((k, v) for k, v in self._known.items() if v[1] is not call)

    def follow(self, answer: Coroutine[Any, Any, object]) -> asyncio.Task[None]:
        """Compute an answer that nobody waits for yet, such as the exact one after a first one. If the task is
        cancelled, it is computed only for those who wait."""

        async def compute() -> None:
            with suppress(Exception):  # the next caller who asks for it gets the error
                await answer

        task = asyncio.get_running_loop().create_task(compute())
        self._following.add(task)
        task.add_done_callback(self._following.discard)
        return task

    def is_ready(self, key: Hashable) -> bool:
        """Whether `once` would answer at once."""
        with self._lock:
            self._drop()
            found = self._known.get(key)
            return found is not None and found[1].future.done() and not _failed(found[1].future)

    def forget(self) -> None:
        """Drop all remembered results: something was changed."""
        with self._lock:
            self._known.clear()

    def close(self) -> None:
        """Let calls finish for a second, cancel the others, and wait some seconds for the end of their queries."""
        self.forget()
        for pool in (self._lookups, self._heavy):
            pool.shutdown(wait=False, cancel_futures=True)
        wait([call.future for call in tuple(self._calls)], FINISH_SECONDS)
        rest = tuple(self._calls)
        for call in rest:
            self._cancel(call)
        self._closed = True
        self._cancelling.shutdown(wait=False)
        # A thread that is still in the engine when the process ends would crash it.
        wait([*(call.future for call in rest), *self._cancellations], END_SECONDS)

    def _begin(self, pool: ThreadPoolExecutor, function: Callable[[], T]) -> _Call[T]:
        run = BoundedRun(self.limits)
        call = _Call(run, pool.submit(run.call, function))
        self._calls.add(call)
        # A future keeps its callbacks. None may refer to it, or the result lives on until the next garbage collection.
        call.future.add_done_callback(partial(self._ended, weakref.ref(call)))
        return call

    def _ended(self, ended: weakref.ref[_Call[Any]], _future: Future[Any]) -> None:
        if (call := ended()) is not None:
            call.ended = self._clock()
            self._calls.discard(call)

    async def _result(self, call: _Call[T]) -> T:
        """The result of a call, which is cancelled when the last one who waits for it leaves."""
        call.waiting += 1
        done = asyncio.Event()
        call.future.add_done_callback(partial(_signal, asyncio.get_running_loop(), done))
        try:
            with suppress(TimeoutError):
                # as long as the runs before it may take, which need a moment to end
                await asyncio.wait_for(done.wait(), self.limits.seconds + END_SECONDS)
            if not call.future.running() and not call.future.done():
                raise ThreadsBusy
            await done.wait()
            if call.future.cancelled():  # the Work was closed
                raise asyncio.CancelledError
            return call.future.result()
        finally:
            call.waiting -= 1
            if not call.waiting and not call.future.done():
                self._cancel(call)

    def _cancel(self, call: _Call[Any]) -> None:
        """Nobody needs the result. Returns at once."""
        if call.future.cancel() or call.future.done() or self._closed:
            return
        call.run.refuse()
        cancellation = self._cancelling.submit(call.run.cancel)
        self._cancellations.add(cancellation)
        cancellation.add_done_callback(self._cancellations.discard)

    def _drop(self) -> None:
        now = self._clock()
        old = [k for k, (kept, call) in self._known.items() if call.ended is not None and call.ended + kept < now]
        for key in old:
            del self._known[key]
        while len(self._known) >= REMEMBERED:
            self._known.popitem(last=False)


def _failed(future: Future[Any]) -> bool:
    return future.done() and (future.cancelled() or future.exception() is not None)


def _signal(loop: asyncio.AbstractEventLoop, done: asyncio.Event, _future: Future[Any]) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody waits any longer
        loop.call_soon_threadsafe(done.set)
