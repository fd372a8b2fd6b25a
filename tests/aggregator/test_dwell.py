"""Dwell is spread over its cell: worked out by hand, and with its sum kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.grids.density import SIGMA
from aggregator.grids.dwell import spread
from aggregator.placing.boxes import Boxes
from aggregator.placing.projection import ANCESTOR, NONE, OWN, Placed
from aggregator.shapes.columns import Float32
from aggregator.shapes.points import Points
from tests.aggregator.build import Size, fp, layout, points

F = np.float32
MAIN, WORDS = ("main", fp()), ("main>p:1", fp())
LINES = [500, 120, 400, 20, 60, 140, 1200, 20]  # two lines of WORDS: 1,600 px of text
PAGE = layout((*MAIN, (40, 100, 920, 1600)), (*WORDS, (60, 120, 1200, 40)), size=Size(1400), lines={WORDS[0]: LINES})
BOXES = Boxes.of(PAGE)


def hovers(element: int, cells: list[int], weight: list[float]) -> Points:
    """Dwell on cells of one element, as the store returns it: at the middle of the cell."""
    row, column = np.divmod(np.array(cells, np.int64), 8)
    made = [(MAIN, WORDS)[element]] * len(cells)
    return points(made, kind="hover", fx=(column + 0.5) / 8, fy=(row + 0.5) / 8, weight=weight)


def on(element: int, n: int = 1) -> Placed:
    return placed([0.0] * n, [0.0] * n, [OWN] * n, [element] * n)


def placed(x: list[float], y: list[float], rung: list[int], element: list[int]) -> Placed:
    return Placed(np.array(x, F), np.array(y, F), np.array(rung, np.uint8), np.array(element, np.int32))


def spread_of(element: int, cell: int, weight: float) -> tuple[Float32, Float32, Float32]:
    return spread(hovers(element, [cell], [weight]), on(element), BOXES)


def test_dwell_covers_its_cell_evenly_and_stays_inside() -> None:
    x, y, weight = spread_of(0, 9, 640)  # second row, second column
    w, h = 920 / 8, 1600 / 8
    assert weight.sum() == pytest.approx(640, rel=1e-5)
    assert np.ptp(weight) < 1e-3
    assert (x.min() > 40 + w, x.max() < 40 + 2 * w) == (True, True)
    assert (y.min() > 100 + h, y.max() < 100 + 2 * h) == (True, True)
    assert x.mean() == pytest.approx(40 + 1.5 * w, abs=0.01)
    assert np.diff(np.unique(x)).max() <= max(SIGMA, w / 16) + 0.01


def test_dwell_on_broken_text_lies_along_its_words() -> None:
    """Of 1,600 px the second eighth ends the first line; the third begins the second."""
    x, y, weight = spread_of(1, 1, 80)
    assert (x.min() > 700, x.max() < 900) == (True, True)
    assert set(np.round(y, 2)) == {round(120 + 20 / 16, 2)}
    assert weight.sum() == pytest.approx(80)
    x, y, _ = spread_of(1, 8 * 7 + 2, 80)
    assert (x.min() > 60, x.max() < 260) == (True, True)
    assert set(np.round(y, 2)) == {round(160 - 20 / 16, 2)}


def test_points_off_their_element_keep_their_place_and_unplaced_points_are_dropped() -> None:
    spots = placed([100, np.nan], [200, np.nan], [ANCESTOR, NONE], [1, -1])
    x, y, weight = spread(hovers(1, [0, 0], [5, 7]), spots, BOXES)
    assert (x.tolist(), y.tolist(), weight.tolist()) == ([100], [200], [5])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 1), st.lists(st.tuples(st.integers(0, 63), st.floats(1, 10_000)), max_size=50))
def test_the_sum_of_the_dwell_is_kept(element: int, made: list[tuple[int, float]]) -> None:
    cells, weight = [cell for cell, _ in made], [w for _, w in made]
    total = spread(hovers(element, cells, weight), on(element, len(made)), BOXES)[2].sum()
    assert total == pytest.approx(sum(weight), rel=1e-4, abs=1e-3)
