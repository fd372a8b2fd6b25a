"""Where two pictures of a page differ: cells whose pixels are not the same at the same place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from viewer.drawing.pictures import StripBounds

Cells = NDArray[np.bool_]  # [rows, columns], True where the pictures differ

CELL = 8  # CSS px
# Mean difference of a cell's pixels, of 255, from which it counts: pictures are compressed, so equal parts differ a
# little beside parts that changed.
VISIBLE = 8.0
BAND = 512  # CSS px compared at once; a multiple of CELL
COLOUR = (199, 40, 129)  # of the highlight: a colour of --heat that pages rarely have
OPACITY = 115  # of 255


@dataclass(frozen=True)
class StripPicture:
    """A picture in strips; `read` returns the WebP of strip `n`."""

    strips: Sequence[StripBounds]  # from the top down
    read: Callable[[int], bytes]

    @property
    def height(self) -> int:
        """In CSS px."""
        return sum(strip.height for strip in self.strips)


def changed_cells(old: StripPicture, new: StripPicture) -> Cells:
    """The cells that differ. What only the taller picture has differs. Widths are those of the narrower picture."""
    shared, total = min(old.height, new.height), max(old.height, new.height)
    before, after = _Rows(old), _Rows(new)
    bands = [
        _changed(before.between(top, min(top + BAND, shared)), after.between(top, min(top + BAND, shared)))
        for top in range(0, shared, BAND)
    ]
    if not bands:
        return np.ones((-(-total // CELL), 1), np.bool_)
    cells = np.concatenate(bands)
    below = -(-total // CELL) - len(cells)
    return np.pad(cells, ((0, below), (0, 0)), constant_values=True)


def changed_share(cells: Cells) -> float:
    """The share of the area of the taller picture that differs, 0 to 1."""
    return float(cells.mean()) if cells.size else 0.0


def highlight_png(cells: Cells) -> bytes:
    """One pixel per cell: a colour that lets the picture through where it differs, nothing elsewhere."""
    image = Image.fromarray(cells.astype(np.uint8), "P")
    image.putpalette([0, 0, 0, *COLOUR])
    out = BytesIO()
    image.save(out, "PNG", transparency=bytes((0, OPACITY)), optimize=True)
    return out.getvalue()


def _changed(old: NDArray[np.uint8], new: NDArray[np.uint8]) -> Cells:
    """The cells of one band, [h, w, 3] of 0 to 255."""
    width = min(old.shape[1], new.shape[1])
    apart = np.abs(old[:, :width].astype(np.int16) - new[:, :width]).max(axis=2)
    rows, columns = -(-apart.shape[0] // CELL), -(-width // CELL)
    # Cells at the edges are completed with the last pixels, so that they are not diluted.
    full = np.pad(apart, ((0, rows * CELL - apart.shape[0]), (0, columns * CELL - width)), mode="edge")
    found: Cells = full.reshape(rows, CELL, columns, CELL).mean(axis=(1, 3)) > VISIBLE
    return found


class _Rows:
    """Reads rows of a picture from the top down and keeps one decoded strip, up to 2,048 px tall."""

    def __init__(self, picture: StripPicture) -> None:
        self._picture = picture
        self._n = -1
        self._pixels: NDArray[np.uint8] = np.empty((0, 0, 3), np.uint8)

    def between(self, top: int, bottom: int) -> NDArray[np.uint8]:
        """[bottom - top, width, 3] of 0 to 255."""
        parts = []
        for strip in self._picture.strips:
            first, last = max(top, strip.top), min(bottom, strip.top + strip.height)
            if first < last:
                parts.append(self._decoded(strip)[first - strip.top : last - strip.top])
        width = min(part.shape[1] for part in parts)
        return np.concatenate([part[:, :width] for part in parts])

    def _decoded(self, strip: StripBounds) -> NDArray[np.uint8]:
        if strip.n != self._n:
            with Image.open(BytesIO(self._picture.read(strip.n))) as image:
                self._pixels = np.asarray(image.convert("RGB"))
            self._n = strip.n
        return self._pixels
