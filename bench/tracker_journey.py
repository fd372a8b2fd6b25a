"""One visit with real input through the DevTools protocol, and what the page's main thread spent on it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, Playwright

from viewer.snapshot import find_chromium

MOVES, MOVES_A_SECOND, CLICKS = 600, 60, 20
WHEELS, WHEELS_A_SECOND = 60, 20
KEYS, KEYS_A_SECOND = 40, 15
LOAD_REST_S, REST_S, LEAVE_S = 1.5, 2.0, 1.0
VIEWPORT = {"width": 1366, "height": 768}
_ARGS = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Safari/537.36"
_FIELD = "document.querySelector('input:not([type=hidden]):not([type=submit])')?.focus({preventScroll: true})"
_LONG_TASKS = """() => new Promise((resolve) => {
  const seen = []
  new PerformanceObserver((list) => seen.push(...list.getEntries().map((e) => e.duration)))
    .observe({type: 'longtask', buffered: true})
  setTimeout(() => resolve(seen), 100)
})"""


@dataclass(frozen=True)
class Spent:
    """Main-thread CPU time (not wall time) in ms; heap bytes and listeners at one moment."""

    script: float
    task: float
    heap: int
    listeners: int

    def since(self, before: Spent) -> Spent:
        return Spent(
            self.script - before.script, self.task - before.task, self.heap - before.heap,
            self.listeners - before.listeners,
        )  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """`stays`: heap and listeners at the end, after a garbage collection."""

    load: Spent
    act: Spent
    stays: Spent
    long_tasks: list[float]  # ms each, wall time
    seconds: float  # duration of the acting; longer than planned if the machine was too slow


@asynccontextmanager
async def browser(playwright: Playwright) -> AsyncIterator[Browser]:
    """Chromium with a new profile."""
    chromium = await playwright.chromium.launch(executable_path=find_chromium() or None, args=_ARGS)
    try:
        yield chromium
    finally:
        await chromium.close()


@asynccontextmanager
async def visitor(chromium: Browser) -> AsyncIterator[Page]:
    """A page in a new browser context: a first-time visitor."""
    context = await chromium.new_context(viewport=VIEWPORT, user_agent=_AGENT.format(chromium.version))
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def spent(cdp: CDPSession) -> Spent:
    metrics = {m["name"]: m["value"] for m in (await cdp.send("Performance.getMetrics"))["metrics"]}
    return Spent(
        metrics["ScriptDuration"] * 1000, metrics["TaskDuration"] * 1000, int(metrics["JSHeapUsedSize"]),
        int(metrics["JSEventListeners"]),
    )  # fmt: skip


async def visit(page: Page, address: str, away: str, leaving: Callable[[], None]) -> Visit:
    """Load, act, rest, leave. `leaving` is called just before the page is left."""
    cdp = await page.context.new_cdp_session(page)
    await page.goto(away)  # starts the site's renderer process before anything is measured
    await cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
    await page.goto(address, wait_until="load")  # metrics start at zero for each page
    await asyncio.sleep(LOAD_REST_S)
    loaded = await spent(cdp)
    began = asyncio.get_running_loop().time()
    await act(cdp)
    seconds = asyncio.get_running_loop().time() - began
    await asyncio.sleep(REST_S)
    acted = await spent(cdp)
    long_tasks = await page.evaluate(_LONG_TASKS)
    await cdp.send("HeapProfiler.collectGarbage")
    stays = await spent(cdp)
    leaving()
    await page.goto(away)
    await asyncio.sleep(LEAVE_S)
    return Visit(loaded, acted.since(loaded), stays, long_tasks, seconds)


async def act(cdp: CDPSession) -> None:
    """600 moves along a curve across the window with 20 clicks, 60 wheel steps, 40 keys typed into a field."""

    async def move(step: int) -> None:
        x, y = point(step)
        await _mouse(cdp, "mouseMoved", x, y)
        if step % (MOVES // CLICKS) == MOVES // CLICKS - 1:
            await click(cdp, x, y)

    async def wheel(step: int) -> None:
        await cdp.send("Input.dispatchMouseEvent", {
            "type": "mouseWheel", "x": 700, "y": 400, "deltaX": 0, "deltaY": 100 if step < WHEELS * 2 / 3 else -100,
        })  # fmt: skip

    async def key(step: int) -> None:
        letter = "parcours "[step % 9]
        await cdp.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": letter, "key": letter})
        await cdp.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": letter})

    await paced(MOVES, MOVES_A_SECOND, move)
    await paced(WHEELS, WHEELS_A_SECOND, wheel)
    await cdp.send("Runtime.evaluate", {"expression": _FIELD})
    await paced(KEYS, KEYS_A_SECOND, key)


def point(step: int) -> tuple[int, int]:
    """Pointer position at a step: a slow curve across the window, the same in every run."""
    return round(683 + 600 * math.sin(step / 23)), round(384 + 330 * math.sin(step / 37))


async def click(cdp: CDPSession, x: float, y: float) -> None:
    await _mouse(cdp, "mousePressed", x, y, button="left", buttons=1, clickCount=1)
    await _mouse(cdp, "mouseReleased", x, y, button="left", clickCount=1)


async def _mouse(cdp: CDPSession, kind: str, x: float, y: float, **more: Any) -> None:
    await cdp.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **more})


async def paced(count: int, a_second: float, do: Callable[[int], Awaitable[None]]) -> None:
    """Start `do(n)` on schedule even if the previous one is still running, as a hand does; then wait for all."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    tasks = []
    for step in range(count):
        await asyncio.sleep(max(0.0, began + step / a_second - loop.time()))
        tasks.append(asyncio.ensure_future(do(step)))
    await asyncio.wait_for(asyncio.gather(*tasks), timeout=30)
