"""Which visitors had an element in view: its middle, for at least 150 ms in one view.

A view reports how long each twentieth of its own page was in view. An element was in view if the twentieth that its
middle lies in was; where that is on pages of other widths is known as for attention (aggregator/measures/attention.py).
Elements that are fixed or sticky move with the window: they were in view if any part of the page was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from aggregator.measures.attention import Anchors, arrangements
from aggregator.shapes.columns import Float64, Int32, Int64, Mask, UInt8, UInt32
from aggregator.shapes.depths import BANDS
from store.layouts import Layout

IN_VIEW_MS = 150
ALL_BANDS = (1 << BANDS) - 1


@dataclass(frozen=True)
class Middles:
    """Where the M elements of a layout are on pages in windows of each width.

    A window of `width` i32[W] shows the arrangement `arrangement` u8[W], of K. `bands` u32[K, M]: the twentieths of the
    page, a bit each, of which one must have been in view; 0 for elements that the picture hides.
    """

    width: Int32
    arrangement: UInt8
    bands: UInt32


@dataclass(frozen=True)
class SeenBands:
    """R groups of visitors who had the same twentieths in view: `bands` u32[R, K] by arrangement, `n` i64[R] visitors.

    `element` i32[R]: which element they used; -1 where that does not matter.
    """

    bands: UInt32
    n: Int64
    element: Int32


def middles(
    width: Int32,
    layout: Layout,
    others: Sequence[Layout],
    anchors: Anchors,
    zones: Sequence[Int64] | None = None,
) -> Middles:
    """Where the elements are, for windows of the distinct widths `width`; of `zones` (indices of elements each), where
    these are in place of the elements."""
    m = len(layout)
    arrangement, bands = np.zeros(len(width), np.uint8), []
    for number, (which, spans) in enumerate(arrangements(width, layout, others, anchors)):
        arrangement[which] = number
        bands.append(_of_elements(spans[:m], layout) if zones is None else _of_zones(spans, layout, zones))
    columns = m if zones is None else len(zones)
    return Middles(width, arrangement, np.array(bands, np.uint32).reshape(-1, columns))


def _of_elements(spans: Float64, layout: Layout) -> UInt32:
    bits = np.where(layout.fixed, ALL_BANDS, 1 << _band(spans.mean(axis=1)))
    return np.where(layout.visible, bits, 0).astype(np.uint32)


def _of_zones(spans: Float64, layout: Layout, zones: Sequence[Int64]) -> UInt32:
    """The twentieth with the middle of each zone: halfway from the top of its first element to the bottom of its last.

    Elements that move with the window count only if all of the zone do.
    """
    bits = np.zeros(len(zones), np.uint32)
    for n, elements in enumerate(zones):
        shown = elements[layout.visible[elements]]
        moving = shown[~layout.fixed[shown]]
        if len(moving):
            middle = (spans[moving, 0].min() + spans[moving, 1].max()) / 2
            bits[n] = 1 << int(_band(np.array(middle)))
        elif len(shown):
            bits[n] = ALL_BANDS
    return bits


def _band(middle: Float64) -> Int64:
    return np.asarray(np.minimum((middle * BANDS + 1e-9).astype(np.int64), BANDS - 1), np.int64)


def visitors_in_view(seen: SeenBands, where: Middles) -> Int64:
    """How many of the visitors had each element in view: i64[M]."""
    places, of_element = np.unique(where.bands, axis=1, return_inverse=True)
    counts = np.array([seen.n[_had(seen.bands, place)].sum() for place in places.T], np.int64)
    return counts[of_element.ravel()] if len(counts) else np.zeros(where.bands.shape[1], np.int64)


def users_in_view(seen: SeenBands, where: Middles) -> Int64:
    """How many of the visitors who used an element had it in view: i64[M]."""
    had = _had(seen.bands, where.bands[:, seen.element].T)
    found = np.bincount(seen.element[had], seen.n[had], where.bands.shape[1])
    return found.astype(np.int64)


def _had(bands: UInt32, place: UInt32) -> Mask:
    return np.asarray(((bands & place) > 0).any(axis=1), bool)
