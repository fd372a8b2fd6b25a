"""What a tracker costs the page and the visitor: ours and three published ones, during one journey of real input."""

from __future__ import annotations

import argparse
import asyncio
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Playwright, async_playwright

from bench.tracker_journey import Visit, act, browser, click, paced, visit, visitor
from bench.tracker_site import DASHBOARD, LARGE, LIGHT, Site, serving
from bench.tracker_trace import CATEGORIES, Callback, callbacks, events, first_run, ms_by_cause
from bench.trackers import NONE, OURS, PARCOURS, TRACKERS, Tracker, sizes

NAME = "tracker"
HELP = "cost of the tracker and of Clarity, PostHog, rrweb: bytes, CPU, requests, callbacks, idle timers (13 min)"

ROUNDS = 3
BOUNCE_S = 3.0
SENT_S = 33.0  # by then every tracker has sent what it holds: ours after 30 s
IDLE_S = 10.0
COMPARED = TRACKERS[1:]


@dataclass(frozen=True)
class Run:
    """One journey with one tracker."""

    visit: Visit
    requests: int
    at_leave: int  # of these, sent when leaving
    bytes: int


@dataclass(frozen=True)
class Target:
    """A figure and its upper limit."""

    name: str
    value: float
    most: float

    def verdict(self) -> dict[str, float | bool]:
        return {"at most": self.most, "measured": round(self.value, 1), "met": self.value <= self.most}


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Figures by page and tracker, then ours compared with the targets."""
    for tracker in TRACKERS:
        tracker.scripts()  # fetched before anything is measured
    return asyncio.run(_all(quick=getattr(args, "quick", False)))


async def _all(quick: bool) -> dict[str, Any]:
    pages = (LIGHT,) if quick else (LIGHT, DASHBOARD)
    async with async_playwright() as playwright:
        rounds: dict[str, list[dict[str, Run]]] = {page: [] for page in pages}
        for number in range(1 if quick else ROUNDS):
            for page in pages:
                rounds[page].append(await _round(playwright, page, number))
        # Counts and the CPU time of single calls: these may run at the same time.
        (calls, first), bounces, idle = await asyncio.gather(
            _large(playwright), _bounces(playwright), _idle(playwright)
        )
    result: dict[str, Any] = {f"{tracker.name}: file, bytes": vars(sizes(tracker)) for tracker in COMPARED}
    for page in pages:
        for tracker in TRACKERS:
            result[f"{page} page, {tracker.name}"] = figures(rounds[page], tracker.name)
    result["a bounce: requests, bytes"] = bounces
    result["calls in 10 idle s"] = idle
    result["ours on 3,000 nodes"] = {
        "longest callback, ms": max(call.ms for call in calls),
        "its cause": max(calls, key=lambda call: call.ms).cause,
        "callbacks": len(calls),
        "total, ms": sum(call.ms for call in calls),
        "first run of the script, ms": first,
        **{f"in {cause}, ms": ms for cause, ms in ms_by_cause(calls).items()},
    }
    result["targets"] = {target.name: target.verdict() for target in _targets(result, pages)}
    return result


def _targets(result: dict[str, Any], pages: tuple[str, ...]) -> list[Target]:
    light = result[f"{LIGHT} page, {OURS}"]
    ours = [result[f"{page} page, {OURS}"] for page in pages]
    bounce = result["a bounce: requests, bytes"][OURS]
    idle = result["calls in 10 idle s"]
    return [
        Target("file, gzip bytes", result[f"{OURS}: file, bytes"]["gzip"], 5000),
        Target("script while acting, light page, ms added", light["script while acting, ms more"], 40),
        Target("script at load, light page, ms added", light["script at load, ms more"], 5),
        Target("requests per view", max(figures["requests"] for figures in ours), 3),
        Target("bytes per view", max(figures["bytes sent"] for figures in ours), 3000),
        Target("requests per bounce", bounce[0], 1),
        Target("longest callback on 3,000 nodes, ms", result["ours on 3,000 nodes"]["longest callback, ms"], 4),
        Target("calls while idle", idle[OURS], 0),
    ]


def figures(rounds: list[dict[str, Run]], name: str) -> dict[str, Any]:
    """Medians over the rounds, and ranges. "more": the difference to the run without a tracker in the same round."""
    pairs = [(of[name], of[NONE.name]) for of in rounds]

    def more(measure: Callable[[Run], float]) -> list[float]:
        return [measure(with_it) - (measure(without) if name != NONE.name else 0) for with_it, without in pairs]

    def script(run: Run) -> float:
        return run.visit.load.script + run.visit.act.script

    def task(run: Run) -> float:
        return run.visit.load.task + run.visit.act.task

    than = "" if name == NONE.name else " more"
    spread = {
        f"script at load, ms{than}": more(lambda run: run.visit.load.script),
        f"script while acting, ms{than}": more(lambda run: run.visit.act.script),
        "script, ratio": [script(with_it) / script(without) for with_it, without in pairs],
        f"main thread at load, ms{than}": more(lambda run: run.visit.load.task),
        f"main thread while acting, ms{than}": more(lambda run: run.visit.act.task),
        "main thread, ratio": [task(with_it) / task(without) for with_it, without in pairs],
        f"long tasks{than}": more(lambda run: len(run.visit.long_tasks)),
        f"long tasks, ms{than}": more(lambda run: sum(run.visit.long_tasks)),
        f"heap, kB{than}": more(lambda run: run.visit.stays.heap / 1000),
    }
    result: dict[str, Any] = {}
    for key, values in spread.items():
        result[key] = round(statistics.median(values), 2)
        result[f"{key}: range"] = [round(min(values), 2), round(max(values), 2)]
    runs = [with_it for with_it, _ in pairs]
    seconds = [round(run.visit.seconds, 1) for run in runs]
    return result | {
        f"listeners{than}": statistics.median(more(lambda run: run.visit.stays.listeners)),
        "requests": statistics.median(run.requests for run in runs),
        "requests when leaving": statistics.median(run.at_leave for run in runs),
        "bytes sent": statistics.median(run.bytes for run in runs),
        "acting, s": [min(seconds), max(seconds)],
    }


async def _round(playwright: Playwright, page: str, number: int) -> dict[str, Run]:
    """Every tracker once; each round starts with the next one in the list."""
    turn = number % len(TRACKERS)
    return {tracker.name: await _journey(playwright, page, tracker) for tracker in (*TRACKERS[turn:], *TRACKERS[:turn])}


async def _journey(playwright: Playwright, page: str, tracker: Tracker) -> Run:
    with serving() as site:
        async with browser(playwright) as chromium, visitor(chromium) as visited:
            done = await visit(visited, site.address(page, tracker), site.away(), lambda: _begin_leaving(site))
        sent = site.of(tracker)
    return Run(done, len(sent), sum(one.leaving for one in sent), sum(one.bytes for one in sent))


def _begin_leaving(site: Site) -> None:
    site.leaving = True


async def _large(playwright: Playwright) -> tuple[list[Callback], float]:
    """Our callbacks during the journey on a page of 3,000 nodes, and the script's first run there, in ms."""
    with serving() as site:
        async with browser(playwright) as chromium, visitor(chromium) as page:
            await page.goto(site.away())
            await chromium.start_tracing(categories=CATEGORIES)
            await page.goto(site.address(LARGE, PARCOURS))
            await act(await page.context.new_cdp_session(page))
            await page.goto(site.away())
            trace = events(await chromium.stop_tracing())
    return callbacks(trace, PARCOURS.wrote), first_run(trace, PARCOURS.wrote)


