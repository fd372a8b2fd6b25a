"""Clicks on a translated page, drawn on a picture of the page in its own language."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from aggregator.linkage.versions import match_versions
from aggregator.measures.elements_table import counts_for
from aggregator.placing.projection import Placed, project
from aggregator.shapes.records import RecordTimes
from store.layouts import Layout
from tests.aggregator.build import points, records
from tests.geometry.travel import HEIGHT, STILL, layout_of
from tests.tracker.bench import Bench, clicks
from tests.tracker.test_translated import WRAP

KINDS = ["chrome", "edge", "immersive", "in place"]
STYLE = "<style>body{margin:0;font:16px sans-serif}li,p{margin:0 0 20px}img{width:80px;height:60px}</style>"
TEXT = """
<nav><a href="#home">Home</a> <a href="#lamps">Lamps</a></nav>
<h1>Our lamps</h1>
<p>Light for <b>every</b> room: <a href="#desk">desk lamps</a> and <a href="#floor">floor lamps</a>.</p>
<ul><li><button>First</button></li><li><button>Second</button></li><li><button>Third</button></li>
<li><button>Fourth</button></li></ul>
"""
IN_TEXT = ["nav a:nth-of-type(2)", "p b", "p a[href='#desk']", "p a[href='#floor']", "li:nth-child(3) button"]
LANDMARKS = f"<header>{TEXT.replace('<h1', '</header><main><h1')}</main><footer><a href='/about'>About</a></footer>"


def shop(order: Sequence[int]) -> str:
    cards = (
        f"<div class=card data-n={n}><a href='#p{n}'><img src='{n}.jpg' alt='Product'></a><div class=star>★</div>"
        f"<button>Add to basket</button><div>Lamp {n}</div></div>"
        for n in order
    )
    return f"<h1>Shop</h1><p>All our lamps</p>{''.join(cards)}<footer><a href='#about'>About</a></footer>"


def translated(bench: Bench, browser: Browser, body: str, kind: str, aims: Sequence[str], width: int) -> list[dict]:
    """The clicks on `aims` (selectors), made on the page after its translation."""
    context = browser.new_context(viewport={"width": width, "height": HEIGHT})
    page = context.new_page()
    bench.reset()
    page.goto(bench.page("/translated", STYLE + STILL + body))
    page.evaluate(WRAP, kind)
    page.evaluate("document.documentElement.lang = 'fr'")
    for aim in aims:
        x, y = page.locator(aim).evaluate(
            "(el) => { el.scrollIntoView({block: 'center'}); const {x, y} = el.getClientRects()[0]; return [x, y] }"
        )
        page.mouse.click(x + 4, y + 9)
    page.goto("about:blank")
    found = clicks(bench.wait(lambda batches: len(clicks(batches)) >= len(aims)))
    context.close()
    return found


def drawn(layout: Layout, found: Sequence[dict], match: bool) -> tuple[Placed, list[int]]:
    """Where the clicks are on a picture with this layout, and the element that each click counts for."""
    named = [(click["path"], click["fp"]) for click in found]
    known = records(named)
    none = np.zeros(len(known), np.int64)
    again = match_versions(known, RecordTimes(none, none + 1, none + 1), layout).element.tolist() if match else []
    # Of another height than the picture, as translations mostly are.
    made = points(named, page_w=1366, viewport_w=1366, page_h=layout.height + 40)
    placed = project(made, known, layout, dict(zip(known.record.tolist(), again, strict=False)))
    return placed, counts_for(placed, layout).tolist()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", [TEXT, LANDMARKS])
def test_each_click_counts_for_its_link_button_or_word(
    bench: Bench, browser: Browser, page: Page, body: str, kind: str
) -> None:
    found = translated(bench, browser, body, kind, IN_TEXT, 1366)
    page.goto(bench.page("/original", STYLE + STILL + body))
    layout = layout_of(page)
    for match in (False, True):
        _, element = drawn(layout, found, match)
        assert [layout.paths[at] if at >= 0 else "" for at in element] == [click["path"] for click in found], match


PARTS = ["img", ".star", "button"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [3, 0, 4, 1, 2], [1, 0, 2, 3, 4], [5, 0, 1, 2, 3, 4]])
def test_no_click_is_on_another_card_of_a_translated_list(
    bench: Bench, browser: Browser, page: Page, order: list[int], kind: str
) -> None:
    aims = [f"[data-n='{n}'] {part}" for n in (0, 2, 4) for part in PARTS]
    found = translated(bench, browser, shop(range(5)), kind, aims, 1366)
    page.goto(bench.page("/original", STYLE + STILL + shop(order)))
    layout = layout_of(page)
    cards = {path: f"div:{order.index(n) + 1}" for n in (0, 2, 4) for path in [f"body>div:{n + 1}"]}
    for match in (False, True):
        on_card = []
        for click, at in zip(found, drawn(layout, found, match)[0].element.tolist(), strict=True):
            own = cards[">".join(click["path"].split(">")[:2])]
            on_card.append(None if at < 0 else layout.paths[at].split(">")[1] == own)
        assert False not in on_card, match
        if order == sorted(order) and len(order) == 5 and kind != "in place":
            assert set(on_card) == {True}, match  # the pictures of these cards are in their places
