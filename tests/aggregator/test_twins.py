"""A page is visited, edited, then photographed: points are drawn on the elements that they were made on.

Real Chromium gives records and layout, the real engine keeps them; truth is asked of the edited page itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from aggregator.answers.heatmap import heatmap
from aggregator.answers.placed_points import placed_blocks
from aggregator.pictures.twins import make_twins, read_twins
from aggregator.placing.ladder import OWN, TWIN
from aggregator.shapes.scope import Scope
from store.client import Store
from store.layouts import Layout, path_key
from store.snapshots import Snapshot, Snapshots, new_id
from tests.aggregator.build import DAY, NOON, PAGE, insert, insert_elements, record_id
from tests.machine import CHROMIUM_ARGS, HEADLESS

CAPTURE = Path(__file__).resolve().parents[2] / "tracker_js" / "dist" / "capture.js"
HOUR = 3_600_000
NAMES = ("Arc", "Bow", "Cup", "Dot", "Elm")


def html(*names: str, banner: str = "", wrapped: bool = False) -> str:
    items = "".join(f'<li><a href="/{name}"><b>{name}</b></a><p>{name} for your desk</p></li>' for name in names)
    items = f"<ul>{items}</ul>"
    return f"""<!doctype html><body>{banner}<header><h1>Lamps</h1><a href="/basket">Basket</a></header>
        <main>{f"<div>{items}</div>" if wrapped else items}</main><footer><a href="/help">Help</a></footer>"""


VISITED = html(*NAMES)
EDITED = html("Fir", *NAMES[:3], NAMES[4], banner='<div><p>Only today</p><a href="/offer">See</a></div>', wrapped=True)


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=HEADLESS, args=CHROMIUM_ARGS)
        yield browser.new_page(viewport={"width": 1000, "height": 800})
        browser.close()


def captured(page: Page, content: str) -> Layout:
    page.set_content(content)
    page.evaluate(CAPTURE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate("window.__parcoursCapture('key')")
    return Layout.of(found["width"], found["height"], found["viewportHeight"], found)


def snapshot(taken: int) -> Snapshot:
    return Snapshot(new_id(), 1, PAGE, 1000, "", "", f"https://{PAGE}", taken, 2000, 800, "Lamps")


def touched(layout: Layout) -> list[tuple[str, str]]:
    return [(p, f) for p, f, tag in zip(layout.paths, layout.fps, layout.tags, strict=True) if tag in ("a", "b")]


def visits(store: Store, layout: Layout, first_view: int, time: int) -> dict[int, str]:
    """A click in the middle of every link and of every word in a link, each by its own visitor: view → path."""
    elements = touched(layout)
    insert_elements(store, elements)
    views = {first_view + n: path for n, (path, _) in enumerate(elements)}
    who = [{"view": view, "visitor": view, "time": time, "day": DAY} for view in views]
    insert(store, "views", who)
    insert(
        store,
        "points",
        [
            row | {"key": path_key(path), "record": record_id(path, prints)}
            for row, (path, prints) in zip(who, elements, strict=True)
        ],
    )
    return views


def centre(page: Page, words: str, tag: str) -> tuple[float, float]:
    """Where the element with these words is, according to the page itself."""
    box = page.locator(tag, has_text=words).first.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_points_made_before_an_edit_are_drawn_on_their_element(store: Store, browser_page: Page) -> None:
    snapshots = Snapshots(store)
    old = captured(browser_page, VISITED)
    made = visits(store, old, 1, NOON)
    now = captured(browser_page, EDITED)
    visits(store, now, 101, NOON + 2 * HOUR)  # the page as it is now is visited too
    taken = snapshot(NOON + HOUR)
    snapshots.save(taken, now, [])
    assert read_twins(store, taken) == {}
    assert make_twins(store, snapshots, taken, PAGE) == len({*touched(old), *touched(now)})
    drawn = heatmap(store, snapshots, Scope(1, (PAGE,), "click", DAY, DAY), 1000)
    blocks = list(placed_blocks(store, drawn))
    assert len(blocks) == 1
    placed, at = blocks[0].placed, {int(view): i for i, view in enumerate(blocks[0].points.view)}
    words = dict(zip(old.paths, old.names, strict=True))
    for view, path in made.items():
        i = at[view]
        if words[path] == "Dot":
            assert placed.rung[i] not in (OWN, TWIN), path
            continue
        assert placed.rung[i] in (OWN, TWIN), path
        x, y = centre(browser_page, words[path], path.rpartition(">")[2].partition(":")[0])
        assert placed.x[i] == pytest.approx(x, abs=1)
        assert placed.y[i] == pytest.approx(y, abs=1)
    assert TWIN in placed.rung
    assert all(placed.rung[at[view]] == OWN for view in at if view > 100)


def test_later_matches_replace_earlier_ones(store: Store, browser_page: Page) -> None:
    snapshots = Snapshots(store)
    visits(store, captured(browser_page, VISITED), 1, NOON)
    now = captured(browser_page, EDITED)
    taken = snapshot(NOON + HOUR)
    snapshots.save(taken, now, [])
    make_twins(store, snapshots, taken, PAGE)
    first = read_twins(store, taken)
    visits(store, now, 101, NOON + 2 * HOUR)
    make_twins(store, snapshots, taken, PAGE)
    assert first.keys() < read_twins(store, taken).keys()
