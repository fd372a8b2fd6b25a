"""CPU time of the camera's capture on a page of thousands of elements, compared with reading their boxes alone."""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from viewer.snapshot import find_chromium

NAME = "capture"
HELP = "CPU time to capture the layout of a page of thousands of elements (10 s)"

CARD = "<li class='card x'><h3>Lamp</h3><p>Some <b>words</b> on it</p><a href='/x'><span>See</span></a></li>"
CARDS, ROUNDS = 900, 5
SCRIPT = Path(__file__).parent.parent / "tracker_js/dist/capture.js"
BOXES = "[...document.querySelectorAll('*')].map((e) => e.getBoundingClientRect()).length"


def run(args: argparse.Namespace) -> dict[str, Any]:
    """ms of CPU of the page's thread, medians of several rounds, each on a fresh page."""
    rounds = 1 if args.quick else ROUNDS
    capture = f"{SCRIPT.read_text(encoding='utf-8')};__parcoursCapture('K').paths.length"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium() or None, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})  # CPU time, whatever else runs
        costs: dict[str, list[float]] = {BOXES: [], capture: []}
        elements = 0
        for _ in range(rounds):
            for script, seconds in costs.items():
                page.set_content(f"<main><ul>{CARD * CARDS}</ul></main>")
                count, cost = _cost(page, session, script)
                seconds.append(cost)
                elements = max(elements, count)
        browser.close()
    boxes, whole = (1000 * median(seconds) for seconds in costs.values())
    return {"elements": elements, "boxes alone, ms": boxes, "capture, ms": whole, "ratio": whole / boxes}


def _cost(page: Page, session: CDPSession, script: str) -> tuple[int, float]:
    """What the script returns, and the seconds of CPU that it took."""
    before = _seconds(session)
    count: int = page.evaluate(script)
    return count, _seconds(session) - before


def _seconds(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(float(m["value"]) for m in metrics if m["name"] == "TaskDuration")
