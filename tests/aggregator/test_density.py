"""Grids worked out by hand, and properties of all grids."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.grids.density import CUT, bin_points, density, grid_shape, per_thousand, smooth
from aggregator.grids.scale import Scale, round_up, scale_for
from aggregator.shapes.grid import Grid
from tests.aggregator.build import layout

F = np.float32


def test_two_by_two_by_hand() -> None:
    x = np.array([0, 9.9, 10, 20, 20, 5], F)
    y = np.array([0, 0, 0, 0, 20, 10], F)
    # a border belongs to the right and below; the upper bound (20) to the last cell
    assert bin_points(x, y, None, (2, 2), 10).tolist() == [[2, 2], [1, 1]]
    assert bin_points(x, y, np.array([1, 2, 3, 4, 5, 6], F), (2, 2), 10).tolist() == [[3, 7], [6, 5]]


def test_outside_and_unplaced_points_are_left_out() -> None:
    x = np.array([-0.1, 20.1, np.nan, 5], F)
    assert bin_points(x, np.full(4, 5, F), None, (2, 2), 10).sum() == 1


def test_an_empty_input_gives_a_normal_result() -> None:
    empty = np.empty(0, F)
    assert bin_points(empty, empty, None, (2, 3), 10).tolist() == [[0, 0, 0], [0, 0, 0]]
    grid = density(empty, empty, None, layout(), 4, 14)
    assert grid.values.shape == (500, 250)
    assert scale_for([per_thousand(grid, 0)], "click").cap == 1.0


def test_the_last_cells_extend_beyond_the_edge() -> None:
    assert grid_shape(1366, 18_005, 4) == (4502, 342)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 2000), st.floats(0, 50)), max_size=60), st.floats(0, 40))
def test_density_keeps_the_sum(made: list[tuple[float, float, float]], sigma: float) -> None:
    x, y, w = (np.array([m[i] for m in made], F) for i in range(3))
    assert density(x, y, w, layout(), 4, sigma).values.sum() == pytest.approx(w.sum(), rel=1e-3, abs=1e-3)


def test_smoothing_is_symmetric_and_falls_off() -> None:
    grid = np.zeros((41, 41), F)
    grid[20, 20] = 1
    soft = smooth(grid, 3)
    assert np.allclose(soft, soft.T)
    assert np.allclose(soft, soft[::-1])
    assert soft.max() == soft[20, 20]
    assert soft[20, 23] == pytest.approx(soft[20, 20] * np.exp(-0.5), rel=0.02)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 90), st.integers(1, 30), st.floats(0.3, 6), st.integers(0, 1000))
def test_smoothing_is_a_gaussian_along_each_axis(rows: int, columns: int, sigma: float, seed: int) -> None:
    """Cell by cell, on grids larger and smaller than the Gaussian, in the pieces made for the cache."""
    grid = np.random.default_rng(seed).random((rows, columns)).astype(F)
    reach = int(CUT * sigma + 0.5)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    bell /= bell.sum()

    def along(line: np.ndarray) -> np.ndarray:
        return np.convolve(np.pad(line, reach, mode="symmetric"), bell, "valid")

    wanted = np.apply_along_axis(along, 1, np.apply_along_axis(along, 0, grid.astype(float)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aggregator.grids.density.AT_ONCE", 200)
        assert np.allclose(smooth(grid, sigma), wanted, rtol=1e-5)


def test_the_unit_counts_points_within_20_px() -> None:
    """50 clicks in one spot by 50 of 1,000 visitors give 50 there, and 50/e at 20 px from it."""
    n = 50
    spot = np.full(n, 502, F), np.full(n, 1002, F), None
    rate = per_thousand(density(*spot, layout()), 1000)
    assert rate.values.max() == pytest.approx(50, rel=0.02)
    assert rate.values[250, 125 + 5] == pytest.approx(50 / np.e, rel=0.05)
    assert per_thousand(density(*spot, layout()), 2000).values.max() == pytest.approx(25, rel=0.02)


def test_unplaced_points_add_nothing() -> None:
    nowhere = np.full(3, np.nan, F)
    assert density(nowhere, nowhere, None, layout()).values.sum() == 0


def test_one_scale_for_two_maps() -> None:
    quiet = Grid(np.full((10, 10), 2, F), 40, 40, 4, 14)
    loud = Grid(np.full((10, 10), 83, F), 40, 40, 4, 14)
    scale = scale_for([quiet, loud], "click")
    assert scale == Scale(100.0, "clicks per 1,000 visitors within 20 px")
    assert scale.position(quiet.values).max() < scale.position(loud.values).max() < 1


def test_positions_run_from_0_to_1_and_back() -> None:
    scale = Scale(200.0, "x")
    assert scale.position(np.array([0, 200, 900], F)).tolist() == [0, 1, 1]
    for position in (0.0, 0.25, 0.5, 1.0):
        assert scale.position(np.array([scale.value(position)], F))[0] == pytest.approx(position, abs=1e-5)
    straight = Scale(200.0, "x", log=False)
    assert straight.position(np.array([50], F))[0] == pytest.approx(0.25)
    assert straight.value(0.25) == 50


@pytest.mark.parametrize(
    ("value", "cap"), [(0.31, 0.5), (1, 1), (1.01, 1.5), (42, 50), (71, 100), (1000, 1000), (0, 1)]
)
def test_caps_are_round(value: float, cap: float) -> None:
    assert round_up(value) == pytest.approx(cap)
