"""Visits of the placement bench: real pointer input of Chromium, and where each element lies at each width.

Nothing here reads what the product computes: an element is its number in document order.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from viewer.snapshot.heights import PHONE_BELOW, viewport_height

_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Safari/537.36"
# Clicks are recorded as the browser gives them, and lead nowhere.
_LISTEN = """
window.benchClicks = [];
const numberOf = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const number = window.benchElements.indexOf(at);
    if (number >= 0) return number;
  }
  return -1;
};
const CONTROL = 'a, button, input, select, textarea, label, summary, [role=button]';
addEventListener('pointerdown', (event) => {
  const hit = document.elementsFromPoint(event.clientX, event.clientY)[0];
  const part = (element) => {
    const box = element.getBoundingClientRect();
    return [(event.clientX - box.x) / box.width, (event.clientY - box.y) / box.height];
  };
  const element = numberOf(hit), control = numberOf(hit.closest(CONTROL) || hit);
  window.benchClicks.push({x: event.pageX, y: event.pageY, element, control, part: part(window.benchElements[element]),
    controlPart: part(window.benchElements[control])});
}, true);
addEventListener('click', (event) => event.preventDefault(), true);
addEventListener('submit', (event) => event.preventDefault(), true);
"""
_TARGETS = """() => {
  const wanted = 'a, button, input, select, textarea, label, summary, [role=button], img, p, li, td, th, dt, dd, ' +
    'h1, h2, h3, h4, h5, h6, span, small, strong, blockquote, i, div';
  const speaks = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  return window.benchElements.flatMap((element, number) =>
    element.matches(wanted) && (!element.matches('div, span, li, i') || speaks(element)) &&
    element.getClientRects().length ? [number] : []);
}"""
# Bring a target into view, wait until it stands still, and give a point on it; null when nothing of it can be hit.
_AIM = """async ([number, fx, fy]) => {
  const element = window.benchElements[number];
  if (!element.isConnected) return null;
  element.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
  const frame = () => new Promise(requestAnimationFrame);
  const where = () => JSON.stringify(element.getBoundingClientRect());
  for (let still = 0, last = ''; still < 3; await frame()) {
    still = where() === last ? still + 1 : 0;
    last = where();
  }
  const box = element.getClientRects()[0];
  if (!box || box.width < 3 || box.height < 3) return null;
  const x = Math.round(box.x + box.width * fx), y = Math.round(box.y + box.height * fy);
  const hit = document.elementsFromPoint(x, y)[0];
  return hit && element.contains(hit) ? [x, y] : null;
}"""
_SCROLL_THROUGH = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  for (let y = 0; y < document.body.scrollHeight; y += 500) {
    scrollTo({top: y, behavior: 'instant'});
    await frame();
  }
  scrollTo({top: 0, behavior: 'instant'});
}"""
# Once nothing has moved for 20 frames: scripts answer to the scroll a little later.
_BOXES = """async () => {
  const now = () => window.benchElements.map((element) => {
    const box = element.getBoundingClientRect();
    const shown = element.checkVisibility({visibilityProperty: true}) && box.width > 0 && box.height > 0;
    return [box.x + scrollX, box.y + scrollY, box.width, box.height, shown ? 1 : 0];
  });
  let last = '';
  for (let still = 0; still < 20; ) {
    await new Promise(requestAnimationFrame);
    const text = JSON.stringify(now());
    still = text === last ? still + 1 : 0;
    last = text;
  }
  return now();
}"""
_NAMES = "() => window.benchElements.map((element) => element.localName)"


@dataclass(frozen=True)
class Click:
    """One click: where on the page, on which element, where in its box. `control` is the link or button around it."""

    x: float
    y: float
    element: int
    control: int
    part: tuple[float, float]
    control_part: tuple[float, float]


@dataclass(frozen=True)
class Boxes:
    """x, y, w, h (CSS px of the page) and whether it can be seen, by number in document order."""

    width: int
    boxes: list[tuple[float, float, float, float, int]]
    names: list[str]


@contextmanager
def opened(browser: Browser, url: str, width: int, own_scripts: str = "") -> Iterator[Page]:
    """The page as a visitor of this width has it."""
    phone = width < PHONE_BELOW
    context = browser.new_context(
        viewport={"width": width, "height": viewport_height(width)},
        is_mobile=phone,
        has_touch=phone,
        user_agent=_AGENT.format(browser.version),
        reduced_motion="reduce",
        service_workers="block",
    )
    try:
        page = context.new_page()
        if own_scripts:
            page.add_init_script(own_scripts)
        page.goto(url, wait_until="networkidle")
        page.wait_for_function("() => window.benchElements && document.fonts.status === 'loaded'")
        yield page
    finally:
        context.close()


def visit(browser: Browser, url: str, width: int, most: int, seed: int, arrived: Callable[[int], None]) -> list[Click]:
    """Click at most `most` times on visible elements; the tracker sees it all. No two clicks share a pixel.

    `arrived(n)` waits until n clicks of this visit are in: a browser that is closed at once takes
    what it was about to send with it.
    """
    chance = random.Random(seed)
    with opened(browser, url, width, _LISTEN) as page:
        page.wait_for_function("() => typeof window.parcours === 'function'")
        targets = page.evaluate(_TARGETS)
        chance.shuffle(targets)
        done: set[tuple[int, int]] = set()
        for number in targets * 3:
            if len(done) >= most:
                break
            point = page.evaluate(_AIM, [number, chance.uniform(0.1, 0.9), chance.uniform(0.1, 0.9)])
            if point is None:
                continue
            spot = (round(point[0]), round(point[1] + page.evaluate("scrollY")))
            if spot in done:
                continue
            done.add(spot)
            page.mouse.click(*point)
        clicks = page.evaluate("window.benchClicks")
        page.goto("about:blank")  # as leaving does: the tracker sends what it has
        arrived(len(clicks))
    return [
        Click(c["x"], c["y"], c["element"], c["control"], tuple(c["part"]), tuple(c["controlPart"])) for c in clicks
    ]


def boxes_at(browser: Browser, url: str, width: int) -> Boxes:
    """Where every element lies at this width, in the page as loaded, scrolled through and at rest at its top."""
    with opened(browser, url, width) as page:
        page.evaluate(_SCROLL_THROUGH)
        page.wait_for_load_state("networkidle")
        page.wait_for_function("() => document.getAnimations().every((a) => a.playState !== 'running')")
        return Boxes(width, [tuple(box) for box in page.evaluate(_BOXES)], page.evaluate(_NAMES))
