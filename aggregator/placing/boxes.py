"""From a fraction of an element's box to a place on the page, also through text broken into lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aggregator.shapes.columns import Float32, Float64, Int32, Int64, Mask
from store.layouts import Layout


@dataclass(frozen=True)
class Boxes:
    """The boxes of a layout's M elements, and one more at the end for the index -1, which means none.

    An element whose text is `broken` into lines is measured as if it were on a single line, as the tracker does: `fx`
    runs along the lines laid end to end, `fy` down in the line.
    """

    x: Float32  # f32[M + 1]; CSS px of the page, as all lengths here
    y: Float32
    w: Float32
    h: Float32
    broken: Mask  # bool[M + 1]
    lines: Lines

    @staticmethod
    def of(layout: Layout) -> Boxes:
        """Lines without width are ignored; an element with one line left has that line as its box."""
        x, y, w, h = (np.append(side, np.float32(0)).astype(np.float32) for side in _sides(layout))
        flat = [np.asarray(boxes, np.float64).reshape(-1, 4) for boxes in layout.lines]
        flat = [boxes[boxes[:, 2] > 0] if len(boxes) else boxes for boxes in flat]
        counts = np.array([*map(len, flat), 0], np.int64)
        for single in np.flatnonzero(counts == 1).tolist():
            x[single], y[single], w[single], h[single] = flat[single][0]
        return Boxes(x, y, w, h, counts > 1, Lines.of(np.concatenate([*flat, np.empty((0, 4))]), counts))

    def place(self, element: Int32 | Int64, fx: Float32, fy: Float32) -> tuple[Float32, Float32]:
        """(x, y) of the fractions of these elements: never outside the element's box or its lines."""
        x = self.x[element] + fx * self.w[element]
        y = self.y[element] + fy * self.h[element]
        which = np.flatnonzero(self.broken[element])
        if len(which):
            x[which], y[which] = self.lines.place(element[which], fx[which], fy[which])
        return x, y

    def size(self, element: Int32 | Int64) -> tuple[Float64, Float64]:
        """(width, height) that the fractions refer to; for broken text the lines' total width and mean height."""
        broken = self.broken[element]
        w = np.where(broken, self.lines.total[element], self.w[element])
        h = np.where(broken, self.lines.mean_height[element], self.h[element])
        return w, h


@dataclass(frozen=True)
class Lines:
    """The L lines of all elements, laid end to end in one row: `end` is where in that row each line ends."""

    boxes: Float64  # f64[L, 4]: x, y, w, h
    end: Float64  # f64[L]
    first: Int64  # i64[M + 1]: an element's first line
    last: Int64  # … and its last one
    start: Float64  # f64[M + 1]: where in the row an element's lines begin
    total: Float64  # f64[M + 1]: the sum of their widths
    mean_height: Float64  # f64[M + 1]

    @staticmethod
    def of(boxes: Float64, counts: Int64) -> Lines:
        """`boxes`: the lines of all elements in order; `counts`: how many each element has."""
        past = np.cumsum(counts)
        along = np.concatenate(([0.0], np.cumsum(boxes[:, 2])))
        down = np.concatenate(([0.0], np.cumsum(boxes[:, 3])))
        first, start = past - counts, along[past - counts]
        mean_height = (down[past] - down[first]) / np.maximum(counts, 1)
        return Lines(boxes, along[1:], first, past - 1, start, along[past] - start, mean_height)

    def place(self, element: Int32 | Int64, fx: Float32, fy: Float32) -> tuple[Float64, Float64]:
        along = self.start[element] + fx * self.total[element]
        # Where two lines meet, a point belongs to the later one: a line contains its left edge and not its right one.
        line = np.clip(np.searchsorted(self.end, along, "right"), self.first[element], self.last[element])
        x, y, w, h = self.boxes[line].T
        return x + np.clip(along - (self.end[line] - w), 0, w), y + fy * h


def _sides(layout: Layout) -> tuple[Float32, Float32, Float32, Float32]:
    return layout.x, layout.y, layout.w, layout.h
