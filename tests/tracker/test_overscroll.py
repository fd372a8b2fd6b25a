"""Elastic overscroll (iOS, macOS) shows more than the page: reach and time in view stay within the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.tracker.bench import Bench
from tests.tracker.clock import stop_clock, wheel

BODY = "<style>body{margin:0}</style><section id=one style='height:900px'></section><section id=two style='height:"
BODY += "1100px'></section>"
# Chromium has no elastic overscroll here: this moves the page beyond its end and reports it as Safari does.
PULLED = """(px) => {
  const page = document.scrollingElement;
  const get = Object.getOwnPropertyDescriptor(Element.prototype, 'scrollTop').get;
  Object.defineProperty(page, 'scrollTop', {get() { return get.call(this) + px; }, configurable: true});
  if (px > 0) page.style.transform = `translateY(${-px}px)`; // pushed down, the page would be taller here
  dispatchEvent(new Event('scroll'));
  document.dispatchEvent(new Event('scroll'));
}"""


@pytest.mark.parametrize(("to", "pulled"), [("beyond the end", 180), ("beyond the beginning", -180)])
def test_overscroll_makes_the_page_no_deeper(bench: Bench, page: Page, to: str, pulled: int) -> None:
    stop_clock(page)
    page.goto(bench.page("/a", BODY))
    page.mouse.move(300, 300)
    page.clock.run_for(300)
    if pulled > 0:
        wheel(page, 5_000)
        assert page.evaluate("scrollY") == 1200
    page.evaluate(PULLED, pulled)
    page.clock.run_for(600)
    page.mouse.move(320, 300)
    page.clock.run_for(600)
    page.goto("about:blank")
    (batch,) = bench.wait(lambda batches: batches)
    assert batch.scroll is not None
    assert batch.el is not None
    scroll = batch.scroll
    assert scroll.ph == 2_000
    assert scroll.depth == (2_000 if pulled > 0 else 800)
    assert batch.el.p[scroll.e] in (("section#two", "body", "html") if pulled > 0 else ("section#one",))
    assert scroll.y == (10_000 if pulled > 0 else round(800 / 900 * 10_000))
    # Time in view counts only bands of the page, and no more of them than the window shows.
    assert 0 < sum(scroll.bands) <= batch.sum.ms * 8.5
    assert scroll.bands[-1] > 0 if pulled > 0 else scroll.bands[8:] == [0] * 12
