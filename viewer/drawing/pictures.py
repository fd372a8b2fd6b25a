"""Pictures: the heat layer over each strip of a page picture, thumbnails, and whole pages for export."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from aggregator.grids.scale import Scale
from aggregator.shapes.grid import CELL
from viewer.drawing.palette import Palette, heat_png, levels, overlay, veil_png
from viewer.http.errors import missing

THUMB = (560, 350)  # CSS px: twice the size it is displayed at, for dense screens
GAP = 24  # CSS px between two pages side by side
BACKGROUND = (236, 238, 239)  # RGB, between and below them


@dataclass(frozen=True)
class StripBounds:
    """One strip of a page picture: its number, top and height in CSS px."""

    n: int
    top: int
    height: int


def strips_of(heights: Iterable[tuple[int, int]]) -> list[StripBounds]:
    """Strips, top to bottom, from their (number, height in CSS px)."""
    strips, top = [], 0
    for n, height in sorted(heights):
        strips.append(StripBounds(n, top, height))
        top += height
    return strips


def strip_named(strips: Sequence[StripBounds], n: int) -> StripBounds:
    """StripBounds number `n`. Problem 404 when there is none."""
    found = next((s for s in strips if s.n == n), None)
    if found is None:
        raise missing("strip", str(n), f"This picture has {len(strips)}, counted from 0.")
    return found


def rows_of(grid: NDArray[np.float32], strip: StripBounds, cell: int = CELL) -> NDArray[np.float32]:
    """The rows of grid[rows, columns] that fall on the strip; zeros where the grid ends above the strip's end."""
    first, last = strip.top // cell, -(-(strip.top + strip.height) // cell)
    rows = grid[first:last]
    short = last - first - len(rows)
    return np.pad(rows, ((0, short), (0, 0))) if short > 0 else rows


def heat_strip(
    grid: NDArray[np.float32], strip: StripBounds, scale: Scale, palette: Palette = "light", cell: int = CELL
) -> bytes:
    """PNG of the heat layer over one strip, one pixel per cell."""
    return heat_png(rows_of(grid, strip, cell), scale, palette)


def veil_strip(depth: NDArray[np.float32], share: NDArray[np.float32], strip: StripBounds) -> bytes:
    """PNG of the shade of reach over one strip. depth[k] in CSS px; share[k]: views that saw it, 0 to 1."""
    return veil_png(shares_at(depth, share, strip.top, strip.height))


def shares_at(depth: NDArray[np.float32], share: NDArray[np.float32], top: int, height: int) -> NDArray[np.float32]:
    """Share of views at the middle of each CELL px from `top` on; 0 below the last depth."""
    middles = np.arange(top, top + max(height, 1), CELL) + CELL / 2
    if len(depth) == 0:
        return np.zeros(len(middles), np.float32)
    seen: NDArray[np.float32] = np.interp(middles, depth, share, right=0.0).astype(np.float32)
    return seen


def thumbnail(
    picture: bytes, width: int, grid: NDArray[np.float32] | None, scale: Scale | None, cell: int = CELL
) -> bytes:
    """WebP of the top of a page (its first strip, `width` CSS px wide), with heat if there is a grid."""
    image = Image.open(BytesIO(picture)).convert("RGB")
    height = min(image.height, round(width * THUMB[1] / THUMB[0]))
    image = image.crop((0, 0, image.width, height))
    if grid is not None and scale is not None and grid.size:
        image = _with_heat(image, overlay(levels(grid[: -(-height // cell)], scale), "light"), 0, cell)
    image = image.resize((THUMB[0], max(1, round(image.height * THUMB[0] / image.width))), Image.Resampling.LANCZOS)
    page = Image.new("RGB", THUMB, (255, 255, 255))
    page.paste(image, (0, 0))
    out = BytesIO()
    page.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def whole_page(pictures: Sequence[bytes], level: NDArray[np.uint8], palette: Palette = "light") -> Image.Image:
    """The page picture put together from its strips, with the heat drawn over it, at the height of the page."""
    opened = [Image.open(BytesIO(picture)) for picture in pictures]
    page = Image.new("RGB", (max(p.width for p in opened), sum(p.height for p in opened)))
    layer = overlay(level, palette) if level.any() else None
    top = 0
    for picture in opened:
        # StripBounds by strip: the heat layer of a long page at full size would need more memory than the page.
        part = picture.convert("RGB")
        page.paste(_with_heat(part, layer, top) if layer else part, (0, top))
        top += picture.height
    return page


def with_veil(page: Image.Image, share: NDArray[np.float32]) -> Image.Image:
    """The page under the shade of reach. share[rows]: views that saw each row, 0 to 1."""
    veil = Image.open(BytesIO(veil_png(share))).convert("RGBA").resize(page.size, Image.Resampling.BILINEAR)
    page.paste(veil, (0, 0), veil)
    return page


def side_by_side(pages: Sequence[Image.Image]) -> Image.Image:
    """Pages next to each other, aligned at the top."""
    width = sum(p.width for p in pages) + GAP * (len(pages) - 1)
    sheet = Image.new("RGB", (width, max(p.height for p in pages)), BACKGROUND)
    left = 0
    for page in pages:
        sheet.paste(page, (left, 0))
        left += page.width + GAP
    return sheet


def png(image: Image.Image, **words: str) -> bytes:
    """PNG with metadata (unit, cap, page) in its text chunks."""
    about = PngImagePlugin.PngInfo()
    for name, text in words.items():
        about.add_itxt(name, text)
    out = BytesIO()
    image.save(out, "PNG", pnginfo=about, compress_level=3)
    return out.getvalue()


def _with_heat(picture: Image.Image, layer: Image.Image, top: int, cell: int = CELL) -> Image.Image:
    """The picture (one pixel per CSS px) with the part of the layer that starts `top` CSS px down the page."""
    bottom = min(top + picture.height, layer.height * cell)
    if bottom <= top:
        return picture
    # Scaled by the size of a cell, not by the ratio of the widths: rounding the last column up would shift the
    # bottom of a long page.
    box = (0.0, top / cell, min(picture.width / cell, layer.width), bottom / cell)
    part = layer.resize((picture.width, bottom - top), Image.Resampling.BILINEAR, box)
    picture.paste(part, (0, 0), part)
    return picture
