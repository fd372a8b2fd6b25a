"""What iOS and macOS show beyond the ends of a page is no part of it: reach and time in view stay on the page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.tracker.bench import Bench

BODY = "<style>body{margin:0}</style><section id=one style='height:900px'></section><section id=two style='height:"
BODY += "1100px'></section>"
# Chromium here has no rubber band: the page is drawn beyond its end, and says so, as Safari does.
PULLED = """(px) => {
  const page = document.scrollingElement;
  const get = Object.getOwnPropertyDescriptor(Element.prototype, 'scrollTop').get;
  Object.defineProperty(page, 'scrollTop', {get() { return get.call(this) + px; }, configurable: true});
  if (px > 0) page.style.transform = `translateY(${-px}px)`; // pushed down it would be taller here
  dispatchEvent(new Event('scroll'));
  document.dispatchEvent(new Event('scroll'));
}"""


@pytest.mark.parametrize(("to", "pulled"), [("beyond the end", 180), ("beyond the beginning", -180)])
def test_a_page_pulled_over_its_end_is_no_deeper(bench: Bench, page: Page, to: str, pulled: int) -> None:
    page.goto(bench.page("/a", BODY))
    page.mouse.move(300, 300)
    page.wait_for_timeout(300)
    if pulled > 0:
        page.mouse.wheel(0, 5_000)
        page.wait_for_function("scrollY === 1200")
    page.evaluate(PULLED, pulled)
    page.wait_for_timeout(600)
    page.mouse.move(320, 300)
    page.wait_for_timeout(600)
    page.goto("about:blank")
    (batch,) = bench.wait(lambda batches: batches)
    assert batch.scroll is not None
    assert batch.el is not None
    scroll = batch.scroll
    assert scroll.ph == 2_000
    assert scroll.depth == (2_000 if pulled > 0 else 800)
    assert batch.el.p[scroll.e] in (("section#two", "body", "html") if pulled > 0 else ("section#one",))
    assert scroll.y == (10_000 if pulled > 0 else round(800 / 900 * 10_000))
    # What is in view is the page's alone: no more of it than the window shows.
    assert 0 < sum(scroll.bands) <= batch.sum.ms * 8.5
    assert scroll.bands[-1] > 0 if pulled > 0 else scroll.bands[8:] == [0] * 12
