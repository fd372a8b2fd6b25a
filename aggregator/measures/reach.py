"""How far down a page was seen.

The deepest edge of a view is anchored: an element and how far down in it. "38 % saw this" then holds at every width,
unlike pixels and shares of the page's height.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from aggregator.placing.elements import Found, LayoutIndex
from aggregator.shapes.columns import Float32, Int64, Mask
from aggregator.shapes.depths import Depths
from aggregator.shapes.fingerprints import parse
from aggregator.shapes.records import Records
from store.layouts import Layout

STEP = 10  # px between the depths of the curve
NEAR_WIDTH = 0.2  # views up to this much wider or narrower than the picture determine its fold
QUARTERS = (75, 50, 25)


@dataclass(frozen=True)
class Reach:
    """`share` f32[K] of the views saw the picture down to `depth` f32[K] px, from its top to its bottom.

    `quartiles`: percent of views → the deepest px that so many saw. `fold`: median bottom of the first viewport, px.
    `anchored` of `views` are placed by their element, the others by their share of the page's height. `attention`
    f32[20] (or empty): mean seconds in view of each twentieth of the page.
    """

    depth: Float32
    share: Float32
    quartiles: dict[int, float]
    fold: float
    views: int
    anchored: int
    attention: Float32 = field(default_factory=lambda: np.empty(0, np.float32))

    def at(self, y: float) -> float:
        """Share of views that saw depth y (px)."""
        return float(np.interp(y, self.depth, self.share)) if self.views else 0.0


def reach(
    depths: Depths,
    records: Records,
    index: LayoutIndex,
    attention: Float32 | None = None,
    step: int = STEP,
    twins: Mapping[int, int] | None = None,
) -> Reach:
    """The curve for one layout; `twins` as in the ladder. Without views all shares are 0."""
    height = index.layout.height
    depth = np.append(np.arange(0, height, step), height).astype(np.float32)
    y, anchored = edges(depths, records, index, twins or {})
    n = len(y)
    ordered = np.sort(y)
    share = (n - np.searchsorted(ordered, depth, "left")) / max(n, 1)
    quartiles = {q: float(ordered[::-1][-(-n * q // 100) - 1]) if n else 0.0 for q in QUARTERS}
    return Reach(
        depth=depth,
        share=share.astype(np.float32),
        quartiles=quartiles,
        fold=_fold(depths, index),
        views=n,
        anchored=int(anchored.sum()),
        attention=np.empty(0, np.float32) if attention is None else attention,
    )


def edges(depths: Depths, records: Records, index: LayoutIndex, twins: Mapping[int, int]) -> tuple[Float32, Mask]:
    """(deepest edge of each view on the layout f32[N] px, whether it is anchored: on its element, or at the bottom)."""
    layout = index.layout
    y = np.clip(depths.depth / np.maximum(depths.page_h, 1), 0, 1) * layout.height
    if layout.height <= layout.viewport_h:
        # The whole picture is seen at once: what is deeper was in a panel that scrolls, or in another layout.
        y = np.maximum(y, np.minimum(depths.depth, layout.height))
    keys, inverse = np.unique(depths.key, return_inverse=True)
    element = np.array([_anchor(key, records, index, twins) for key in keys.tolist()], np.int64)[inverse]
    anchored: Mask = element >= 0
    y[anchored] = _place(element[anchored], depths.fy[anchored], layout)
    # A view that saw the bottom of its page saw all of it, margins below the last element too. But if a list has grown
    # since, that bottom was elsewhere: the anchor is then far from the present bottom, and is believed.
    at_bottom = (depths.depth >= depths.page_h) & (~anchored | (y >= layout.height - layout.viewport_h))
    y[at_bottom] = layout.height
    return np.clip(y, 0, layout.height).astype(np.float32), anchored | at_bottom


def _place(element: Int64, fy: Float32, layout: Layout) -> Float32:
    """y of the fractions `fy` of elements, limited to the visible part of the scrollers they are in."""
    y: Float32 = layout.y[element] + fy * layout.h[element]
    around = layout.scroller[element]
    while (which := np.flatnonzero(around >= 0)).size:
        box = around[which]
        y[which] = np.clip(y[which], layout.y[box], layout.y[box] + layout.h[box])
        around[which] = layout.scroller[box]
    return y


def _anchor(key: int, records: Records, index: LayoutIndex, twins: Mapping[int, int]) -> int:
    """The element that depths with this key are anchored on, or -1: it must move with the page and be the key's own.

    A key that meant several elements over time means the one on the picture, if that is among them.
    """
    of_key = np.flatnonzero(records.key == np.uint64(key)).tolist()
    matched = [twins[record] for record in records.record[of_key].tolist() if record in twins]
    here = set(index.by_key.get(key, ()))
    found = [(at, Found.AGREES) for at in sorted(matched, key=lambda at: at not in here) if at >= 0]
    if not matched:
        fps = [records.fps[i] for i in of_key] or [""]
        found = [index.own(key, parse(fp)) for fp in fps]
    layout = index.layout
    for at, finding in found:
        # Scrolled out of sight in an inner scroller, it still has a place there; hidden itself, it has none.
        if finding is Found.AGREES and not layout.fixed[at] and layout.h[at] and _is_there(at, layout):
            return at
    return -1


def _is_there(at: int, layout: Layout) -> bool:
    """Whether an element is visible, or only scrolled out of sight in something that is visible."""
    while not layout.visible[at]:
        at = int(layout.scroller[at])
        if at < 0:
            return False
    return True


def _fold(depths: Depths, index: LayoutIndex) -> float:
    if not len(depths):
        return float(min(index.layout.viewport_h, index.layout.height))
    near = np.abs(depths.viewport_w - index.layout.width) <= NEAR_WIDTH * index.layout.width
    return float(min(np.median(depths.viewport_h[near if near.any() else slice(None)]), index.layout.height))
