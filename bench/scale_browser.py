"""The map page in a real Chromium: time until the heat is seen, cost of a hover, smoothness of a long page."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.machine import CHROMIUM_ARGS

PASSWORD = "a long enough sentence"
HOVERS = 200  # elements pointed at
MOST = 120_000  # ms, before a page is given up

# Until the heat and the picture of the visible part of the page are decoded and painted: ms since the navigation began.
_SEEN = """
async ([heated, most]) => {
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const seen = (image) => { const at = image.getBoundingClientRect(); return at.height && at.top < innerHeight; };
  const ready = (images) => images.length && images.every((image) => image.complete && image.naturalWidth);
  for (;;) {
    const [heat, page] = ['.pic .heat:not(.dk) img', '.pic .page img'].map((one) =>
      [...document.querySelectorAll(one)].filter(seen));
    if (performance.now() > most) throw new Error(`no picture within ${most} ms`);
    if (ready(page) && (!heated || ready(heat))) {
      await Promise.all([...heat, ...page].map((image) => image.decode()));
      await frame();
      return performance.now();
    }
    await frame();
  }
}
"""
# Pointing at one box after another: ms of handlers, style and layout for each.
_HOVER = """
async (most) => {
  const times = [], pic = document.querySelector('.pic');
  const boxes = [...pic.querySelectorAll('.el')];
  for (let n = 0; n < Math.min(most, boxes.length); n++) {
    const box = boxes[n], {left, top, width, height} = box.getBoundingClientRect();
    const at = {clientX: left + width / 2, clientY: top + height / 2, pointerType: 'mouse'};
    const start = performance.now();
    for (const [name, bubbles] of [['pointerover', true], ['pointerenter', false], ['pointermove', true]])
      box.dispatchEvent(new PointerEvent(name, {...at, bubbles}));
    document.body.offsetHeight;
    pic.getBoundingClientRect();
    times.push(performance.now() - start);
    await new Promise((done) => requestAnimationFrame(done));
  }
  return times;
}
"""
# From the top to the end of the page, a third of a window a frame: the tasks longer than 50 ms, and the frames.
_SCROLL = """
async () => {
  const tasks = [], frames = [];
  const watch = new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.duration)));
  watch.observe({type: 'longtask'});
  let before = await new Promise((done) => requestAnimationFrame(done));
  for (let top = 0; top < document.documentElement.scrollHeight - innerHeight; top += innerHeight / 3) {
    scrollTo(0, top);
    const now = await new Promise((done) => requestAnimationFrame(done));
    frames.push(now - before);
    before = now;
  }
  await new Promise((done) => requestIdleCallback(done));  // the last task has ended and is recorded
  tasks.push(...watch.takeRecords().map((one) => one.duration));
  watch.disconnect();
  return {tasks, frames};
}
"""


@contextmanager
def signed_in(address: str, first_run: str) -> Iterator[BrowserContext]:
    """A Chromium signed in as the first owner of the server; `first_run` is the link that it prints."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGS)
        context = browser.new_context(locale="en-GB", viewport={"width": 1366, "height": 900})
        context.set_default_timeout(MOST)
        page = context.new_page()
        page.goto(f"{address}/first-run?{first_run.partition('?')[2]}")
        page.get_by_label("Name").fill("odile")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Create account").click()
        page.get_by_role("heading", name="Sites").wait_for()
        page.close()
        yield context
        browser.close()


def seen_after(page: Page, address: str, heat: bool = True) -> float:
    """Seconds from opening an address to the picture on the screen, with its heat."""
    page.goto(address, wait_until="commit")
    return float(page.evaluate(_SEEN, [heat, MOST])) / 1000


def hover_cost(page: Page) -> dict[str, float]:
    """What pointing at an element costs the main thread."""
    times = sorted(page.evaluate(_HOVER, HOVERS))
    return {
        "elements pointed at": len(times),
        "median, ms": statistics.median(times),
        "95th percentile, ms": times[len(times) * 95 // 100],
    }


def scrolling(page: Page) -> dict[str, Any]:
    """The page scrolled from its top to its end."""
    page.evaluate(_SCROLL)  # every strip is fetched once
    found = page.evaluate(_SCROLL)
    return {
        "frames": len(found["frames"]),
        "frame, median, ms": statistics.median(found["frames"]),
        "tasks over 50 ms": len(found["tasks"]),
        "longest task, ms": max(found["tasks"], default=0.0),
    }
