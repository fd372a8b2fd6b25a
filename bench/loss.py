"""How many of five clicks arrive when the visit ends abruptly or the network fails, in Chromium, and how many arrive
from Chromium, Firefox and WebKit when the page is left (loss_browsers.py)."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from bench.loss_browsers import TRIALS, leaving
from bench.loss_clicks import COUNT
from bench.packages import unpacked
from bench.tracker_journey import browser, click, visitor
from bench.tracker_site import DASHBOARD, PAGES, Site, serving
from bench.trackers import CLARITY, PARCOURS, POSTHOG, Tracker

NAME = "loss"
HELP = "clicks that arrive from three browsers when left, and after outages; ours, Clarity, PostHog (10 min)"

CLICKS, BETWEEN_S, AFTER_LAST_S = 5, 0.3, 0.05
START_S = 1.5  # after `load`: every tracker is up
# How long the collector or network stays down after the last click: long enough for every tracker to try to send.
AWAY_S = 12.0
BACK_S = 30.0  # how long it is then up again
ARRIVE_S = 4.0  # how long a browser's last requests may take
COMPARED = (PARCOURS, CLARITY, POSTHOG)


@dataclass
class Trial:
    """One tracker and one visitor on a dedicated site."""

    site: Site
    tracker: Tracker
    page: Page
    cdp: CDPSession
    made: int = 0

    async def load(self) -> None:
        await self.page.goto(self.site.address(DASHBOARD, self.tracker))
        await asyncio.sleep(START_S)

    async def click(self, times: int = CLICKS) -> None:
        """Click on the cards of the page, where nothing responds."""
        for _ in range(times):
            await asyncio.sleep(BETWEEN_S)
            await click(self.cdp, 420 + 60 * self.made, 330)
            self.made += 1
        await asyncio.sleep(AFTER_LAST_S)

    async def leave(self) -> None:
        await self.page.goto(self.site.away())


async def now(trial: Trial) -> None:
    """Navigate to another page 50 ms after the last click."""
    await trial.load()
    await trial.click()
    await trial.leave()


async def close(trial: Trial) -> None:
    """Close the tab 50 ms after the last click, without running its unload handlers."""
    await trial.load()
    await trial.click()
    await trial.page.close(run_before_unload=False)


async def early(trial: Trial) -> None:
    """All clicks happen between `DOMContentLoaded` and `load`."""
    await trial.page.goto(f"{trial.site.address(DASHBOARD, trial.tracker)}?late", wait_until="domcontentloaded")
    await trial.click()
    if await trial.page.evaluate("document.readyState") == "complete":
        raise SystemExit("The page had loaded before the clicks were made: raise LATE_S in bench/tracker_site.py.")
    await trial.page.wait_for_load_state("load")
    await asyncio.sleep(START_S)
    await trial.leave()


async def refused(trial: Trial) -> None:
    """The collector answers 503 from before the first click until it recovers."""
    await trial.load()
    trial.site.down = True
    await trial.click()
    await asyncio.sleep(AWAY_S)
    trial.site.down = False
    await asyncio.sleep(BACK_S)
    await trial.leave()


async def offline(trial: Trial) -> None:
    """The visitor's network is down from before the first click until it recovers."""
    await trial.load()
    await trial.page.context.set_offline(True)
    await trial.click()
    await asyncio.sleep(AWAY_S)
    await trial.page.context.set_offline(False)
    await asyncio.sleep(BACK_S)
    await trial.leave()


async def gone(trial: Trial) -> None:
    """The collector answers 503 until the visitor has left the page, and recovers for the tab's next page."""
    await _gone(trial, AWAY_S)


async def gone_at_once(trial: Trial) -> None:
    """The same, but the visitor leaves 50 ms after the last click, before a tracker can notice the failure."""
    await _gone(trial, 0)


async def _gone(trial: Trial, wait: float) -> None:
    trial.site.attributes = 'data-offline="keep"'  # ours keeps batches for the next page only if the site opts in
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


SCENARIOS: dict[str, tuple[Callable[[Trial], Awaitable[None]], int]] = {  # name → scenario, trials
    "navigates at once": (now, 1),
    "closes the tab": (close, 2),
    "clicks before load": (early, 1),
    "collector answers 503": (refused, 1),
    "network down": (offline, 1),
    "collector down until the next page": (gone, 1),
    "the same, leaving at once": (gone_at_once, 1),
}


def run(args: argparse.Namespace) -> dict[str, Any]:
    """In Chromium, scenario → tracker → clicks that arrived in each trial; of each browser, what `leaving` returns."""
    for tracker in COMPARED:
        tracker.scripts()  # fetched before anything is measured, as is the page
    unpacked(PAGES[DASHBOARD][0])
    quick = getattr(args, "quick", False)
    browsers = leaving(2 if quick else TRIALS)
    return {"leaving a page, by browser": browsers, **asyncio.run(_all(quick))}


async def _all(quick: bool) -> dict[str, Any]:
    arrived: dict[str, Any] = {}
    async with async_playwright() as playwright:
        for name, (scenario, trials) in SCENARIOS.items():
            of: dict[str, list[int]] = {tracker.name: [] for tracker in COMPARED}
            for _ in range(1 if quick else trials):
                async with browser(playwright) as chromium:
                    counts = await asyncio.gather(*(_trial(chromium, tracker, scenario) for tracker in COMPARED))
                for tracker, count in zip(COMPARED, counts, strict=True):
                    of[tracker.name].append(count)
            arrived[name] = of
    return {"clicks made": CLICKS, "clicks that arrived": arrived}


async def _trial(chromium: Browser, tracker: Tracker, scenario: Callable[[Trial], Awaitable[None]]) -> int:
    with serving() as site:
        async with visitor(chromium) as page:
            trial = Trial(site, tracker, page, await page.context.new_cdp_session(page))
            await scenario(trial)
            await asyncio.sleep(ARRIVE_S)
        return COUNT[tracker.name](site.of(tracker))
