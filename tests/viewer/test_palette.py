from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from aggregator.grids.scale import Scale
from viewer.drawing import make_palettes, palette_tables
from viewer.drawing.palette import MOST_OPAQUE, PALETTES, colours, heat_png, levels, opacity, overlay, veil_png

SCALE = Scale(cap=10, unit="clicks", log=False)


def opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png))


@pytest.mark.parametrize("palette", PALETTES)
def test_heat_png_is_a_palette_picture_with_one_pixel_per_cell(palette):
    image = opened(heat_png(np.array([[0, 5, 10]], np.float32), SCALE, palette))
    assert image.mode == "P"
    assert image.size == (3, 1)
    alpha = np.asarray(image.convert("RGBA"))[0, :, 3]
    assert alpha[0] == 0
    assert 0 < alpha[1] < alpha[2] == round(255 * MOST_OPAQUE)


def test_opacity_grows_from_nothing_to_84_percent():
    alpha = opacity().astype(int)
    assert alpha[0] == 0
    assert (np.diff(alpha) >= 0).all()
    assert alpha.max() == 214


def test_more_is_darker_on_a_light_page_and_lighter_on_a_dark_one():
    light, dark = (colours(p).astype(int).sum(axis=1) for p in PALETTES)
    assert light[0] > light[-1]
    assert dark[0] < dark[-1]


def test_values_above_the_cap_and_unknown_ones():
    assert levels(np.array([[99, np.nan, -1]], np.float32), SCALE).tolist() == [[255, 0, 0]]


def test_an_empty_grid_is_one_transparent_pixel():
    image = opened(heat_png(np.zeros((0, 5), np.float32), SCALE))
    assert image.size == (1, 1)
    assert image.convert("RGBA").getpixel((0, 0))[3] == 0


def test_overlay_has_the_same_colours_as_the_png():
    grid = np.linspace(0, 10, 64, dtype=np.float32).reshape(8, 8)
    png = np.asarray(opened(heat_png(grid, SCALE)).convert("RGBA"))
    assert (np.asarray(overlay(levels(grid, SCALE), "light")) == png).all()


def test_the_shade_is_darkest_where_nobody_came():
    alpha = np.asarray(opened(veil_png(np.array([1, 0.5, 0], np.float32))).convert("RGBA"))[:, 0, 3]
    assert alpha[0] == 0
    assert alpha[0] < alpha[1] < alpha[2] < 255


def test_the_colour_tables_equal_those_of_colorcet():
    made: dict[str, bytes] = {}
    exec(make_palettes.source(), made)
    assert (made["LIGHT"], made["DARK"]) == (palette_tables.LIGHT, palette_tables.DARK)
    assert len(palette_tables.LIGHT) == len(palette_tables.DARK) == 3 * 256
