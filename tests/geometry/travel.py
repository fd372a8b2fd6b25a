"""The whole way of a click: real input at one width, the tracker's batch, and the place on a layout of another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Frame, Page

from aggregator.placing.projection import RUNGS, project
from aggregator.shapes.depths import Depths
from aggregator.shapes.records import Records, records_of
from collector import wire
from store.layouts import Layout, path_key
from tests.aggregator.build import points, record_id, records
from tests.tracker.bench import Bench, capture, clicks

TRUTH = Path(__file__).with_name("truth.js").read_text(encoding="utf-8")
HEIGHT = 800
NEAR = 1.5  # px: places are sent in steps of 1/10,000, boxes in tenths of a px
STILL = "<script>addEventListener('click', (e) => e.preventDefault())</script>"
Box = tuple[float, float, float, float]
Place = tuple[float, float]
Prepare = Callable[[Page], Any]
_THERE = "([x, y]) => [truth.at(x, y), [x + scrollX, y + scrollY]]"


@dataclass(frozen=True)
class Landing:
    """One click: the element that was under the pointer, and where it was drawn."""

    aim: str
    true: str  # how the element under the pointer begins
    path: str  # what the tracker called it
    rung: str
    x: float
    y: float
    boxes: list[Box]  # of the true element, on the page where it is drawn
    page: tuple[int, int]  # px of the page where it was made, as sent
    pressed: tuple[float, float]  # … and as they were

    @property
    def drawn(self) -> bool:
        return self.rung != "none"

    @property
    def right(self) -> bool:
        """Whether it is drawn inside a box of the true element."""
        return any(
            x - NEAR <= self.x <= x + w + NEAR and y - NEAR <= self.y <= y + h + NEAR for x, y, w, h in self.boxes
        )


def layout_of(page: Page) -> Layout:
    found = capture(page)
    return Layout.of(found["width"], found["height"], found["viewportHeight"], found)


def depths_of(batches: Sequence[wire.Batch]) -> tuple[Depths, Records]:
    """The deepest edges of views, and the records that they hang on, as the aggregator has them."""
    rows: list[Any] = []
    for batch in batches:
        scroll, el, ctx = batch.scroll, batch.el, batch.ctx
        assert scroll is not None
        assert el is not None
        rows.append((el.p[scroll.e], el.f[scroll.e], scroll.y / 10_000, scroll.depth, scroll.ph, ctx.vw, ctx.vh))
    paths, prints, fy, depth, height, wide, tall = zip(*rows, strict=True)
    keys = np.array([path_key(path) for path in paths], np.uint64)
    ids = np.array([record_id(*one) for one in zip(paths, prints, strict=True)], np.uint64)
    pixels = (np.array(column, np.int32) for column in (depth, height, wide, tall))
    return Depths(keys, np.array(fy, np.float32), *pixels), records_of(ids, keys, list(paths), list(prints))


def travel(
    bench: Bench,
    browser: Browser,
    body: str,
    aims: Sequence[str],
    made: int = 1366,
    drawn: int = 390,
    *,
    before: Prepare | None = None,
    context: dict[str, Any] | None = None,
    at: tuple[float, float] = (0.3, 0.6),
    frame: str = "",
) -> list[Landing]:
    """Click every box (line, column) of every aim (a selector, in `frame` if it is named) at `at` of it.

    `before` prepares the page on which the clicks are made (scrolls it, opens something).
    """
    url = bench.page("/geometry", STILL + body)
    bench.reset()
    visit = browser.new_context(viewport={"width": made, "height": HEIGHT}, **(context or {}))
    page = visit.new_page()
    page.goto(url)
    page.evaluate(TRUTH)
    if before:
        before(page)
    hits = [hit for aim in aims for hit in _click(page, aim, at, frame)]
    page.goto("about:blank")
    found = clicks(bench.wait(lambda batches: len(clicks(batches)) >= len(hits)))
    visit.close()
    assert len(found) == len(hits), [click["path"] for click in found]

    other = browser.new_context(viewport={"width": drawn, "height": HEIGHT})
    page = other.new_page()
    page.goto(url)
    page.evaluate(TRUTH)
    layout = layout_of(page)
    named = [(click["path"], click["fp"]) for click in found]
    placed = project(
        points(
            named,
            fx=np.array([click["x"] for click in found]) / 10_000,
            fy=np.array([click["y"] for click in found]) / 10_000,
            page_x=[click["px"] for click in found],
            page_y=[click["py"] for click in found],
            page_w=made,
            viewport_w=made,
        ),
        records(named),
        layout,
    )
    landings = [
        Landing(
            aim,
            page.evaluate("truth.tag", n),
            click["path"],
            RUNGS[placed.rung[i]],
            float(placed.x[i]),
            float(placed.y[i]),
            page.evaluate("truth.boxes", n),
            (click["px"], click["py"]),
            pressed,
        )
        for i, ((aim, n, pressed), click) in enumerate(zip(hits, found, strict=True))
    ]
    other.close()
    return landings


def _click(page: Page, aim: str, at: tuple[float, float], frame: str) -> list[tuple[str, int, Place]]:
    """Click every box of `aim`; gives (aim, number of the element that was really there, px of the page)."""
    if aim == "[aim]":  # a box that `before` has found, deeper than a selector reaches
        x, y, w, h = page.evaluate("[aim.x, aim.y, aim.width, aim.height]")
        point = [x + w * at[0], y + h * at[1]]
        hit, where = page.evaluate(_THERE, point)
        page.mouse.click(*point)
        return [(aim, hit, where)]
    inside: Frame | Page = page
    if frame:
        found = page.wait_for_selector(frame).content_frame()  # type: ignore[union-attr]
        inside = found or page.frames[-1]  # of an object it does not tell
    target = inside.wait_for_selector(aim, state="attached")
    assert target is not None
    dx, dy = 0.0, 0.0
    if frame:
        box = page.query_selector(frame)
        assert box is not None
        dx, dy = box.evaluate(
            "(el) => { const b = el.getBoundingClientRect(); return [b.x + el.clientLeft, b.y + el.clientTop]; }"
        )
    hits = []
    boxes = target.evaluate("(el) => [...el.getClientRects()].map((b) => [b.x, b.y, b.width, b.height])")
    for x, y, w, h in boxes:
        if w < 2 or h < 2:
            continue
        px, py = x + dx + w * at[0], y + dy + h * at[1]
        hit, where = page.evaluate(_THERE, [px, py])
        hits.append((aim, hit, where))
        # The pointer is where it is in what is seen: of a pinched page a part of the window.
        left, top = page.evaluate("[visualViewport.offsetLeft, visualViewport.offsetTop]")
        page.mouse.click(px - left, py - top)
    assert hits, f"{aim} has no box to click"
    return hits


def all_right(landings: Sequence[Landing]) -> None:
    """Every click is drawn on its own element, in the box of what was really under the pointer."""
    wrong = [landing for landing in landings if landing.rung != "own" or not landing.right]
    assert not wrong, f"{len(wrong)} of {len(landings)}: {wrong[:3]}"


def told_where(landings: Sequence[Landing]) -> None:
    """Every click was sent with the place of the page where the button went down."""
    wrong = [one for one in landings if any(abs(a - b) > NEAR for a, b in zip(one.page, one.pressed, strict=True))]
    assert not wrong, f"{len(wrong)} of {len(landings)}: {wrong[:3]}"
