"""Reach: anchored on elements where possible, otherwise by share of the page."""

from __future__ import annotations

import numpy as np
import pytest

from aggregator.measures.reach import reach
from aggregator.placing.elements import LayoutIndex
from aggregator.shapes.depths import Depths
from store.layouts import path_key
from tests.aggregator.build import Size, fp, layout, records

FOOT = ("footer", fp(text="foot"))
PART = ("section#b", fp(text="b"))
BAR = ("div#bar", fp(text="bar"))
INDEX = LayoutIndex(
    layout((*PART, (0, 1000, 1000, 500)), (*FOOT, (0, 1800, 1000, 200)), (*BAR, (0, 760, 1000, 40)), fixed=[BAR[0]])
)
KNOWN = records([PART, FOOT, BAR])


def depths(*rows: tuple[str, float, int, int]) -> Depths:
    """(path or '', fraction, depth px, page height px), seen at 390 px unless the page is 2000 high."""
    return Depths(
        key=np.array([path_key(path) if path else 0 for path, *_ in rows], np.uint64),
        fy=np.array([r[1] for r in rows], np.float32),
        depth=np.array([r[2] for r in rows], np.int32),
        page_h=np.array([r[3] for r in rows], np.int32),
        viewport_w=np.full(len(rows), 1000, np.int32),
        viewport_h=np.array([700 + 100 * i for i in range(len(rows))], np.int32),
    )


def test_four_views_by_hand() -> None:
    curve = reach(
        depths((PART[0], 0.5, 2600, 5000), ("", 0, 2000, 2000), ("", 0, 500, 2000), ("", 0, 1000, 4000)), KNOWN, INDEX
    )
    # 1250 by its anchor, 2000 at the bottom, 500 and a quarter of 2000 by share
    assert curve.at(500) == 1.0
    assert curve.at(510) == 0.5
    assert curve.at(1250) == 0.5
    assert curve.at(1260) == 0.25
    assert curve.at(2000) == 0.25
    assert curve.quartiles == {75: 500, 50: 1250, 25: 2000}
    assert (curve.views, curve.anchored) == (4, 2)
    assert curve.fold == 850


def test_a_fixed_bar_is_not_an_anchor() -> None:
    curve = reach(depths((BAR[0], 1.0, 3000, 4000)), KNOWN, INDEX)
    assert curve.quartiles[50] == 1500
    assert curve.anchored == 0


def test_an_anchor_that_is_another_element_now_is_not_used() -> None:
    other = records([(PART[0], fp(id="z", text="other", all="other", href="/x", role="note"))])
    curve = reach(depths((PART[0], 0.5, 1000, 4000)), other, INDEX)
    assert (curve.quartiles[50], curve.anchored) == (500, 0)


def test_a_page_that_fits_is_seen_entirely() -> None:
    assert reach(depths(("", 0, 700, 600)), KNOWN, INDEX).quartiles[75] == 2000


def test_at_the_bottom_of_a_grown_list_the_anchor_is_believed() -> None:
    curve = reach(depths((PART[0], 0.2, 900, 900)), KNOWN, INDEX)
    assert curve.quartiles[50] == pytest.approx(1100)


def test_an_anchor_in_a_panel_is_no_deeper_than_the_panel() -> None:
    panel = ("div#panel", fp(text="panel"))
    row = ("p#row", fp(text="row"))
    index = LayoutIndex(
        layout((*panel, (0, 100, 500, 300)), (*row, (0, 3000, 500, 40)), scroller={row[0]: panel[0]}, hidden=[row[0]])
    )
    curve = reach(depths((row[0], 0.5, 500, 2000)), records([panel, row]), index)
    assert (curve.quartiles[50], curve.anchored) == (400, 1)


def test_a_picture_that_fits_the_window_is_seen_by_every_view_of_a_window() -> None:
    index = LayoutIndex(layout((*PART, (0, 0, 1000, 500)), size=Size(height=800)))
    # of an app whose panel is 6,000 px long
    assert reach(depths(("", 0, 800, 6000)), KNOWN, index).quartiles[50] == 800


def test_no_visitors_are_a_normal_result() -> None:
    curve = reach(depths(), KNOWN, INDEX)
    assert curve.views == 0
    assert curve.share.max() == 0
    assert curve.at(0) == 0
    assert curve.quartiles[50] == 0
    assert curve.fold == 800


@pytest.mark.parametrize("n", [1, 7, 500])
def test_the_curve_falls_and_starts_at_everyone(n: int) -> None:
    rng = np.random.default_rng(n)
    rows = [("", 0.0, int(d), 2000) for d in rng.integers(0, 2100, n)]
    curve = reach(depths(*rows), KNOWN, INDEX)
    assert curve.share[0] == 1
    assert (np.diff(curve.share) <= 0).all()
    assert curve.depth[-1] == 2000
    for percent, depth in curve.quartiles.items():
        y = np.minimum([r[2] for r in rows], 2000)
        assert (y >= depth - 0.01).mean() >= percent / 100
