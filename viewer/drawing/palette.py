"""Colours of data: a grid of values becomes a palette PNG whose opacity increases with the value."""

from __future__ import annotations

from io import BytesIO
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aggregator.grids.scale import Scale
from viewer.drawing import palette_tables

Palette = Literal["light", "dark"]
PALETTES: tuple[Palette, ...] = ("light", "dark")
MOST_OPAQUE = 0.84  # so that text under the hottest spot stays readable
# The first colours of each map are nearly white (light) or black (dark): they would not show.
_FIRST_COLOUR = {"light": 0.07, "dark": 0.25}
_TABLE = {"light": palette_tables.LIGHT, "dark": palette_tables.DARK}
_LEVELS = np.arange(256) / 255.0


def colours(palette: Palette) -> NDArray[np.uint8]:
    """[256, 3]: the colour of each level."""
    table = np.frombuffer(_TABLE[palette], np.uint8).reshape(256, 3)
    first = _FIRST_COLOUR[palette]
    chosen: NDArray[np.uint8] = table[np.rint(255 * (first + (1 - first) * _LEVELS)).astype(int)]
    return chosen


def opacity() -> NDArray[np.uint8]:
    """[256]: the alpha of each level: 0 for level 0, rising steeply, MOST_OPAQUE at the cap."""
    return np.rint(255 * MOST_OPAQUE * (1 - (1 - _LEVELS) ** 4)).astype(np.uint8)


def levels(grid: NDArray[np.float32], scale: Scale) -> NDArray[np.uint8]:
    """Level 0 to 255 of each value; only values at or near zero get level 0."""
    return np.rint(255 * np.clip(np.nan_to_num(scale.position(grid)), 0, 1)).astype(np.uint8)


def heat_png(grid: NDArray[np.float32], scale: Scale, palette: Palette = "light") -> bytes:
    """A palette PNG of grid[rows, columns], one pixel per cell, with an alpha table.

    An empty grid (no rows or columns) gives one transparent pixel.
    """
    return _png(levels(grid, scale), colours(palette), opacity())


def veil_png(share: NDArray[np.float32]) -> bytes:
    """The shade of reach, one pixel wide. share[rows]: views that saw each row; unseen rows are darkest."""
    unseen = 1 - np.clip(np.nan_to_num(share), 0, 1)
    black = np.zeros((256, 3), np.uint8)
    return _png(np.rint(255 * unseen).astype(np.uint8)[:, None], black, np.rint(255 * 0.72 * _LEVELS).astype(np.uint8))


def overlay(levels: NDArray[np.uint8], palette: Palette) -> Image.Image:
    """The same colours as an RGBA image, to draw over a page picture."""
    table = np.concatenate([colours(palette), opacity()[:, None]], axis=1)
    return Image.fromarray(table[levels], "RGBA")


def _png(levels: NDArray[np.uint8], colours: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> bytes:
    if levels.size == 0:
        levels = np.zeros((1, 1), np.uint8)
    image = Image.fromarray(np.ascontiguousarray(levels), "L")
    image.putpalette(colours.tobytes())  # turns "L" into "P" without touching the levels
    out = BytesIO()
    image.save(out, "PNG", transparency=alpha.tobytes(), compress_level=4)
    return out.getvalue()