async def _bounces(playwright: Playwright) -> dict[str, list[int]]:
    """Tracker → requests and bytes of a visitor who leaves after 3 s."""

    async def bounce(tracker: Tracker) -> list[int]:
        async with visitor(chromium) as page:
            await page.goto(site.address(LIGHT, tracker))
            await asyncio.sleep(BOUNCE_S)
            await page.goto(site.away())
            await asyncio.sleep(1)
        sent = site.of(tracker)
        return [len(sent), sum(one.bytes for one in sent)]

    with serving() as site:
        async with browser(playwright) as chromium:
            return {tracker.name: await bounce(tracker) for tracker in COMPARED}


async def _idle(playwright: Playwright) -> dict[str, int]:
    """Tracker → how often the browser called into it in 10 s without input, after everything was sent."""

    async def begin(tracker: Tracker) -> None:
        page = await (await chromium.new_context()).new_page()
        cdp = await page.context.new_cdp_session(page)
        await page.goto(site.address(LIGHT, tracker))

        async def move(step: int) -> None:
            await click(cdp, 300 + step, 300) if step % 10 == 9 else await page.mouse.move(300 + step, 300)

        await paced(40, 40, move)
        await page.mouse.wheel(0, 600)
        await page.keyboard.press("a")

    with serving() as site:
        async with browser(playwright) as chromium:
            await asyncio.gather(*map(begin, COMPARED))
            await asyncio.sleep(SENT_S)
            await chromium.start_tracing(categories=CATEGORIES)
            await asyncio.sleep(IDLE_S)
            trace = events(await chromium.stop_tracing())
    return {tracker.name: len(callbacks(trace, tracker.wrote)) for tracker in COMPARED}
