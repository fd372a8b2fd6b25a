"""The whole way of a click: real input at one width, the tracker's batch, its place on a layout of another width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
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
class Setup:
    """How clicks are made."""

    before: Prepare | None = None  # prepares the page: scrolls it, opens something
    context: dict[str, Any] = field(default_factory=dict)  # options of the browser's context
    at: tuple[float, float] = (0.3, 0.6)  # place in the box clicked, as shares of its size
    frame: str = ""  # selector of the frame that contains the targets


@dataclass(frozen=True)
class Landing:
    """One click: the element under the pointer, and where the click was drawn."""

    aim: str  # selector of the target
    true: str  # start of the HTML of the element under the pointer
    path: str  # its path as sent by the tracker
    rung: str
    x: float
    y: float
    boxes: list[Box]  # of that element, on the page on which the click is drawn
    page: tuple[int, int]  # px of the page on which it was made, as sent
    pressed: tuple[float, float]  # … and where the button really went down

    @property
    def drawn(self) -> bool:
        return self.rung != "none"

    @property
    def right(self) -> bool:
        """Whether it is drawn inside a box of the element that was under the pointer."""
        return any(
            x - NEAR <= self.x <= x + w + NEAR and y - NEAR <= self.y <= y + h + NEAR for x, y, w, h in self.boxes
        )


DEFAULT = Setup()
# Resolves when the page was drawn: only then `content-visibility` has its size, on a busy machine long after the load.
_DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))"


def layout_of(page: Page) -> Layout:
    found = capture(page)
    return Layout.of(found["width"], found["height"], found["viewportHeight"], found)


def depths_of(batches: Sequence[wire.Batch]) -> tuple[Depths, Records]:
    """The deepest edges of views and the records they are anchored on, in the aggregator's shapes."""
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
    setup: Setup = DEFAULT,
) -> list[Landing]:
    """Clicks every box (line, column) of every aim (a selector) at width `made`; draws the clicks at width `drawn`."""
    url = bench.page("/geometry", STILL + body)
    bench.reset()
    visit = browser.new_context(viewport={"width": made, "height": HEIGHT}, **setup.context)
    page = visit.new_page()
    page.goto(url)
    page.evaluate(_DRAWN)
    page.evaluate(TRUTH)
    if setup.before:
        setup.before(page)
    hits = [hit for aim in aims for hit in _click(page, aim, setup)]
    page.goto("about:blank")
    found = clicks(bench.wait(lambda batches: len(clicks(batches)) >= len(hits)))
    visit.close()
    assert len(found) == len(hits), [click["path"] for click in found]

    other = browser.new_context(viewport={"width": drawn, "height": HEIGHT})
    page = other.new_page()
    page.goto(url)
    page.evaluate(_DRAWN)
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


def _click(page: Page, aim: str, setup: Setup) -> list[tuple[str, int, Place]]:
    """Clicks every box of `aim`; (aim, number of the element under the pointer, px of the page) of each click."""
    at, frame = setup.at, setup.frame
    if aim == "[aim]":  # a box found by `before`, which no selector reaches
        x, y, w, h = page.evaluate("[aim.x, aim.y, aim.width, aim.height]")
        point = [x + w * at[0], y + h * at[1]]
        hit, where = page.evaluate(_THERE, point)
        page.mouse.click(*point)
        return [(aim, hit, where)]
    inside: Frame | Page = page
    if frame:
        found = page.wait_for_selector(frame).content_frame()  # type: ignore[union-attr]
        inside = found or page.frames[-1]  # not known of an object
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
        # The mouse moves in the visual viewport, which on a pinched page is a part of the window.
        left, top = page.evaluate("[visualViewport.offsetLeft, visualViewport.offsetTop]")
        page.mouse.click(px - left, py - top)
    assert hits, f"{aim} has no box to click"
    return hits


def all_right(landings: Sequence[Landing]) -> None:
    """Checks that every click is drawn on its own element, in a box of the element that was under the pointer."""
    wrong = [landing for landing in landings if landing.rung != "own" or not landing.right]
    assert not wrong, f"{len(wrong)} of {len(landings)}: {wrong[:3]}"


def sent_where_pressed(landings: Sequence[Landing]) -> None:
    """Checks that every click was sent with the place of the page where the button went down."""
    wrong = [one for one in landings if any(abs(a - b) > NEAR for a, b in zip(one.page, one.pressed, strict=True))]
    assert not wrong, f"{len(wrong)} of {len(landings)}: {wrong[:3]}"
