"""Doing the steps of a recipe in a page, with a real pointer; what cannot be done is told in words."""

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

_LOOK_S = 0.1  # between two looks
_PRESS_MS = 40  # how long a button is held


class Player:
    """Does steps on one page. `touch`: presses are those of a finger, as on a phone."""

    def __init__(self, world: World, traffic: Traffic, site: Site, limits: Limits, *, touch: bool = False) -> None:
        self.world, self.traffic, self.site, self.limits, self.touch = world, traffic, site, limits, touch
        self.page = world.page
        self._left = ""  # address that a step wanted to go to
        self._may_reload = False

    async def play(self, steps: Steps, *, may_reload: bool = False) -> list[str]:
        """Do all steps and wait until the page is quiet; gives warnings.

        A step that leads to another page is stopped before it goes there; `may_reload` lets the
        page load itself again, as some do when cookies were answered. Raises `StepError`.
        """
        if not steps:
            return []
        self._may_reload, before = may_reload, self.page.url
        async with self._held():
            for n, step in enumerate(steps, 1):
                try:
                    async with asyncio.timeout(self.limits.step_s * 1.5):
                        await self._do(n, step)
                except TimeoutError:
                    raise _failed("slow", n, step, seconds=self.limits.step_s) from None
                await asyncio.sleep(_LOOK_S)
                self._check(n, step, before)
            still = await self._still()
            self._check(len(steps), steps[-1], before)
        return [] if still else [note("moving")]

    async def put_pointer_away(self) -> None:
        """Off the page: nothing is under it any more."""
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
        """Where the element is met, once it stands still there; `covered`: it need only show."""
        deadline = time.monotonic() + self.limits.step_s
        last: dict[str, Any] = {}
        while True:
            found = await self._look(n, step)
            if covered and ("x" in found or "cover" in found):
                return 0, 0
            if "x" in found and (found["x"], found["y"]) == (last.get("x"), last.get("y")):
                return found["x"], found["y"]
            if time.monotonic() > deadline:
                raise _why(n, step, found, self.limits.step_s)
            last = found
            await asyncio.sleep(_LOOK_S)

    async def _look(self, n: int, step: Step) -> dict[str, Any]:
        found = await self.world.evaluate(f"({script('find')})({json.dumps(step.selector)})")
        return _judged(found, n, step)

    async def _scroll(self, n: int, step: Step) -> None:
        deadline = time.monotonic() + self.limits.step_s
        call = f"({script('scroller')})({json.dumps(step.selector)}, {json.dumps(step.number)})"
        while True:
            found = _judged(await self.world.evaluate(call), n, step)
            if found.get("room", 0) > 1 or (
                found and not step.selector
            ):  # a page that fits the window is there already
                break
            if time.monotonic() > deadline:
                raise _failed("no_room", n, step) if found else _why(n, step, found, self.limits.step_s)
            await asyncio.sleep(_LOOK_S)
        if step.number is None:  # the end moves away while more comes in
            await asyncio.sleep(_LOOK_S)
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
            await asyncio.sleep(_LOOK_S)
        return False

    @asynccontextmanager
    async def _held(self) -> AsyncIterator[None]:
        """No step may send the page, or a new window, anywhere: what a form would send is never sent."""
        await self.page.context.route("**/*", self._hold)
        try:
            yield
        finally:
            with contextlib.suppress(PlaywrightError):
                await self.page.context.unroute("**/*", self._hold)

    async def _hold(self, route: Route) -> None:
        request = route.request
        if not request.is_navigation_request():
            return await route.fallback()
        try:
            if request.frame.parent_frame is not None:
                return await route.fallback()
        except PlaywrightError:
            pass  # a window that is just opening has no frame yet
        if self._may_reload and request.method == "GET" and self._same(request.url, self.page.url):
            return await route.fallback()
        self._left = self._left or request.url
        return await route.abort("aborted")

    def _same(self, one: str, other: str) -> bool:
        try:
            return canonical_page(one, self.site.keep_query) == canonical_page(other, self.site.keep_query)
        except NotAPage:
            return one == other

    def _check(self, n: int, step: Step, before: str) -> None:
        goal = self._left or ("" if self._same(self.page.url, before) else self.page.url)
        if goal:
            raise _failed("leaves", n, step, goal=goal[:200])


def _failed(fault: str, n: int, step: Step, **values: object) -> StepError:
    return StepError(fault, n=n, step=str(step), selector=step.selector, **values)


def _judged(found: Any, n: int, step: Step) -> dict[str, Any]:
    if found.get("bad"):
        raise _failed("selector", n, step)
    return dict(found)


def _why(n: int, step: Step, found: dict[str, Any], seconds: float) -> StepError:
    """Why an element was not met within `seconds`, and what to do."""
    if "cover" in found:
        return _failed("covered" if found["cover"] else "something", n, step, cover=found["cover"])
    if "x" in found:
        return _failed("moves", n, step, seconds=seconds)
    if found.get("count"):
        return _failed("hidden", n, step, count=found["count"], seconds=seconds)
    return _failed("nothing", n, step, seconds=seconds)
