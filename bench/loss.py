"""Clicks that arrive, of five that were made, when the visit or the network ends badly."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from bench.loss_clicks import COUNT
from bench.tracker_journey import browser, click, visitor
from bench.tracker_site import DASHBOARD, Site, serving
from bench.trackers import CLARITY, PARCOURS, POSTHOG, Tracker

NAME = "loss"
HELP = "clicks that arrive, of five: moving on, closing, early, 503, offline, gone; ours, Clarity, PostHog"

CLICKS, BETWEEN_S, AFTER_LAST_S = 5, 0.3, 0.05
START_S = 1.5  # after `load`: every tracker is up
# The collector or the network is away for so long after the last click: every one of them tries in that time.
AWAY_S = 12.0
BACK_S = 30.0  # … and is then back for so long
ARRIVE_S = 4.0  # a browser's last requests are on their way for so long
COMPARED = (PARCOURS, CLARITY, POSTHOG)


@dataclass
class Trial:
    """One tracker, one visitor, one site of its own."""

    site: Site
    tracker: Tracker
    page: Page
    cdp: CDPSession
    made: int = 0

    async def load(self) -> None:
        await self.page.goto(self.site.address(DASHBOARD, self.tracker))
        await asyncio.sleep(START_S)

    async def click(self, times: int = CLICKS) -> None:
        """On the cards of the page: nothing answers there. Clicks are counted by the page too."""
        for _ in range(times):
            await asyncio.sleep(BETWEEN_S)
            await click(self.cdp, 420 + 60 * self.made, 330)
            self.made += 1
        await asyncio.sleep(AFTER_LAST_S)

    async def leave(self) -> None:
        await self.page.goto(self.site.away())


async def now(trial: Trial) -> None:
    """To another page, 50 ms after the last click."""
    await trial.load()
    await trial.click()
    await trial.leave()


async def close(trial: Trial) -> None:
    """The tab is closed, 50 ms after the last click, without asking the page."""
    await trial.load()
    await trial.click()
    await trial.page.close(run_before_unload=False)


async def early(trial: Trial) -> None:
    """All clicks between the page being readable and `load`."""
    await trial.page.goto(f"{trial.site.address(DASHBOARD, trial.tracker)}?late", wait_until="domcontentloaded")
    await trial.click()
    if await trial.page.evaluate("document.readyState") == "complete":
        raise SystemExit("The page had loaded before the clicks were made: raise LATE_S in bench/tracker_site.py.")
    await trial.page.wait_for_load_state("load")
    await asyncio.sleep(START_S)
    await trial.leave()


async def refused(trial: Trial) -> None:
    """The collector answers 503 from before the first click on, and then no more."""
    await trial.load()
    trial.site.down = True
    await trial.click()
    await asyncio.sleep(AWAY_S)
    trial.site.down = False
    await asyncio.sleep(BACK_S)
    await trial.leave()


async def offline(trial: Trial) -> None:
    """The visitor's network is away from before the first click on, and then back."""
    await trial.load()
    await trial.page.context.set_offline(True)
    await trial.click()
    await asyncio.sleep(AWAY_S)
    await trial.page.context.set_offline(False)
    await asyncio.sleep(BACK_S)
    await trial.leave()


async def gone(trial: Trial) -> None:
    """The collector answers 503 until the page was left, and is back on the tab's next page."""
    await _gone(trial, AWAY_S)


async def gone_at_once(trial: Trial) -> None:
    """The same, but the page is left 50 ms after the last click: no tracker knows yet that nothing arrives."""
    await _gone(trial, 0)


async def _gone(trial: Trial, wait: float) -> None:
    trial.site.attributes = 'data-offline="keep"'  # ours keeps batches for the next page only if the site says so
    await trial.load()
    trial.site.down = True
    await trial.click()
    await asyncio.sleep(wait)
    await trial.leave()
    await asyncio.sleep(1)
    trial.site.down = False
    await trial.load()
    await asyncio.sleep(AWAY_S)
    await trial.leave()


WAYS: dict[str, tuple[Callable[[Trial], Awaitable[None]], int]] = {  # name → way, trials
    "now": (now, 1),
    "close": (close, 2),
    "early": (early, 1),
    "503": (refused, 1),
    "offline": (offline, 1),
    "gone": (gone, 1),
    "gone at once": (gone_at_once, 1),
}


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Way → tracker → clicks that arrived in each trial."""
    for tracker in COMPARED:
        tracker.scripts()  # fetched before anything is measured
    return asyncio.run(_all(quick=getattr(args, "quick", False)))


async def _all(quick: bool) -> dict[str, Any]:
    arrived: dict[str, Any] = {}
    async with async_playwright() as playwright:
        for name, (way, trials) in WAYS.items():
            of: dict[str, list[int]] = {tracker.name: [] for tracker in COMPARED}
            for _ in range(1 if quick else trials):
                async with browser(playwright) as chromium:
                    counts = await asyncio.gather(*(_trial(chromium, tracker, way) for tracker in COMPARED))
                for tracker, count in zip(COMPARED, counts, strict=True):
                    of[tracker.name].append(count)
            arrived[f"{name}: of {CLICKS} arrived"] = of
    return arrived


async def _trial(chromium: Browser, tracker: Tracker, way: Callable[[Trial], Awaitable[None]]) -> int:
    with serving() as site:
        async with visitor(chromium) as page:
            trial = Trial(site, tracker, page, await page.context.new_cdp_session(page))
            await way(trial)
            await asyncio.sleep(ARRIVE_S)
        return COUNT[tracker.name](site.of(tracker))
