"""A page of known bands, scrolled with the wheel at three widths: reach and time in view are right at each width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from aggregator.measures.attention import Anchors, attention
from aggregator.measures.reach import reach
from aggregator.placing.elements import LayoutIndex
from aggregator.shapes.depths import Bands
from collector import wire
from store.layouts import Layout
from tests.geometry.travel import depths_of, layout_of
from tests.tracker.bench import Bench
from tests.tracker.clock import stop_clock, wheel

WINDOW = 700
NAMES = "abcdefgh"
# height of each band, px, by width
HEIGHTS = {
    390: (900, 1500, 700, 2200, 1200, 800, 1900, 1000),
    768: (700, 900, 800, 1300, 900, 700, 1000, 800),
    1366: (600, 500, 900, 700, 650, 800, 600, 750),
}
# one view each: (width, last band seen, share of it seen)
VIEWS = [(390, 2, 0.5), (390, 5, 0.3), (768, 3, 0.7), (768, 7, 0.5), (1366, 2, 0.2), (1366, 6, 0.6)]
REST = 1500  # ms at the deepest place
BAR = "<div style='position:fixed;bottom:0;left:0;right:0;height:80px;background:#fc0'>Cookies</div>"


def _page() -> str:
    rules = ""
    for heights, least in zip(HEIGHTS.values(), (0, 700, 1000), strict=True):
        each = "".join(f"#part-{name} {{ height: {px}px }}" for name, px in zip(NAMES, heights, strict=True))
        rules += f"@media (min-width:{least}px) {{ {each} }}"
    bands = "".join(f"<section id='part-{n}'><h2 style='margin:0'>Part {n}</h2></section>" for n in NAMES)
    # The true time in view, read in each animation frame without any of the tracker's code.
    watch = """<script>
      window.seen = {};
      let before = performance.now();
      requestAnimationFrame(function look(now) {
        for (const part of document.querySelectorAll('section')) {
          const {top, bottom, height} = part.getBoundingClientRect();
          const share = Math.max(0, Math.min(bottom, innerHeight) - Math.max(top, 0)) / height;
          seen[part.id] = (seen[part.id] || 0) + share * Math.max(0, now - before);
        }
        before = now;
        requestAnimationFrame(look);
      });
    </script>"""
    return f"<style>body{{margin:0}} {rules}</style>{bands}{BAR}{watch}"


@dataclass
class Seen:
    views: list[tuple[wire.Batch, int, float, dict[str, float]]]
    layouts: dict[int, Layout]


def _visit(page: Page, width: int, band: int, part: float) -> dict[str, float]:
    """Scrolls until the window's lower edge is `part` down in a band, rests, scrolls back; ms in view of each band."""
    heights = HEIGHTS[width]
    to = sum(heights[:band]) + round(part * heights[band]) - WINDOW
    page.mouse.move(width / 2, WINDOW / 2)
    page.clock.run_for(300)
    for _ in range(3):
        wheel(page, to / 3)
        page.clock.run_for(150)
    assert page.evaluate("scrollY") == pytest.approx(to, abs=2)
    page.clock.run_for(REST)
    wheel(page, -to)
    assert page.evaluate("scrollY") == 0
    page.clock.run_for(300)
    found: dict[str, float] = page.evaluate("seen")
    return found


@pytest.fixture(scope="module")
def seen(_bench: Bench, browser: Browser) -> Seen:
    _bench.reset()
    url = _bench.page("/bands", _page())
    views, layouts = [], {}
    for width, band, part in VIEWS:
        context = browser.new_context(viewport={"width": width, "height": WINDOW})
        page = context.new_page()
        stop_clock(page)
        page.goto(url)
        if width not in layouts:
            layouts[width] = layout_of(page)
            page.goto(url)
        truth = _visit(page, width, band, part)
        page.goto("about:blank")
        known = {batch.view for batch, *_ in views}
        # the view in which the layout was read has no input and does not count
        batches = _bench.wait(lambda got, known=known: [b for b in got if b.view not in known and _went_down(b)])
        batch = next(b for b in reversed(batches) if b.view not in known and _went_down(b))
        views.append((batch, band, part, truth))
        context.close()
    return Seen(views, layouts)


def _went_down(batch: wire.Batch) -> bool:
    return batch.scroll is not None and batch.scroll.depth > WINDOW and batch.scroll.bands[0] > 0


def _band(layout: Layout, name: str) -> tuple[float, float]:
    at = layout.paths.index(f"section#part-{name}")
    return float(layout.y[at]), float(layout.h[at])


@pytest.mark.parametrize("width", HEIGHTS)
def test_reach_of_every_band_is_right_on_every_snapshot(seen: Seen, width: int) -> None:
    depths, records = depths_of([batch for batch, *_ in seen.views])
    layout = seen.layouts[width]
    curve = reach(depths, records, LayoutIndex(layout))
    assert curve.anchored == len(VIEWS)
    for j, name in enumerate(NAMES):
        top, height = _band(layout, name)
        for part in (0.1, 0.45, 0.95):
            truth = np.mean([k > j or (k == j and p >= part) for _, k, p in VIEWS])
            assert curve.at(top + part * height) == pytest.approx(truth, abs=1e-6), (name, part)


@pytest.mark.parametrize("width", HEIGHTS)
@pytest.mark.parametrize("every", [True, False], ids=["every view", "views of its width"])
def test_time_in_view_is_that_of_the_browser_on_every_snapshot(seen: Seen, width: int, every: bool) -> None:
    """Up to the resolution of a twentieth of the page, which a band may share with its neighbours."""
    layout = seen.layouts[width]
    mine = [view for view in seen.views if every or view[0].ctx.vw == width]
    bands = Bands(
        np.array([view[0].scroll.bands for view in mine], np.float32),  # type: ignore[union-attr]
        np.array([view[0].ctx.vw for view in mine], np.int32),
    )
    none = np.empty(0, np.float32)
    found = attention(bands, layout, list(seen.layouts.values()), Anchors(none.astype(np.int32), none, none))
    for name in NAMES:
        at = layout.paths.index(f"section#part-{name}")
        truth = np.array([view[3][f"part-{name}"] / 1000 for view in mine])
        edge = np.array([_sharpness(view, name) for view in mine])
        # not seen by the tracker: the first tenth of a second, and a pause after each turn of the wheel
        assert abs(float(found.seconds[at]) - truth.mean()) <= 0.2 + 0.2 * edge.mean(), (
            name,
            found.seconds[at],
            truth,
        )


def _sharpness(view: tuple[wire.Batch, int, float, dict[str, float]], name: str) -> float:
    """s: the share of the longest time in view that two twentieths of the page, at the band's ends, can misplace."""
    heights = dict(zip(NAMES, HEIGHTS[view[0].ctx.vw], strict=True))
    longest = max(view[3].values()) / 1000
    return longest * min(0.5, 0.5 * 0.05 * sum(heights.values()) / heights[name])
