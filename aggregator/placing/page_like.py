"""How alike a page as it was visited and a picture of it are: in width, and in height."""

from __future__ import annotations

import numpy as np

from aggregator.shapes.cells import Spots
from aggregator.shapes.columns import Float32, Int32, Mask, UInt8
from aggregator.shapes.points import Points
from store.layouts import Layout

# Bits of `like`.
SAME_WIDTH, NEAR_WIDTH, SAME_HEIGHT, NEAR_HEIGHT = (1 << bit for bit in range(4))
# A place on the page is only transferred to a picture of the same page at the same size: at another width, four of five
# such points fall on the wrong element (measured).
NEAR_WIDTH_SHARE = 0.02
NEAR_HEIGHT_SHARE = 0.005
EQUAL_PX = 1  # of heights: pages without any difference in size
SPOT_PX = 8  # side of the squares in which places on the page are counted


def near_px(layout: Layout) -> tuple[int, int]:
    """By how many px the width of a window and the height of a page may differ from the picture's to be near it."""
    return int(NEAR_WIDTH_SHARE * layout.width), int(NEAR_HEIGHT_SHARE * layout.height)


def likeness(viewport_w: Int32, page_h: Int32, layout: Layout) -> UInt8:
    """The bits of pages of this height in windows of this width."""
    near_w, near_h = near_px(layout)
    off_w, off_h = np.abs(viewport_w - layout.width), np.abs(page_h - layout.height)
    bits = (off_w == 0) * SAME_WIDTH | (off_w <= near_w) * NEAR_WIDTH
    return np.asarray(bits | (off_h <= EQUAL_PX) * SAME_HEIGHT | (off_h <= near_h) * NEAR_HEIGHT, np.uint8)


def is_near(like: UInt8) -> Mask:
    """Whether places on the page mean the same in the picture."""
    both = NEAR_WIDTH | NEAR_HEIGHT
    return np.asarray((like & both) == both, bool)


def spot(at: Int32, side: Int32, picture_side: int) -> Float32:
    """The place on the picture of `at` px on a page whose side is `side` px."""
    return (at * (picture_side / np.maximum(side, 1))).astype(np.float32)


def middle_of_spot(at: Int32, side: Int32, picture_side: int) -> Float32:
    """The middle of the square that contains the place."""
    number = np.floor_divide(at.astype(np.int64) * picture_side, np.maximum(side, 1).astype(np.int64) * SPOT_PX)
    return ((number + 0.5) * SPOT_PX).astype(np.float32)


def spots_of(points: Points, layout: Layout) -> Spots:
    """Each point as a spot of its own, exactly where it was made."""
    return Spots(
        record=points.record,
        key=points.key,
        fx=points.fx,
        fy=points.fy,
        x=spot(points.page_x, points.page_w, layout.width),
        y=spot(points.page_y, points.page_h, layout.height),
        like=likeness(points.viewport_w, points.page_h, layout),
        n=np.ones(len(points), np.int64),
    )
