"""Device pixels, zoomed pages and pinch zoom: clicks and reach stay on their elements."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, CDPSession, Page

from aggregator.measures.reach import edges
from aggregator.placing.elements import LayoutIndex
from collector import wire
from store.layouts import Layout
from tests.geometry.travel import HEIGHT, NEAR, Setup, all_right, depths_of, layout_of, sent_where_pressed, travel
from tests.tracker.bench import Bench
from tests.tracker.clock import next_frame, stop_clock, wheel

PHONE = {"is_mobile": True, "has_touch": True, "device_scale_factor": 2}
META = "<meta name='viewport' content='width=device-width'>"
BODY = (
    f"{META}<style>body{{margin:0}}</style><header style='position:sticky;top:0;height:40px'><a href='#x'>Home</a>"
    "</header><p style='padding:9px'>a <b>word</b> before <a id='long' href='#x'>a link that is so long that it is "
    "broken into lines in a window as narrow as that of a phone</a></p><div style='transform:scale(.8);width:70%'>"
    "<button style='width:60%;height:50px'>Press</button></div>"
)
AIMS = ["header a", "b", "#long", "button"]
# height of each part, px, in a narrow window and in a wide one
PARTS = {"a": (700, 900), "b": (1100, 500), "c": (400, 800), "d": (900, 1300), "e": (1500, 600), "f": (800, 900)}
# The deepest edge in view, as part + share of the part, read in each animation frame.
WATCH = """<script>
  window.deepest = 0;
  requestAnimationFrame(function look() {
    const edge = visualViewport.offsetTop + visualViewport.height;
    document.querySelectorAll('section').forEach((part, i) => {
      const {top, height} = part.getBoundingClientRect();
      if (top <= edge) deepest = Math.max(deepest, i + Math.min(1, (edge - top) / height));
    });
    requestAnimationFrame(look);
  });
