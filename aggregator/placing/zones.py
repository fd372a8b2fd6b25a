"""Where a zone is on a picture: the elements it was stored by, placed as the records of clicks are.

A zone consists of its elements and of everything in them. On every picture its elements are placed by the same ladder
as the points (aggregator/placing/ladder.py): on their own key if the fingerprints agree, else on their match. The box
of the zone is the smallest one around the boxes of its placed elements.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xxhash

from aggregator.placing.elements import LayoutIndex
from aggregator.placing.ladder import OWN, TWIN, record_places
from aggregator.shapes.columns import Int64, Mask
from aggregator.shapes.records import Records, records_of
from store.layouts import Layout, path_key
from store.page_zones import PageZone


@dataclass(frozen=True)
class Rectangle:
    """A part of a picture, CSS px."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True)
class ZonePlace:
    """A zone on one layout of M elements.

    `elements`: indices of the elements that it was stored by. `members` bool[M]: they and everything in them.
    `missing`: how many of its elements the layout does not show. `box`: None if it shows none.
    """

    elements: Int64
    members: Mask
    missing: int
    box: Rectangle | None


def zone_records(zone: PageZone) -> Records:
    """The elements of a zone as records, with the ids that the store gives to records of clicks on them."""
    ids = [int(xxhash.xxh64_intdigest(f"{one.path} {one.fp}".encode())) for one in zone.prints]
    return records_of(
        np.array(ids, np.uint64),
        np.array([path_key(one.path) for one in zone.prints], np.uint64),
        [one.path for one in zone.prints],
        [one.fp for one in zone.prints],
    )


def place_zone(zone: PageZone, index: LayoutIndex, twins: Mapping[int, int]) -> ZonePlace:
    """Place a zone on a layout. `twins`: record id → index of its element (aggregator/pictures/twins.py)."""
    places = record_places(zone_records(zone), index, twins)
    found = np.unique(places.element[np.isin(places.rung, (OWN, TWIN))]).astype(np.int64)
    missing = len(zone.elements) - int(np.isin(places.rung, (OWN, TWIN)).sum())
    layout = index.layout
    inside = within(layout, found)
    itself = np.where(layout.control >= 0, layout.control, np.arange(len(layout)))
    return ZonePlace(found, inside | inside[itself], missing, box_around(layout, found))


def within(layout: Layout, elements: Int64) -> Mask:
    """Which elements of a layout are these or lie in one of them: bool[M]."""
    found = np.zeros(len(layout) + 1, bool)  # the last one is the parent of a root
    found[elements] = True
    while True:
        wider = found[:-1] | found[layout.parents]
        if (wider == found[:-1]).all():
            return np.asarray(wider, bool)
        found[:-1] = wider


def box_around(layout: Layout, elements: Int64) -> Rectangle | None:
    """The smallest box around elements; None without any."""
    if not len(elements):
        return None
    x, y, w, h = (side[elements].astype(np.float64) for side in (layout.x, layout.y, layout.w, layout.h))
    left, top = float(x.min()), float(y.min())
    return Rectangle(left, top, float((x + w).max()) - left, float((y + h).max()) - top)


def elements_in(layout: Layout, drawn: Rectangle) -> Int64:
    """The elements that a drawn rectangle means: the visible ones whose middle lies in it.

    Without those that hold a visible element whose middle lies outside (the part of the page around the rectangle), and
    without those that lie in another one that is meant.
    """
    x, y = layout.x + layout.w / 2, layout.y + layout.h / 2
    shown = layout.visible & (layout.w > 0) & (layout.h > 0)
    inside = shown & (x >= drawn.x) & (x <= drawn.x + drawn.w) & (y >= drawn.y) & (y <= drawn.y + drawn.h)
    meant = inside & ~_hold(layout, shown & ~inside)
    above = np.append(within(layout, np.flatnonzero(meant)), False)[layout.parents]
    return np.flatnonzero(meant & ~above)


def _hold(layout: Layout, elements: Mask) -> Mask:
    """Which elements have one of `elements` in them: bool[M]."""
    held = elements.copy()
    while True:
        parents = np.unique(layout.parents[held])
        wider = held.copy()
        wider[parents[parents >= 0]] = True
        if (wider == held).all():
            break
        held = wider
    found = np.zeros(len(layout), bool)
    of = layout.parents[held]
    found[of[of >= 0]] = True
    return found
