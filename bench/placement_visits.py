"""Visits of the placement bench: real pointer input in Chromium, and the element under the pointer.

Nothing here uses what the product computes: an element is identified by its number in document order.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page

from viewer.snapshot.heights import PHONE_BELOW, viewport_height

_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Safari/537.36"
_APART = 4  # px between two clicks of a visit, which are identified by their position

# Records clicks as the browser reports them and prevents their default action. `part`: the position along the
# element's lines, laid end to end, and the height within the line; `letter`: the text node under the pointer and the
# offset in it.
_LISTEN = """
window.benchClicks = [];
const within = (box, x, y) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
const partOf = (element, x, y) => {
  const boxes = [...element.getClientRects()].filter((box) => box.width && box.height);
  const total = boxes.reduce((sum, box) => sum + box.width, 0);
  let before = 0;
  for (const box of boxes) {
    if (within(box, x, y)) return [(before + x - box.x) / total, (y - box.y) / box.height];
    before += box.width;
  }
  const box = element.getBoundingClientRect();
  return [(x - box.x) / box.width, (y - box.y) / box.height];
};
const letterOf = (element, x, y) => {
  const caret = document.caretRangeFromPoint(x, y), node = caret?.startContainer;
  if (node?.nodeType !== 3 || node.parentElement !== element) return null;
  const range = document.createRange();
  for (const at of [caret.startOffset, caret.startOffset - 1]) {
    if (at < 0 || at >= node.length) continue;
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    if (within(range.getBoundingClientRect(), x, y)) return [[...element.childNodes].indexOf(node), at];
  }
  return null;
};
let pressed;
addEventListener('pointerdown', (event) => {
  const {target, clientX: x, clientY: y} = event;
  pressed = {element: window.benchElements.indexOf(target), part: partOf(target, x, y), letter: letterOf(target, x, y)};
}, true);
addEventListener('click', (event) => {
  event.preventDefault();
  if (pressed) window.benchClicks.push({...pressed, x: event.pageX, y: event.pageY});
  pressed = null;
}, true);
addEventListener('submit', (event) => event.preventDefault(), true);
"""
# Elements with content or a function, and some of the boxes around them, because people click on those too.
_TARGETS = """() => {
  const acts = 'a, button, input, select, textarea, label, summary, [role=button], img, svg, video, canvas, td, th, li';
  const speaks = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
  return window.benchElements.flatMap((element, number) =>
    (element.matches(acts) || speaks(element) || number % 10 === 0) && element.getClientRects().length ? [number] : []);
}"""
# Scrolls a target into view, waits until it stops moving, and returns a point on one of its boxes; null when the
# target cannot be hit there.
_AIM = """async ([number, line, fx, fy]) => {
  const element = window.benchElements[number];
  if (!element.isConnected) return null;
  element.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
  const frame = () => new Promise(requestAnimationFrame);
  const where = () => JSON.stringify(element.getBoundingClientRect());
  for (let still = 0, last = ''; still < 3; await frame()) {
    still = where() === last ? still + 1 : 0;
    last = where();
  }
  const boxes = [...element.getClientRects()].filter((box) => box.width >= 3 && box.height >= 3);
  if (!boxes.length) return null;
  const box = boxes[Math.floor(line * boxes.length)];
  const x = Math.round(box.x + box.width * fx), y = Math.round(box.y + box.height * fy);
  const hit = document.elementFromPoint(x, y);
  return hit && element.contains(hit) ? [x, y, Math.round(x + scrollX), Math.round(y + scrollY)] : null;
}"""


@dataclass(frozen=True)
class Click:
    """One click: position on the page, element (-1: created by a script), position within it, and the letter of its
    text, if any."""

    x: float
    y: float
    element: int
    part: tuple[float, float]
    letter: tuple[int, int] | None


@contextmanager
def opened(browser: Browser, url: str, width: int, own_scripts: str = "") -> Iterator[Page]:
    """The page as a visitor with a window of this width sees it."""
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
    """Click at most `most` times on targets that can be hit, with the tracker running.

    `arrived(n)` waits until n clicks of this visit have arrived, because closing a browser drops its last requests.
    """
    chance = random.Random(seed)
    with opened(browser, url, width, _LISTEN) as page:
        page.wait_for_function("() => typeof window.parcours === 'function'")
        targets: list[int] = page.evaluate(_TARGETS)
        chance.shuffle(targets)
        taken: set[tuple[int, int]] = set()
        for number in targets * 3:
            if len(taken) >= most:
                break
            aim = [number, chance.random(), chance.uniform(0.05, 0.95), chance.uniform(0.05, 0.95)]
            point: list[int] | None = page.evaluate(_AIM, aim)
            if point is None or any(abs(point[2] - x) < _APART and abs(point[3] - y) < _APART for x, y in taken):
                continue
            taken.add((point[2], point[3]))
            page.mouse.click(point[0], point[1])
        clicks: list[dict[str, Any]] = page.evaluate("window.benchClicks")
        page.goto("about:blank")  # leaving the page makes the tracker send what it holds
        arrived(len(clicks))
    return [
        Click(c["x"], c["y"], c["element"], tuple(c["part"]), tuple(c["letter"]) if c["letter"] else None)
        for c in clicks
    ]
