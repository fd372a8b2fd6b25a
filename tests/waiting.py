"""Waiting for a condition: the only place in the tests that sleeps.

A fixed sleep is too short on a busy machine and too long on every other. Where time itself is the subject of a test,
inject a clock; where nothing should happen, let something observable happen after it and check what came before.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from playwright.sync_api import Page

T = TypeVar("T")
PAUSE = 0.02  # s between two looks


def until(condition: Callable[[], T], seconds: float = 15.0) -> T:
    """The first true value of `condition()`; AssertionError with the last value after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        _check(deadline, seconds, value)
        time.sleep(PAUSE)
    return value


async def until_async(condition: Callable[[], T | Awaitable[T]], seconds: float = 15.0) -> T:
    """As `until`, on the running event loop; `condition` may be a coroutine function."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if isinstance(value, Awaitable):
            value = await value
        if value:
            return value
        _check(deadline, seconds, value)
        await asyncio.sleep(PAUSE)


def until_on(page: Page, condition: Callable[[], T], seconds: float = 15.0) -> T:
    """As `until`, while Playwright goes on dispatching the page's events to the handlers of this process.

    For conditions inside the page use `page.wait_for_function`, which costs no round trips.
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        _check(deadline, seconds, value)
        page.wait_for_timeout(PAUSE * 1000)
    return value


def _check(deadline: float, seconds: float, value: object) -> None:
    if time.monotonic() > deadline:
        raise AssertionError(f"The condition did not become true within {seconds} s; its last value was {value!r}")
