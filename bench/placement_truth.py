"""Ground truth about a drawn point, read from the page in Chromium at the drawn width, never from the product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from bench.placement_visits import Click

NEAR = 1.0  # px of tolerance around a box

_SCROLL_THROUGH = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  for (let y = 0; y < document.body.scrollHeight; y += 500) {
    scrollTo({top: y, behavior: 'instant'});
    await frame();
  }
  scrollTo({top: 0, behavior: 'instant'});
}"""
# Waits until nothing has moved for 20 frames, because scripts react to scrolling with a delay.
_COME_TO_REST = """async () => {
  let last = '';
  for (let still = 0; still < 20; ) {
    await new Promise(requestAnimationFrame);
    const text = JSON.stringify(window.benchElements.map((element) => element.getBoundingClientRect()));
    still = text === last ? still + 1 : 0;
    last = text;
  }
}"""
# One synchronous call, so that no script of the page can react to the scrolling in between. An element is visible if
# any of several positions in it can be hit, with the page scrolled to its top or with the position in the middle of
# the window: a sticky bar covers what is below it in only one of the two.
_JUDGE = """([points, near]) => {
  const toTop = () => scrollTo({top: 0, left: 0, behavior: 'instant'});
  toTop();
  const boxesOf = (element) => [...element.getClientRects()].filter((box) => box.width > 0 && box.height > 0)
    .map((box) => ({x: box.x + scrollX, y: box.y + scrollY, w: box.width, h: box.height}));
  const letterOf = (element, letter) => {
    const node = letter && element.childNodes[letter[0]];
    if (node?.nodeType !== 3 || letter[1] >= node.length) return null;
    const range = document.createRange();
    range.setStart(node, letter[1]);
    range.setEnd(node, letter[1] + 1);
    const box = range.getBoundingClientRect();
    return box.width && box.height ? [box.x + box.width / 2 + scrollX, box.y + box.height / 2 + scrollY] : null;
  };
  const known = points.map(({element, letter}) => {
    const at = window.benchElements[element];
    return {at, boxes: at.isConnected ? boxesOf(at) : [], letter: letterOf(at, letter)};
  });
  const meets = (x, y, wanted) => [0, y - innerHeight / 2].some((top) => {
    scrollTo({top, left: x < innerWidth ? 0 : x - innerWidth / 2, behavior: 'instant'});
    const hit = document.elementFromPoint(x - scrollX, y - scrollY);
    return hit && wanted(hit);
  });
  const PARTS = [0.5, 0.25, 0.75, 0.05, 0.95];
  const shown = new Map();
  const isShown = ({at, boxes}) => {
    if (!shown.has(at)) shown.set(at, boxes.some((box) => PARTS.some((fx) => PARTS.some((fy) =>
      meets(box.x + fx * box.w, box.y + fy * box.h, (hit) => at.contains(hit))))));
    return shown.get(at);
  };
  const isIn = (boxes, x, y) => boxes.some((box) =>
    x >= box.x - near && x <= box.x + box.w + near && y >= box.y - near && y <= box.y + box.h + near);
  const placeOf = (boxes, [fx, fy]) => {
    let rest = fx * boxes.reduce((sum, box) => sum + box.w, 0);
    for (const box of boxes) {
      if (rest <= box.w || box === boxes.at(-1)) return [box.x + rest, box.y + fy * box.h];
      rest -= box.w;
    }
  };
  const verdicts = points.map(({part, drawn, relative}, n) => {
    const {at, boxes, letter} = known[n];
    if (!isShown(known[n])) return {shown: false};
    const place = placeOf(boxes, part);
    const miss = (point, from) => point && from && Math.hypot(point[0] - from[0], point[1] - from[1]);
    return {
      shown: true,
      right: !!drawn && isIn(boxes, ...drawn),
      hit: !!drawn && isIn(boxes, ...drawn) && meets(...drawn, (hit) => at.contains(hit)),
      miss: miss(drawn, place),
      cut: !meets(...place, (hit) => at.contains(hit)),
      letter_miss: miss(drawn, letter),
      in_line: getComputedStyle(at).display === 'inline',
      relative_right: isIn(boxes, ...relative),
      relative_miss: miss(relative, place),
    };
  });
  toTop();
  return verdicts;
}"""


@dataclass(frozen=True)
class Verdict:
    """The ground truth about one click at the drawn width. Unless `shown`, the other fields mean nothing.

    `right`: the drawn point lies in a box of the element that was clicked. `hit`: the topmost element at that point
    is the element or a descendant. `miss`: px from the same position in the element, `letter_miss` from the centre of
    the letter clicked (None without); `in_line`: the element is inline. `cut`: that part of the element cannot be
    seen, though another part can. `relative_…`: the same for the page-relative method.
    """

    shown: bool
    right: bool = False
    hit: bool = False
    miss: float | None = None
    cut: bool = False
    letter_miss: float | None = None
    in_line: bool = False
    relative_right: bool = False
    relative_miss: float | None = None


def rest(page: Page) -> None:
    """Scroll through the page, return to its top and wait until nothing moves."""
    page.evaluate(_SCROLL_THROUGH)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => document.getAnimations().every((a) => a.playState !== 'running')")
    page.evaluate(_COME_TO_REST)


def elements_of(page: Page) -> list[str]:
    """Tags of the numbered elements; they must be the same at every width."""
    names: list[str] = page.evaluate("() => window.benchElements.map((element) => element.localName)")
    return names


def judge(
    page: Page,
    clicks: Sequence[Click],
    drawn: Sequence[tuple[float, float] | None],
    relative: Sequence[tuple[float, float]],
) -> list[Verdict]:
    """Compare each click's drawn position, ours (None: not drawn) and the page-relative one, with the page at rest."""
    points: list[dict[str, Any]] = [
        {"element": c.element, "part": c.part, "letter": c.letter, "drawn": d, "relative": r}
        for c, d, r in zip(clicks, drawn, relative, strict=True)
    ]
    return [Verdict(**found) for found in page.evaluate(_JUDGE, [points, NEAR])]
