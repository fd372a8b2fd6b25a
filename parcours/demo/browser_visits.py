"""A dozen visits by a real Chromium at three widths, with real mouse, wheel, keyboard and touch input.

Each visit is a short script with one step a line: a verb and its object. The pauses are part of the visit, since
dwell time is measured too.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from playwright.async_api import Browser, CDPSession, Locator, Page, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError

from viewer.snapshot import find_chromium

PARALLEL = 3  # visits at the same time
STEP_MS = 10_000  # a step that takes longer is skipped
HEIGHTS = {1366: 768, 768: 1024, 390: 844}
_FLAGS = (
    "--no-sandbox",  # it visits only our own pages, and containers have no sandbox
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Without this the browser reports that it is automated, and the visits are stored as a robot's.
    "--disable-blink-features=AutomationControlled",
)
_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0{mobile} Safari/537.36"
_SYSTEMS = {
    1366: ("Windows NT 10.0; Win64; x64", "Macintosh; Intel Mac OS X 10_15_7", "X11; Linux x86_64"),
    768: ("Linux; Android 14; SM-X210", "Linux; Android 13; Lenovo TB350FU"),
    390: ("Linux; Android 15; Pixel 8", "Linux; Android 14; SM-A546B", "Linux; Android 13; 2201117TY"),
}


@dataclass(frozen=True)
class Visit:
    """`width` is the viewport's, CSS px; `steps` see `StepRunner`."""

    width: int
    steps: tuple[str, ...]


def read_visits(path: Path = Path(__file__).parent / "lampyre" / "visits.txt") -> list[Visit]:
    """The visits of a file: a line with a width begins a visit, the indented lines below are its steps."""
    visits: list[tuple[int, list[str]]] = []
    for line in path.read_text().splitlines():
        if line.startswith(" "):
            visits[-1][1].append(line.strip())
        elif line and not line.startswith("#"):
            visits.append((int(line.partition("#")[0]), []))
    return [Visit(width, tuple(steps)) for width, steps in visits]


class StepRunner:
    """Performs the steps of one visit in one page.

    `go PATH` · `look SELECTOR` (rest the mouse on it) · `press SELECTOR` (mouse) · `rage SELECTOR`
    (four quick clicks) · `touch SELECTOR` · `scroll PX` (wheel) · `swipe PX` · `write TEXT` · `key NAME`
    · `wait MS` (as when waiting for an effect)
    """

    def __init__(self, page: Page, cdp: CDPSession, shop: str, random: Random) -> None:
        self.page, self.cdp, self.shop, self.random = page, cdp, shop, random

    async def do(self, step: str) -> None:
        verb, _, rest = step.partition(" ")
        await getattr(self, f"_{verb}")(rest)
        with contextlib.suppress(PlaywrightError):
            await self.page.wait_for_load_state("load", timeout=STEP_MS)
        await self._rest(150, 450)

    async def _rest(self, low: int, high: int) -> None:
        await asyncio.sleep(self.random.randint(low, high) / 1000)

    async def _go(self, path: str) -> None:
        await self.page.goto(self.shop + path, timeout=STEP_MS)

    async def _place(self, selector: str) -> tuple[float, float]:
        """A point in the inner part of the element, after scrolling it into view; viewport px."""
        target: Locator = self.page.locator(selector).first
        await target.scroll_into_view_if_needed(timeout=STEP_MS)
        box = await target.bounding_box(timeout=STEP_MS)
        if box is None:
            raise PlaywrightError(f"{selector} has no box")
        within = self.random.uniform
        return box["x"] + box["width"] * within(0.3, 0.7), box["y"] + box["height"] * within(0.3, 0.7)

    async def _look(self, selector: str) -> None:
        x, y = await self._place(selector)
        await self.page.mouse.move(x, y, steps=12)
        await self._rest(400, 900)

    async def _press(self, selector: str) -> None:
        x, y = await self._place(selector)
        await self.page.mouse.move(x, y, steps=10)
        await self._rest(120, 300)
        await self.page.mouse.click(x, y, delay=60)

    async def _rage(self, selector: str) -> None:
        x, y = await self._place(selector)
        await self.page.mouse.move(x, y, steps=4)
        for _ in range(4):
            await self.page.mouse.click(x, y, delay=40)
            await self._rest(120, 220)

    async def _touch(self, selector: str) -> None:
        x, y = await self._place(selector)
        await self.page.touchscreen.tap(x, y)

    async def _scroll(self, px: str) -> None:
        left = int(px)
        while left:
            part = max(-120, min(120, left))
            await self.page.mouse.wheel(0, part)
            left -= part
            await asyncio.sleep(0.03)

    async def _swipe(self, px: str) -> None:
        size = self.page.viewport_size or {"width": 390, "height": 844}
        await self.cdp.send(
            "Input.synthesizeScrollGesture",
            {
                "x": size["width"] / 2,
                "y": size["height"] / 2,
                "yDistance": -int(px),
                "speed": 1800,
                "gestureSourceType": "touch",
            },
        )

    async def _wait(self, ms: str) -> None:
        await asyncio.sleep(int(ms) / 1000)

    async def _write(self, text: str) -> None:
        await self.page.keyboard.type(text, delay=35)

    async def _key(self, name: str) -> None:
        await self.page.keyboard.press(name)


