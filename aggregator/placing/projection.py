"""From points made on any version of a page, at any width, to places on one layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aggregator.placing.boxes import Boxes
from aggregator.placing.elements import LayoutIndex
from aggregator.placing.ladder import (
    ANCESTOR,
    NONE,
    OWN,
    PAGE,
    RUNGS,
    TWIN,
    Certainty,
    RecordPlaces,
    record_places,
    unknown_places,
)
from aggregator.placing.page_like import SAME_HEIGHT, SAME_WIDTH, is_near, spots_of
from aggregator.shapes.cells import Spots
from aggregator.shapes.columns import Float32, Int32, Int64, Mask, UInt8
from aggregator.shapes.grid import RADIUS
from aggregator.shapes.points import Points
from aggregator.shapes.records import Records
from store.layouts import Layout

__all__ = ["ANCESTOR", "NONE", "OWN", "PAGE", "RUNGS", "TWIN", "Placed", "place", "place_spots", "project"]


@dataclass(frozen=True)
class Placed:
    """N places in CSS px of the layout: `x`, `y` f32 (nan where not placed), `rung` u8 (index in RUNGS),
    `element` i32 (index in the layout, -1 where on none). `look_alikes`: how many were not placed because other
    elements look like theirs."""

    x: Float32
    y: Float32
    rung: UInt8
    element: Int32
    look_alikes: int = 0

    def __len__(self) -> int:
        return len(self.x)

    @property
    def drawn(self) -> Mask:
        return np.asarray(self.rung != NONE, bool)


def project(
    points: Points, records: Records, layout: Layout | LayoutIndex, twins: Mapping[int, int] | None = None
) -> Placed:
    """Place each point on the layout, by the first rung of the ladder that holds (aggregator/placing/ladder.py)."""
    index = layout if isinstance(layout, LayoutIndex) else LayoutIndex(layout)
    return place(points, records, index, record_places(records, index, twins or {}))


def place(points: Points, records: Records, index: LayoutIndex, known: RecordPlaces) -> Placed:
    """Place each point where `known` has its record."""
    return place_spots(spots_of(points, index.layout), records, index, known)


def place_spots(spots: Spots, records: Records, index: LayoutIndex, known: RecordPlaces) -> Placed:
    """Place each spot where `known` has its record.

    On its element a point keeps its fraction of the box, or its place along the words of text that is broken into lines
    (aggregator/placing/boxes.py). On an ancestor it is where the page has it, if that is known and inside the box,
    otherwise at the centre. Elements that are fixed or sticky are drawn where the picture shows them. A point that
    would fall outside the picture, or more than 20 px outside the visible part of an inner scroller, is not placed.
    """
    layout, boxes = index.layout, index.boxes
    rung, element, certainty = _decide(spots, records, index, known)
    same_width, same_height = (spots.like & SAME_WIDTH) > 0, (spots.like & SAME_HEIGHT) > 0
    scrolls = layout.height > layout.viewport_h  # shorter pages all have the height of the window
    other_height, other_page = same_width & ~same_height, ~(same_width & same_height & scrolls)
    doubtful: Mask = (
        ((certainty == Certainty.LIKELY) & other_height)
        | ((certainty == Certainty.AT_SAME_SIZE) & other_page)
        | (certainty == Certainty.LOOK_ALIKES)
    )
    rung[doubtful], element[doubtful] = NONE, -1
    x, y = boxes.place(element, spots.fx, spots.fy)
    _place_inexact(x, y, rung, element, spots, boxes)
    outside = ~((x >= 0) & (x <= layout.width) & (y >= 0) & (y <= layout.height))
    outside |= _out_of_sight(x, y, element, layout, boxes)
    hidden = outside | (rung == NONE)
    x[hidden] = y[hidden] = np.nan
    rung[hidden] = NONE
    element[hidden] = -1
    return Placed(x, y, rung, element, int(spots.n[doubtful].sum()))


def _decide(spots: Spots, records: Records, index: LayoutIndex, known: RecordPlaces) -> tuple[UInt8, Int32, UInt8]:
    """Rung, element and certainty of each spot, taken from its record."""
    at = records.locate(spots.record)
    lost = np.flatnonzero(at < 0)
    if not len(lost):
        return known.rung[at], known.element[at], known.certainty[at]
    keys, inverse = np.unique(spots.key[lost], return_inverse=True)
    unknown = unknown_places(keys.tolist(), index)
    at[lost] = len(records) + inverse
    return (
        np.append(known.rung, unknown.rung)[at],
        np.append(known.element, unknown.element)[at],
        np.append(known.certainty, unknown.certainty)[at],
    )


def _place_inexact(x: Float32, y: Float32, rung: UInt8, element: Int32, spots: Spots, boxes: Boxes) -> None:
    """Set, in place, the spots on the rungs `ancestor` and `page`."""
    which: Int64 = np.flatnonzero((rung == ANCESTOR) | (rung == PAGE))
    if not len(which):
        return
    there_x, there_y = spots.x[which], spots.y[which]
    sure = is_near(spots.like[which])
    on_page = rung[which] == PAGE
    at = element[which]
    left, top, w, h = boxes.x[at], boxes.y[at], boxes.w[at], boxes.h[at]
    middle = np.full(len(at), 0.5, np.float32)
    middle_x, middle_y = boxes.place(at, middle, middle)
    inside = (there_x >= left) & (there_x <= left + w) & (there_y >= top) & (there_y <= top + h)
    exact = sure & (on_page | inside)
    x[which] = np.where(exact, there_x, middle_x)
    y[which] = np.where(exact, there_y, middle_y)
    rung[which[on_page & ~sure]] = NONE


def _out_of_sight(x: Float32, y: Float32, element: Int32, layout: Layout, boxes: Boxes) -> Mask:
    """Points on an element that its inner scroller hides in the picture.

    A place just beyond the edge (within the radius that colours count in) is moved to the edge, in place.
    """
    far = np.zeros(len(x), bool)
    if not len(layout.scroller) or not (layout.scroller >= 0).any():
        return far
    scroller = np.append(layout.scroller, -1)[element]
    while (which := np.flatnonzero(scroller >= 0)).size:
        s = scroller[which]
        off_x = _beyond(x[which], layout.x[s], layout.w[s])
        off_y = _beyond(y[which], layout.y[s], layout.h[s])
        cut = (off_x != 0) | (off_y != 0)
        # A place moved off its line of text may be on another element.
        far[which] |= cut & ((np.hypot(off_x, off_y) > RADIUS) | boxes.broken[element[which]])
        x[which] -= off_x
        y[which] -= off_y
        outer = layout.scroller[s]
        scroller[which] = np.where(outer == s, -1, outer)
    return far


def _beyond(at: Float32, start: Float32, length: Float32) -> Float32:
    """How far each place is outside its span (below 0: before it), plus 1 px: nothing is visible on the edge itself."""
    end = start + length
    off: Float32 = np.where(at < start, at - start - 1, np.where(at > end, at - end + 1, 0)).astype(np.float32)
    return off
