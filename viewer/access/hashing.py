"""Where passwords are hashed: a thread of its own, and few who wait for it.

A hash takes 64 MiB and all processors for a tenth of a second. Maps have other threads, and this one has a lower
priority than they and the engine have, so that guessing makes no map wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import ParamSpec, TypeVar

from store.priority import LOWEST, lower_this_thread
from viewer.http.errors import Problem

P = ParamSpec("P")
T = TypeVar("T")
STRANGERS = 8  # hashes that may wait, of people who never signed in from their browser or address
KNOWN = 16  # … of anybody: the difference is kept for people who did
RETRY_SECONDS = 3


class Hashing:
    """Runs functions that hash passwords, one at a time."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "viewer-hashing", initializer=partial(lower_this_thread, LOWEST))
        self._waiting = 0

    @contextmanager
    def place(self, *, known: bool = False) -> Iterator[None]:
        """A place in the queue. Problem 503 when it is full. `known`: of somebody who signed in here before."""
        if self._waiting >= (KNOWN if known else STRANGERS):
            hint = f"Try again in {RETRY_SECONDS} seconds."
            raise Problem(503, "sign_in_busy", "Too many people are signing in.", hint, retry_after=RETRY_SECONDS)
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    async def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `function`, for a caller that has a place."""
        return await asyncio.wrap_future(self._thread.submit(partial(function, *args, **kwargs)))

    async def run_known(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for somebody who is signed in, who needs no place yet."""
        with self.place(known=True):
            return await self.run(function, *args, **kwargs)

    def close(self) -> None:
        self._thread.shutdown(wait=True, cancel_futures=True)
