"""Dwell lies over its cell: worked by hand, and the sum stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.density import SIGMA
from aggregator.dwell import spread
from aggregator.projection import ANCESTOR, NONE, OWN, Placed
from tests.aggregator.build import fp, layout

F = np.float32
PAGE = layout(("main", fp(), (40, 100, 920, 1600)), ("main>p:1", fp(), (60, 120, 300, 20)))


def placed(x: list[float], y: list[float], rung: list[int], element: list[int]) -> Placed:
    return Placed(np.array(x, F), np.array(y, F), np.array(rung, np.uint8), np.array(element, np.int32))


def centre(i: int, cell: int) -> tuple[float, float]:
    """Middle of a cell of element `i`, as the store writes a hover."""
    row, column = divmod(cell, 8)
    made = PAGE
    return made.x[i] + (column + 0.5) / 8 * made.w[i], made.y[i] + (row + 0.5) / 8 * made.h[i]


def test_a_cell_is_covered_evenly_and_not_left() -> None:
    made, i = PAGE, 0
    x, y = centre(i, 9)  # second row, second column
    sx, sy, weight = spread(placed([x], [y], [OWN], [i]), np.array([640], F), made)
    w, h = made.w[i] / 8, made.h[i] / 8
    assert weight.sum() == pytest.approx(640, rel=1e-5)
    assert np.ptp(weight) < 1e-3
    assert sx.min() > made.x[i] + w
    assert sy.min() > made.y[i] + h
    assert sx.max() < made.x[i] + 2 * w
    assert sy.max() < made.y[i] + 2 * h
    assert sx.mean() == pytest.approx(x, abs=0.01)
    assert np.diff(np.unique(sx)).max() <= max(SIGMA, w / 16) + 0.01


def test_what_is_not_on_its_element_keeps_its_place_and_the_unplaced_goes() -> None:
    spots = placed([100, np.nan], [200, np.nan], [ANCESTOR, NONE], [1, -1])
    x, y, weight = spread(spots, np.array([5, 7], F), PAGE)
    assert (x.tolist(), y.tolist(), weight.tolist()) == ([100], [200], [5])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 63), st.floats(1, 10_000)), max_size=50))
def test_the_sum_of_the_dwell_stays(made: list[tuple[int, float]]) -> None:
    i = 0
    x, y = zip(*(centre(i, cell) for cell, _ in made), strict=True) if made else ((), ())
    weight = np.array([w for _, w in made], F)
    spots = placed(list(x), list(y), [OWN] * len(made), [i] * len(made))
    assert spread(spots, weight, PAGE)[2].sum() == pytest.approx(weight.sum(), rel=1e-4, abs=1e-3)
