"""Lists of cards that change between the visit and the picture: a click is drawn on its own card, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser

from aggregator.linkage.versions import match_versions
from aggregator.placing.projection import NONE, Placed, project
from aggregator.shapes.records import RecordTimes
from store.layouts import Layout
from tests.aggregator.build import points, records
from tests.geometry.travel import HEIGHT, NEAR, STILL, layout_of
from tests.tracker.bench import Bench, clicks

NAMES = ["Arc", "Bow lamp", "Cup", "Dot", "Elm desk", "Fir", "Gem", "Hat stand"]
Order = tuple[int | None, ...]  # of the items of a list; None: an advertisement
AD = "<div style='height:60px'><i>Advertisement</i></div>"
# A list: its items by number, and what is pressed in each.
STYLE = "<style>img{width:80px;height:60px} td{padding:4px} .grid{display:flex;flex-wrap:wrap;gap:9px}</style>"


def card(n: int) -> str:
    """The card of the issue: nothing in its picture, its star or its button differs."""
    return (
        f"<div class=card data-n={n}><a href='#p{n}'><img src='{n}.jpg' alt='Product'></a><div class=star>★</div>"
        f"<button>Add to basket</button><div>{NAMES[n]}</div></div>"
    )


def same_name(n: int) -> str:
    """Only the picture differs, and there are no classes."""
    return (
        f"<li data-n={n}><p><img src='/i/{n}.png' alt=''></p><p><span class=star>★</span> <button>Buy</button></p></li>"
    )


def row(n: int) -> str:
    """A row of a table: the cells with buttons are the same in all."""
    return (
        f"<tr data-n={n}><td><b class=star>★</b><td><a href='/orders/{n}.html'>{NAMES[n]}</a>"
        "<td><button>Edit</button><button class=bin>Delete</button></tr>"
    )


def equal(n: int) -> str:
    """Nothing tells these cards apart."""
    return f"<div class=card data-n={n}><div class=star>★</div><button>Add to basket</button></div>"


@dataclass(frozen=True)
class List:
    item: Callable[[int], str]
    aims: tuple[str, ...]
    around: tuple[str, str] = ("", "")
    ad: str = AD

    def page(self, order: Order) -> str:
        """The list in this order."""
        start, end = self.around
        items = "".join(self.ad if n is None else self.item(n) for n in order)
        return (
            f"{STYLE}{STILL}<h1>Shop</h1><h2>Offers</h2>{start}{items}{end}<footer><a href='#about'>About</a></footer>"
        )


LISTS = {
    "cards": List(card, ("img", ".star", "button")),
    "cards in a grid": List(card, ("img", ".star", "button"), ("<div class=grid>", "</div>")),
    "items without classes": List(same_name, ("img", ".star", "button"), ("<ul>", "</ul>"), "<li>Advertisement</li>"),
    "rows": List(row, (".star", "a", "button", ".bin"), ("<table>", "</table>"), "<tr><td colspan=3>Ad</td></tr>"),
}
WIDTHS = {"cards": 390, "cards in a grid": 1366, "items without classes": 390, "rows": 1366}
VISIT: Order = (0, 1, 2, 3, 4, 5)
# change → (order for the visitor, order in the picture)
CHANGES: dict[str, tuple[Order, Order]] = {
    "unchanged": (VISIT, VISIT),
    "sorted": (VISIT, (3, 5, 0, 4, 1, 2)),
    "grown at the head": (VISIT, (6, *VISIT)),
    "an advertisement less for the visitor": (VISIT, (0, None, 1, 2, 3, 4, 5)),
    "an advertisement more for the visitor": ((0, None, 1, 2, 3, 4, 5), VISIT),
}
PRESSED = [0, 3, 5]


def selectors(which: List) -> list[str]:
    """What is pressed in the list."""
    return [f"[data-n='{n}'] {aim}" for n in PRESSED for aim in which.aims]


@dataclass(frozen=True)
class Visit:
    named: list[tuple[str, str]]  # (path, fingerprint) of each click
    made: dict[str, Any]  # the sizes of the page it was made on


@cache
def visit(bench: Bench, browser: Browser, which: List, order: Order, width: int) -> Visit:
    """A visit that presses everything; cached, because several changes begin with the same page."""
    context = browser.new_context(viewport={"width": width, "height": HEIGHT})
    page = context.new_page()
    bench.reset()
    page.goto(bench.page("/list", which.page(order)))
    aims = selectors(which)
    for aim in aims:
        page.locator(aim).first.click()
    made = {"page_w": width, "viewport_w": width, "page_h": page.evaluate("document.scrollingElement.scrollHeight")}
    page.goto("about:blank")
    found = clicks(bench.wait(lambda batches: len(clicks(batches)) >= len(aims)))
    context.close()
    return Visit([(click["path"], click["fp"]) for click in found], made)


@dataclass(frozen=True)
class Picture:
    layout: Layout
    boxes: list[dict[str, float]]  # of what was pressed, in the document


@cache
def picture(bench: Bench, browser: Browser, which: List, order: Order, width: int) -> Picture:
    context = browser.new_context(viewport={"width": width, "height": HEIGHT})
    page = context.new_page()
    page.goto(bench.page("/list", which.page(order)))
    layout = layout_of(page)
    top = page.evaluate("scrollY")
    boxes = []
    for aim in selectors(which):
        box = page.locator(aim).first.bounding_box()
        assert box
        boxes.append({**box, "y": box["y"] + top})
    context.close()
    return Picture(layout, boxes)


def drawn(bench: Bench, browser: Browser, which: List, change: str, width: int, match: bool) -> list[bool | None]:
    """For each click: whether it is drawn in the box of what was pressed; None where it is not drawn."""
    before, after = CHANGES[change]
    pressed = visit(bench, browser, which, before, width)
    seen = picture(bench, browser, which, after, width)
    known = records(pressed.named)
    none = np.zeros(len(known), np.int64)
    found_again = match_versions(known, RecordTimes(none, none + 1, none + 1), seen.layout).element.tolist()
    twins = dict(zip(known.record.tolist(), found_again, strict=True)) if match else {}
    placed: Placed = project(points(pressed.named, **pressed.made), known, seen.layout, twins)
    result: list[bool | None] = []
    for x, y, rung, box in zip(placed.x, placed.y, placed.rung, seen.boxes, strict=True):
        inside = -NEAR <= x - box["x"] <= box["width"] + NEAR and -NEAR <= y - box["y"] <= box["height"] + NEAR
        result.append(None if rung == NONE else bool(inside))
    return result


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", LISTS)
def test_clicks_follow_their_cards(bench: Bench, browser: Browser, name: str, change: str) -> None:
    assert set(drawn(bench, browser, LISTS[name], change, WIDTHS[name], match=True)) == {True}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", LISTS)
def test_clicks_are_never_on_another_card_before_the_matching(
    bench: Bench, browser: Browser, name: str, change: str
) -> None:
    result = drawn(bench, browser, LISTS[name], change, WIDTHS[name], match=False)
    assert False not in result
    if change == "unchanged":
        assert set(result) == {True}


@pytest.mark.parametrize("width", [390, 1366])
@pytest.mark.parametrize("change", ["unchanged", "an advertisement less for the visitor"])
@pytest.mark.parametrize("match", [False, True])
def test_equal_cards_are_placed_only_if_their_list_has_not_moved(
    bench: Bench, browser: Browser, change: str, match: bool, width: int
) -> None:
    result = drawn(bench, browser, List(equal, (".star", "button")), change, width, match)
    assert False not in result
    if change == "unchanged":
        assert set(result) == {True}
