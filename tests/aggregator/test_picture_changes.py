"""What changed between two pictures: elements added, removed and moved within their parent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aggregator.pictures import changes
from aggregator.pictures.changes import ChangedElement, changed_elements
from aggregator.placing.elements import LayoutIndex
from store.layouts import Layout
from tests.aggregator.build import fp, layout

BODY = ("body", fp(), (0.0, 0.0, 1000.0, 900.0))
HEAD = ("body>header:1", fp(text="Shop"), (0.0, 0.0, 1000.0, 60.0))
MAIN = ("body>main:1", fp(), (0.0, 60.0, 1000.0, 600.0))
BUY = ("body>main:1>button:1", fp(id="buy", text="Buy now"), (20.0, 100.0, 200.0, 40.0))
HELP = ("body>main:1>a:1", fp(href="/help", text="Help with lamps"), (20.0, 200.0, 100.0, 20.0))
Element = tuple[str, str, tuple[float, float, float, float]]


def tree(*elements: Element, hidden: tuple[str, ...] = ()) -> Layout:
    """A layout whose parents follow from the paths."""
    paths = [path for path, _, _ in elements]
    parents = [paths.index(up) if (up := path.rpartition(">")[0]) in paths else -1 for path in paths]
    return replace(layout(*elements, hidden=hidden), parents=np.array(parents, np.int32))


def at(element: Element, x: float, y: float) -> Element:
    path, prints, (_, _, w, h) = element
    return path, prints, (x, y, w, h)


def found(old: Layout, new: Layout) -> list[tuple[str, str, float, float]]:
    """(way, path, right, down) of each change."""

    def path(one: ChangedElement) -> str:
        return old.paths[one.old] if one.way == "removed" else new.paths[one.new]

    return [(one.way, path(one), one.right, one.down) for one in changed_elements(LayoutIndex(old), LayoutIndex(new))]


PAGE = tree(BODY, HEAD, MAIN, BUY, HELP)


def test_an_unchanged_page_has_no_changes() -> None:
    assert found(PAGE, tree(BODY, HEAD, MAIN, BUY, HELP)) == []


def test_a_part_that_moves_as_a_whole_is_one_change() -> None:
    moved = tree(BODY, HEAD, at(MAIN, 0, 100), at(BUY, 20, 140), at(HELP, 20, 240))
    assert found(PAGE, moved) == [("moved", MAIN[0], 0.0, 40.0)]


def test_an_element_that_moves_within_its_parent() -> None:
    assert found(PAGE, tree(BODY, HEAD, MAIN, at(BUY, 320, 90), HELP)) == [("moved", BUY[0], 300.0, -10.0)]


def test_rounding_is_no_movement() -> None:
    assert found(PAGE, tree(BODY, HEAD, MAIN, at(BUY, 20.6, 100.9), HELP)) == []


def test_added_and_removed_parts_are_listed_by_their_outermost_element() -> None:
    banner = ("body>aside:1", fp(text="Sale this week only"), (0.0, 700.0, 1000.0, 100.0))
    link = ("body>aside:1>a:1", fp(href="/sale", text="See the sale offers"), (10.0, 710.0, 100.0, 20.0))
    larger = tree(BODY, HEAD, MAIN, BUY, HELP, banner, link)
    assert found(PAGE, larger) == [("added", banner[0], 0.0, 0.0)]
    assert found(larger, PAGE) == [("removed", banner[0], 0.0, 0.0)]


def test_an_element_that_is_hidden_now_was_removed() -> None:
    hidden = tree(BODY, HEAD, MAIN, BUY, HELP, hidden=(HELP[0],))
    assert found(PAGE, hidden) == [("removed", HELP[0], 0.0, 0.0)]
    assert found(hidden, PAGE) == [("added", HELP[0], 0.0, 0.0)]


def test_elements_of_huge_layouts_are_paired_by_fingerprints_and_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_PAIRS", 0)
    first = ("body>main:1>a:1", fp(href="/new", text="A new lamp"), (20.0, 150.0, 100.0, 20.0))
    later = ("body>main:1>a:2", HELP[1], (20.0, 230.0, 100.0, 20.0))
    renamed = (BUY[0], fp(id="buy", text="Order"), (20.0, 130.0, 200.0, 40.0))
    assert found(PAGE, tree(BODY, HEAD, MAIN, renamed, first, later)) == [
        ("moved", BUY[0], 0.0, 30.0),
        ("added", first[0], 0.0, 0.0),
        ("moved", later[0], 0.0, 30.0),
    ]


def test_pictures_with_the_same_elements_need_no_linkage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(changes, "pair_elements")
    assert found(PAGE, tree(BODY, HEAD, MAIN, at(BUY, 320, 100), HELP)) == [("moved", BUY[0], 300.0, 0.0)]