</script>"""


@dataclass(frozen=True)
class Zoom:
    """How a visitor sees the page: `style` belongs to the page, `own` is a script that only this visitor runs."""

    width: int = 1366
    context: dict[str, Any] = field(default_factory=dict)
    style: str = ""
    own: str = ""


ZOOMS = {
    "two pixels for one": Zoom(context={"device_scale_factor": 2}),
    "a phone": Zoom(390, PHONE),
    "the browser at 200 %": Zoom(683, {"device_scale_factor": 2}),
    "a zoomed page": Zoom(style="html { zoom: 1.5 }"),
    "a zoomed body": Zoom(390, style="body { zoom: .8 }"),
    "zoomed by the visitor alone": Zoom(own="document.documentElement.style.zoom = 2"),
}


def _page(style: str) -> str:
    rules = "".join(f"#part-{name} {{ height: {narrow}px }}" for name, (narrow, _) in PARTS.items())
    wide = "".join(f"#part-{name} {{ height: {px}px }}" for name, (_, px) in PARTS.items())
    parts = "".join(f"<section id='part-{name}'>{name}</section>" for name in PARTS)
    return f"{META}<style>body{{margin:0}} {rules} @media (min-width:600px) {{ {wide} }} {style}</style>{parts}{WATCH}"


def _went_down(bench: Bench) -> wire.Batch:
    def deep(batches: list[wire.Batch]) -> list[wire.Batch]:
        return [batch for batch in batches if batch.scroll and batch.scroll.depth > HEIGHT]

    return deep(bench.wait(deep))[-1]


def _edge(batch: wire.Batch, layout: Layout) -> float:
    """px on a layout of the deepest edge of a view."""
    depths, records = depths_of([batch])
    y, anchored = edges(depths, records, LayoutIndex(layout), {})
    assert anchored[0]
    return float(y[0])


def _true_edge(deepest: float, layout: Layout) -> float:
    at = layout.paths.index(f"section#part-{list(PARTS)[int(deepest)]}")
    return float(layout.y[at] + deepest % 1 * layout.h[at])


@pytest.mark.parametrize("drawn", [390, 1366])
@pytest.mark.parametrize("zoom", ZOOMS.values(), ids=ZOOMS)
def test_clicks_are_drawn_on_their_elements(bench: Bench, browser: Browser, zoom: Zoom, drawn: int) -> None:
    body = f"{BODY}<style>{zoom.style}</style>"
    before = (lambda page: page.evaluate(zoom.own)) if zoom.own else None
    landings = travel(bench, browser, body, AIMS, zoom.width, drawn, setup=Setup(before=before, context=zoom.context))
    all_right(landings)
    sent_where_pressed(landings)


@pytest.mark.parametrize("zoom", ZOOMS.values(), ids=ZOOMS)
def test_reach_is_the_deepest_edge_seen(bench: Bench, browser: Browser, zoom: Zoom) -> None:
    url = bench.page("/zoom", _page(zoom.style))
    context = browser.new_context(viewport={"width": zoom.width, "height": HEIGHT}, **zoom.context)
    page = context.new_page()
    stop_clock(page)
    page.goto(url)
    if zoom.own:
        page.evaluate(zoom.own)
    page.mouse.move(200, 300)
    wheel(page, 1700)
    assert page.evaluate("scrollY") > 1690
    page.clock.run_for(300)
    wheel(page, -900)
    page.clock.run_for(300)
    deepest = page.evaluate("deepest")
    page.goto("about:blank")
    context.close()
    batch = _went_down(bench)
    assert 1 < deepest < len(PARTS) - 1
    for layout in _layouts(browser, url):
        assert _edge(batch, layout) == pytest.approx(_true_edge(deepest, layout), abs=NEAR)


def _layouts(browser: Browser, url: str) -> list[Layout]:
    found = []
    for width in (390, 1366):
        context = browser.new_context(viewport={"width": width, "height": HEIGHT})
        page = context.new_page()
        page.goto(url)
        page.evaluate("parcours('stop')")  # this is not a visit
        found.append(layout_of(page))
        context.close()
    return found


def _pinch(page: Page) -> CDPSession:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setPageScaleFactor", {"pageScaleFactor": 2})
    page.wait_for_function("visualViewport.scale === 2")
    return session


def _pan(page: Page, session: CDPSession, px: int) -> None:
    """Moves one finger up by `px`: the visual viewport moves down, within the window first, then with the page."""
    steps = [350 - px * i / 10 for i in range(11)]
    for kind, points in [("touchStart", steps[:1]), *(("touchMove", [y]) for y in steps[1:]), ("touchEnd", [])]:
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": 100, "y": y} for y in points]})
        next_frame(page)
    # Until it has come to rest, and longer than the tracker waits before it reads the reach.
    page.wait_for_function("(window.rest = window.at === visualViewport.pageTop ? (window.rest || 0) + 1 : 0,"
                           " window.at = visualViewport.pageTop, window.rest > 20)")  # fmt: skip


def test_reach_of_a_pinched_page_is_the_deepest_edge_of_the_visual_viewport(bench: Bench, browser: Browser) -> None:
    """The visual viewport lies at the lower edge of the window whenever the page itself has moved down."""
    url = bench.page("/zoom", _page(""))
    context = browser.new_context(viewport={"width": 390, "height": HEIGHT}, **PHONE)
    page = context.new_page()
    page.goto(url)
    session = _pinch(page)
    for _ in range(4):
        _pan(page, session, 300)
    assert page.evaluate("visualViewport.pageTop + visualViewport.height") > 1.5 * HEIGHT
    deepest = page.evaluate("deepest")
    page.goto("about:blank")
    context.close()
    batch = _went_down(bench)
    for layout in _layouts(browser, url):
        assert _edge(batch, layout) == pytest.approx(_true_edge(deepest, layout), abs=NEAR)


@pytest.mark.parametrize("drawn", [390, 1366])
def test_clicks_on_a_pinched_and_panned_page(bench: Bench, browser: Browser, drawn: int) -> None:
    def move(page: Page) -> None:
        session = _pinch(page)
        _pan(page, session, 150)
        assert page.evaluate("visualViewport.offsetTop") > 50

    body = f"<div style='height:400px'>above</div>{BODY}<div style='height:900px'>below</div>"
    aims = ["#long", "button"]
    all_right(travel(bench, browser, body, aims, 390, drawn, setup=Setup(before=move, context=PHONE)))
