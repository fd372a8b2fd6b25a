"""Performs the steps of a recipe in a page, with a real pointer. A step that fails raises `StepError`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Route

from rules.recipe import Step, Steps
from store.notes import note
from store.pages import NotAPage, canonical_page
from store.records import Site
from viewer.snapshot.errors import StepError
from viewer.snapshot.limits import Limits
from viewer.snapshot.settle import wait_quiet
from viewer.snapshot.traffic import Traffic
from viewer.snapshot.world import World, script

_POLL_S = 0.1
_PRESS_MS = 40  # how long a button is held


class Player:
    """Performs steps on one page. `touch`: tap instead of click, as on a phone."""

    def __init__(self, world: World, traffic: Traffic, site: Site, limits: Limits, *, touch: bool = False) -> None:
        self.world, self.traffic, self.site, self.limits, self.touch = world, traffic, site, limits, touch
        self.page = world.page
        self._left = ""  # address that a step tried to navigate to
        self._may_reload = False

    async def play(self, steps: Steps, *, may_reload: bool = False) -> list[str]:
        """Perform all steps and wait until the page is quiet; returns warnings. Raises `StepError`.

        Navigation to another page is blocked. `may_reload` allows the page to reload itself, as some do after the
        cookie banner was answered.
        """
        if not steps:
            return []
        self._may_reload, before = may_reload, self.page.url
        async with self._navigation_blocked():
            for n, step in enumerate(steps, 1):
                try:
                    async with asyncio.timeout(self.limits.step_s * 1.5):
                        await self._do(n, step)
                except TimeoutError:
                    raise _failed("slow", n, step, seconds=self.limits.step_s) from None
                await asyncio.sleep(_POLL_S)
                self._check(n, step, before)
            still = await self._still()
            self._check(len(steps), steps[-1], before)
        return [] if still else [note("moving")]

    async def put_pointer_away(self) -> None:
        """Move the pointer off the page, so that it hovers over nothing."""
        await self.page.mouse.move(-9, -9)

    async def _do(self, n: int, step: Step) -> None:
        match step.verb:
            case "wait" if not step.selector:
                await asyncio.sleep((step.number or 0) / 1000)
            case "wait":
                await self._find(n, step, covered=True)
            case "click":
                await self._press(await self._find(n, step))
            case "hover":
                at = await self._find(n, step)
                await self.page.mouse.move(*at, steps=5)
            case "scroll":
                await self._scroll(n, step)
            case "dismiss":
                found = await self._look(n, step)
                if "x" in found:
                    await self._press((found["x"], found["y"]))

    async def _press(self, at: tuple[float, float]) -> None:
        if self.touch:
            await self.page.touchscreen.tap(*at)
        else:
            await self.page.mouse.move(*at, steps=3)
            await self.page.mouse.click(*at, delay=_PRESS_MS)

    async def _find(self, n: int, step: Step, *, covered: bool = False) -> tuple[float, float]:
        """Where to click the element, once it has stopped moving; `covered`: it only has to be visible."""
        deadline = time.monotonic() + self.limits.step_s
        last: dict[str, Any] = {}
        while True:
            found = await self._look(n, step)
            if covered and ("x" in found or "cover" in found):
                return 0, 0
            if "x" in found and (found["x"], found["y"]) == (last.get("x"), last.get("y")):
                return found["x"], found["y"]
            if time.monotonic() > deadline:
                raise _error(n, step, found, self.limits.step_s)
            last = found
            await asyncio.sleep(_POLL_S)

    async def _look(self, n: int, step: Step) -> dict[str, Any]:
        found = await self.world.evaluate(f"({script('find')})({json.dumps(step.selector)})")
        return _checked(found, n, step)

    async def _scroll(self, n: int, step: Step) -> None:
        deadline = time.monotonic() + self.limits.step_s
        call = f"({script('scroller')})({json.dumps(step.selector)}, {json.dumps(step.number)})"
        while True:
            found = _checked(await self.world.evaluate(call), n, step)
            fits = found and not step.selector  # a page that fits into the window needs no scrolling
            if found.get("room", 0) > 1 or fits:
                break
            if time.monotonic() > deadline:
                raise _failed("no_room", n, step) if found else _error(n, step, found, self.limits.step_s)
            await asyncio.sleep(_POLL_S)
        if step.number is None:  # the end moves down while content loads
            await asyncio.sleep(_POLL_S)
            await wait_quiet(self.world, self.traffic, self.limits.step_s / 4, self.limits.calm_s)
            await self.world.evaluate(call)

    async def _still(self) -> bool:
        """Wait until nothing loads, changes, is animated or scrolls."""
        deadline = time.monotonic() + self.limits.step_s
        quiet = await wait_quiet(self.world, self.traffic, self.limits.step_s, self.limits.calm_s)
        last = None
        while quiet and time.monotonic() < deadline:
            motion = await self.world.evaluate(f"({script('motion')})()")
            if motion == last and not motion["running"]:
                return True
            last = motion
            await asyncio.sleep(_POLL_S)
        return False

    @asynccontextmanager
    async def _navigation_blocked(self) -> AsyncIterator[None]:
        """Block all navigation of the page and of new windows: no form is ever submitted."""
        await self.page.context.route("**/*", self._block)
        try:
            yield
        finally:
            with contextlib.suppress(PlaywrightError):
                await self.page.context.unroute("**/*", self._block)

    async def _block(self, route: Route) -> None:
        request = route.request
        if not request.is_navigation_request():
            return await route.fallback()
        try:
            if request.frame.parent_frame is not None:
                return await route.fallback()
        except PlaywrightError:
            pass  # a window that is opening has no frame yet
        if self._may_reload and request.method == "GET" and self._same(request.url, self.page.url):
            return await route.fallback()
        self._left = self._left or request.url
        return await route.abort("aborted")

    def _same(self, one: str, other: str) -> bool:
        try:
            reached, asked = canonical_page(one, self.site.keep_query), canonical_page(other, self.site.keep_query)
            return asked in (reached, reached.partition("#")[0])  # a page without a route may open one of its own
        except NotAPage:
            return one == other

    def _check(self, n: int, step: Step, before: str) -> None:
        goal = self._left or ("" if self._same(self.page.url, before) else self.page.url)
        if goal:
            raise _failed("leaves", n, step, goal=goal[:200])


def _failed(fault: str, n: int, step: Step, **values: object) -> StepError:
    return StepError(fault, n=n, step=str(step), selector=step.selector, **values)


def _checked(found: Any, n: int, step: Step) -> dict[str, Any]:
    if found.get("bad"):
        raise _failed("selector", n, step)
    return dict(found)


def _error(n: int, step: Step, found: dict[str, Any], seconds: float) -> StepError:
    """The error for an element that could not be used within `seconds`."""
    if "cover" in found:
        return _failed("covered" if found["cover"] else "something", n, step, cover=found["cover"])
    if "x" in found:
        return _failed("moves", n, step, seconds=seconds)
    if found.get("count"):
        return _failed("hidden", n, step, count=found["count"], seconds=seconds)
    return _failed("nothing", n, step, seconds=seconds)
