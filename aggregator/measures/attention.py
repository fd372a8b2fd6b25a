"""How long each element was in view.

A view reports how long each twentieth of its own page was in view. Elements are elsewhere on pages of other widths:
where an element of the picture was on the page that was seen is read from the layout of that width, if there is one,
and otherwise from a map learned from the views themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.shapes.columns import Float32, Float64, Int32, Int64
from aggregator.shapes.depths import BANDS, Bands
from store.layouts import Layout

SAME_WIDTH = 0.02
NEAR_WIDTH = 0.15  # a layout up to this much wider or narrower has the same arrangement
WIDTH_CLASS = 0.1  # views without a layout near their width are grouped in classes this wide
ANCHORS = 4  # pairs of places per knot of a learned map; without pairs the page is assumed to stretch evenly
KNOTS = 400  # at most, in one map
ENOUGH = 1000.0  # ms in view that count as seen
ROWS = 1024  # views computed at a time


@dataclass(frozen=True)
class Anchors:
    """Places known on both pages: `seen` on the page of a view, `drawn` on the picture, as shares of the heights."""

    viewport_w: Int32
    seen: Float32
    drawn: Float32


@dataclass(frozen=True)
class Attention:
    """Of `views`: `seconds` f32[M] in view of each element on average, `share` f32[M] of the views that had it in view
    for a second, and mean seconds of each twentieth of the picture, `bands` f32[20] (empty without views)."""

    seconds: Float32
    share: Float32
    bands: Float32
    views: int


def attention(bands: Bands, layout: Layout, others: Sequence[Layout], anchors: Anchors) -> Attention:
    """Time in view on a layout; `others` are layouts of the same page at other widths."""
    m, n = len(layout), len(bands.ms)
    if not n:
        return Attention(np.zeros(m, np.float32), np.zeros(m, np.float32), np.empty(0, np.float32), 0)
    total, enough = np.zeros(m + BANDS), np.zeros(m)
    for which, spans in arrangements(bands.viewport_w, layout, others, anchors):
        weights = _weights(spans)
        total += bands.ms[which].sum(axis=0, dtype=np.float64) @ weights
        of_elements = weights[:, :m].astype(np.float32)
        for start in range(0, len(which), ROWS):
            ms = bands.ms[which[start : start + ROWS]] @ of_elements
            enough += np.count_nonzero(ms >= ENOUGH, axis=0)
    mean = (total / n / 1000).astype(np.float32)
    return Attention(mean[:m], (enough / n).astype(np.float32), mean[m:], n)


def arrangements(
    viewport_w: Int32, layout: Layout, others: Sequence[Layout], anchors: Anchors
) -> list[tuple[Int64, Float64]]:
    """Groups of views (by the width of their window) that saw the same arrangement of the page, with where on it the
    elements and bands of the picture were: (indices, f64[M + 20, 2] shares of the page's height)."""
    here = _spans(layout)
    known = _other_arrangements(layout, others)
    nearest = _nearest(viewport_w, layout, known)
    found = [(np.flatnonzero(nearest == 0), here)]
    found += [(np.flatnonzero(nearest == i), _spans_there(layout, one, here)) for i, one in enumerate(known, 1)]
    rest = np.flatnonzero(nearest == -1)
    classes = _width_class(viewport_w[rest])
    of_anchors = _width_class(anchors.viewport_w)
    for one in np.unique(classes).tolist():
        mine = of_anchors == one
        seen, drawn = monotone(anchors.seen[mine], anchors.drawn[mine], int(mine.sum()) // ANCHORS)
        found.append((rest[classes == one], np.interp(here, drawn, seen)))
    return [(which, spans) for which, spans in found if len(which)]


def needs_anchors(viewport_w: Int32, layout: Layout, others: Sequence[Layout]) -> bool:
    """Whether some windows are so wide or narrow that no layout says where elements are in them."""
    return bool((_nearest(viewport_w, layout, _other_arrangements(layout, others)) == -1).any())


def _other_arrangements(layout: Layout, others: Sequence[Layout]) -> list[Layout]:
    return [one for one in others if abs(one.width - layout.width) > SAME_WIDTH * layout.width and len(one)]


def _nearest(viewport_w: Int32, layout: Layout, known: Sequence[Layout]) -> Int64:
    """The layout for each width: 0 for `layout`, 1… for `known`, -1 where none is near."""
    widths = np.array([layout.width, *(one.width for one in known)], np.float64)
    off = np.abs(np.log(np.maximum(viewport_w, 1)[:, None] / widths))
    nearest: Int64 = np.where(off[:, 0] <= SAME_WIDTH, 0, off.argmin(axis=1))
    nearest[off[np.arange(len(off)), nearest] > NEAR_WIDTH] = -1
    return nearest


def _width_class(width: Int32) -> Int64:
    return np.round(np.log(np.maximum(width, 1)) / WIDTH_CLASS).astype(np.int64)


def _spans(layout: Layout) -> Float64:
    """(top, bottom) of every element, then of every twentieth, as shares of the page's height: f64[M + 20, 2]."""
    height = max(layout.height, 1)
    own = np.stack((layout.y, layout.y + layout.h), axis=1).astype(np.float64) / height
    steps = np.arange(BANDS) / BANDS
    return np.clip(np.concatenate((own, np.stack((steps, steps + 1 / BANDS), axis=1))), 0, 1)


def _spans_there(layout: Layout, there: Layout, here: Float64) -> Float64:
    """Where the picture's elements are on another layout of the page: by their key, or between those that have one."""
    of_key = {key: i for i, key in enumerate(there.keys.tolist()) if there.visible[i] and not there.fixed[i]}
    at = np.array([of_key.get(key, -1) for key in layout.keys.tolist()], np.int64)
    known = np.flatnonzero((at >= 0) & layout.visible & ~layout.fixed)
    other = _spans(there)
    seen, drawn = monotone(other[at[known]].ravel(), here[known].ravel(), KNOTS)
    spans: Float64 = np.interp(here, drawn, seen)
    spans[known] = other[at[known]]
    return spans


def monotone(seen: Float32 | Float64, drawn: Float32 | Float64, knots: int) -> tuple[Float64, Float64]:
    """A rising map between two pages, from pairs of places (shares of the height): (knots seen, knots drawn).

    Each knot is the median of equally many pairs; knots that fall are pooled with their neighbours (isotonic
    regression, Ayer et al. 1955). The map leads from top to top and bottom to bottom, in a straight line without knots.
    """
    if not knots or not len(seen):
        return np.array([0.0, 1.0]), np.array([0.0, 1.0])
    order = np.argsort(drawn, kind="stable")
    part = np.arange(len(order)) * min(knots, KNOTS, len(seen)) // len(order)
    x = _medians(drawn[order], part)
    risen: list[list[float]] = []
    for middle in _medians(seen[order], part).tolist():
        risen.append([middle, 1.0])
        while len(risen) > 1 and risen[-2][0] > risen[-1][0]:
            value, weight = risen.pop()
            before, much = risen[-1]
            risen[-1] = [(before * much + value * weight) / (much + weight), much + weight]
    y = np.repeat([value for value, _ in risen], [int(weight) for _, weight in risen])
    inside = (x > 0) & (x < 1) & np.append(True, np.diff(x) > 0)
    return np.concatenate(([0.0], y[inside], [1.0])), np.concatenate(([0.0], x[inside], [1.0]))


def _medians(values: Float32 | Float64, part: Int64) -> Float64:
    """The median of the values of each part; the parts rise from 0, and each has a value."""
    values = values[np.lexsort((values, part))].astype(np.float64)
    size = np.bincount(part)
    start = np.cumsum(size) - size
    medians: Float64 = (values[start + (size - 1) // 2] + values[start + size // 2]) / 2
    return medians


def _weights(spans: Float64) -> Float64:
    """f64[20, S]: the share of each span that lies in each band; a span without height lies in one band entirely."""
    low, high = spans[:, 0], np.maximum(spans[:, 1], spans[:, 0])
    edges = np.arange(BANDS + 1)[:, None] / BANDS
    overlap = np.clip(np.minimum(high, edges[1:]) - np.maximum(low, edges[:-1]), 0, None)
    length = high - low
    line = length < 1e-9
    band = np.minimum((low * BANDS).astype(np.int64), BANDS - 1)
    overlap[:, line] = 0
    overlap[band[line], np.flatnonzero(line)] = 1
    weights: Float64 = overlap / np.where(line, 1, length)
    return weights