async def make_visits(shop: str, chromium: str = "", done: Callable[[], None] = lambda: None, seed: int = 0) -> int:
    """Make all visits to the shop; returns the number of steps skipped. `done` is called after each visit.

    Raises PlaywrightError if no browser starts.
    """
    random = Random(seed or None)
    slots = asyncio.Semaphore(PARALLEL)
    program = find_chromium(chromium) or None

    async def one(playwright: Playwright, number: int, visit: Visit) -> int:
        async with slots:
            # One browser per visit: beacons sent while leaving a page carry the user agent of the browser,
            # not the one set for the page.
            flags = [*_FLAGS, f"--user-agent={_user_agent(visit.width, number)}"]
            browser = await playwright.chromium.launch(executable_path=program, args=flags)
            try:
                return await _visit(browser, shop, visit, number, random)
            except PlaywrightError:  # the demo can do without one visitor
                return len(visit.steps)
            finally:
                done()
                with contextlib.suppress(PlaywrightError):
                    await browser.close()

    async with async_playwright() as playwright, asyncio.TaskGroup() as group:
        visits = [group.create_task(one(playwright, n, visit)) for n, visit in enumerate(read_visits())]
    return sum(task.result() for task in visits)


def _user_agent(width: int, number: int) -> str:
    """A different one for each visit: without consent, a visitor is told apart by address and user agent."""
    systems = _SYSTEMS[width]
    chrome = _CHROME.format(version=139 - number % 4, mobile=" Mobile" if width < 500 else "")
    return f"Mozilla/5.0 ({systems[number % len(systems)]}) {chrome}"


async def _leave(page: Page) -> None:
    """Leave the page, which makes the tracker send the rest. If another page is loading, wait for it first."""
    try:
        await page.goto("about:blank")
    except PlaywrightError:
        await page.wait_for_load_state()
        await page.goto("about:blank")


async def _visit(browser: Browser, shop: str, visit: Visit, number: int, random: Random) -> int:
    phone = visit.width < 1000
    context = await browser.new_context(
        viewport={"width": visit.width, "height": HEIGHTS[visit.width]},
        is_mobile=phone,
        has_touch=phone,
        locale=("fr-FR", "en-GB", "de-DE")[number % 3],
        timezone_id="Europe/Paris",
    )
    missed = 0
    try:
        page = await context.new_page()
        page.set_default_timeout(STEP_MS)
        runner = StepRunner(page, await context.new_cdp_session(page), shop, random)
        for step in visit.steps:
            try:
                await runner.do(step)
            except PlaywrightError:
                if page.is_closed():
                    raise
                missed += 1
        await _leave(page)
    finally:
        await context.close()
    return missed
