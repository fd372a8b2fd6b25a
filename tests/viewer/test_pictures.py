"""The layer lies on its strip: row by row, whatever the strips' heights."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from aggregator.grids.scale import Scale
from tests.viewer.shop import strips
from viewer.drawing import pictures
from viewer.http.errors import Problem

SCALE = Scale(cap=1, unit="clicks", log=False)


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def test_strips_follow_one_another():
    found = pictures.strips_of([(1, 976), (0, 1024)])
    assert [(s.n, s.top, s.height) for s in found] == [(0, 0, 1024), (1, 1024, 976)]
    assert pictures.strip_named(found, 1).top == 1024
    with pytest.raises(Problem, match="2"):
        pictures.strip_named(found, 2)


def test_layers_of_all_strips_are_the_layer_of_the_page():
    grid = np.random.default_rng(1).random((500, 250), dtype=np.float32)
    parts = [pictures.rows_of(grid, s) for s in pictures.strips_of([(0, 1024), (1, 976)])]
    assert (np.concatenate(parts) == grid).all()


def test_a_grid_that_ends_early_is_padded_with_zeros():
    part = pictures.rows_of(np.ones((10, 2), np.float32), pictures.StripBounds(0, 0, 100))
    assert part.shape == (25, 2)
    assert part.sum() == 20


def test_the_whole_page_has_heat_where_the_grid_has_it():
    grid = np.zeros((500, 250), np.float32)
    grid[300, 100] = 1  # around (402, 1202) px: in the second strip
    level = pictures.levels(grid, SCALE)
    page = pictures.whole_page([picture for _, picture in strips()], level)
    assert page.size == (1000, 2000)
    pixels = np.asarray(page)
    assert tuple(pixels[1202, 402]) != (255, 255, 255)
    assert tuple(pixels[1202, 600]) == (255, 255, 255)


def test_heat_does_not_drift_down_a_long_page():
    """1366 px are 341.5 cells: the layer is laid by its cells, or its foot would slip by 0.15 %."""
    grid = np.zeros((3000, 342), np.float32)
    grid[2950:2953, 170:173] = 1  # 11,800 to 11,812 px
    page = pictures.whole_page([p for _, p in strips(1366, (2048,) * 5 + (1760,))], pictures.levels(grid, SCALE))
    assert page.height == 12_000
    rows, columns = np.nonzero(np.asarray(page.convert("L"))[11_700:11_900] < 250)
    assert abs(rows.mean() + 11_700 - 11_806) < 3
    assert abs(columns.mean() - 686) < 3


def test_a_page_without_heat_is_the_picture():
    page = pictures.whole_page([picture for _, picture in strips()], np.zeros((500, 250), np.uint8))
    assert tuple(np.asarray(page)[500, 500]) == (255, 255, 255)


def test_thumbnail_shows_the_top_with_heat():
    grid = np.zeros((500, 250), np.float32)
    grid[50:60, 50:60] = 1
    (_, first), *_ = strips()
    thumb = opened(pictures.thumbnail(first, 1000, grid, SCALE))
    assert thumb.size == pictures.THUMB
    assert thumb.format == "WEBP"
    heat, plain = np.asarray(thumb)[123, 123].astype(int), np.asarray(thumb)[300, 400].astype(int)
    assert plain.min() > 250
    assert heat.min() < 230


def test_reach_below_the_last_depth_is_zero():
    shares = pictures.shares_at(np.array([0, 100], np.float32), np.array([1, 0.5], np.float32), 0, 200)
    assert len(shares) == 50
    assert shares[0] == pytest.approx(0.99, abs=0.02)
    assert shares[-1] == 0


def test_side_by_side_keeps_both_sizes():
    sheet = pictures.side_by_side([Image.new("RGB", (10, 20)), Image.new("RGB", (30, 5))])
    assert sheet.size == (40 + pictures.GAP, 20)
