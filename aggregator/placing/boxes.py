"""From a fraction of an element to a place on the page, through lines of text that are broken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.shapes.columns import Float32, Float64, Int32, Int64, Mask
from store.layouts import Layout


@dataclass(frozen=True)
class Boxes:
    """The boxes of a layout's M elements, and one more at the end: the element -1, which is none.

    Of an element whose text is `broken` into lines the box is as if it stood on one: `fx` runs along
    the lines laid end to end, `fy` down in the line, as the tracker measures (tracker_js/src/place.js).
    """

    x: Float32  # f32[M + 1]; CSS px of the page, as all lengths here
    y: Float32
    w: Float32
    h: Float32
    broken: Mask  # bool[M + 1]
    lines: Lines

    @staticmethod
    def of(layout: Layout) -> Boxes:
        """Lines without width count for nothing; one that is left alone is a box like any other."""
        x, y, w, h = (np.append(side, np.float32(0)).astype(np.float32) for side in _sides(layout))
        flat = [np.asarray(boxes, np.float64).reshape(-1, 4) for boxes in layout.lines]
        flat = [boxes[boxes[:, 2] > 0] if len(boxes) else boxes for boxes in flat]
        counts = np.array([*map(len, flat), 0], np.int64)
        for alone in np.flatnonzero(counts == 1).tolist():
            x[alone], y[alone], w[alone], h[alone] = flat[alone][0]
        return Boxes(x, y, w, h, counts > 1, Lines.of(np.concatenate([*flat, np.empty((0, 4))]), counts))

    def place(self, element: Int32 | Int64, fx: Float32, fy: Float32) -> tuple[Float32, Float32]:
        """(x, y) of the fractions of these elements: never outside the element's box, or of all its lines."""
        x = self.x[element] + fx * self.w[element]
        y = self.y[element] + fy * self.h[element]
        which = np.flatnonzero(self.broken[element])
        if len(which):
            x[which], y[which] = self.lines.place(element[which], fx[which], fy[which])
        return x, y

    def size(self, element: Int32 | Int64) -> tuple[Float64, Float64]:
        """(width, height) of the box that the fractions are of: of broken text all its lines, and the mean of them."""
        broken = self.broken[element]
        w = np.where(broken, self.lines.total[element], self.w[element])
        h = np.where(broken, self.lines.mean_height[element], self.h[element])
        return w, h


@dataclass(frozen=True)
class Lines:
    """L lines of all elements in one row: `end` is how far along that row each ends."""

    boxes: Float64  # f64[L, 4]: x, y, w, h
    end: Float64  # f64[L]
    first: Int64  # i64[M + 1]: an element's first line
    last: Int64  # … and its last one
    start: Float64  # f64[M + 1]: how far along the row an element's lines begin
    total: Float64  # f64[M + 1]: the sum of their widths
    mean_height: Float64  # f64[M + 1]

    @staticmethod
    def of(boxes: Float64, counts: Int64) -> Lines:
        """`boxes` of all elements in order, `counts` of them each."""
        past = np.cumsum(counts)
        along = np.concatenate(([0.0], np.cumsum(boxes[:, 2])))
        down = np.concatenate(([0.0], np.cumsum(boxes[:, 3])))
        first, start = past - counts, along[past - counts]
        mean_height = (down[past] - down[first]) / np.maximum(counts, 1)
        return Lines(boxes, along[1:], first, past - 1, start, along[past] - start, mean_height)

    def place(self, element: Int32 | Int64, fx: Float32, fy: Float32) -> tuple[Float64, Float64]:
        along = self.start[element] + fx * self.total[element]
        # Where two lines meet a point belongs to the later, as a line's left edge is in it and its right one is not.
        line = np.clip(np.searchsorted(self.end, along, "right"), self.first[element], self.last[element])
        x, y, w, h = self.boxes[line].T
        return x + np.clip(along - (self.end[line] - w), 0, w), y + fy * h


def _sides(layout: Layout) -> tuple[Float32, Float32, Float32, Float32]:
    return layout.x, layout.y, layout.w, layout.h
