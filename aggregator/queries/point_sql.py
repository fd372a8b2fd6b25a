"""What a point is, as SQL: its cell, whether it may be dead, and how alike its page and a picture are.

Each expression says the same as the function in Python that it names; tests/aggregator/test_cells.py compares them.
"""

from __future__ import annotations

from typing import Any

from aggregator.measures.frustration import DEAD_AFTER, OWN_EFFECT
from aggregator.placing.page_like import EQUAL_PX, NEAR_HEIGHT, NEAR_WIDTH, SAME_HEIGHT, SAME_WIDTH, SPOT_PX, near_px
from aggregator.shapes.cells import HOVER_PARTS, MOST_PARTS, PARTS_OF_1024_PX, STEPS
from store.flags import DISABLED, DRAGGED, FRAMED, KEYBOARD, MODIFIER, UNSEEN_MS
from store.layouts import Layout

IS_DRAGGED = f"bitAnd(flags, {DRAGGED}) > 0"
IS_DISABLED = f"bitAnd(flags, {DISABLED}) > 0"
# measures.frustration.dead, for an element that is judged.
MAY_BE_DEAD = (
    f"(effect > 0 AND effect_ms > {DEAD_AFTER} OR effect = 0 AND effect_ms != {UNSEEN_MS}) "
    f"AND button = 0 AND bitAnd(flags, {MODIFIER | FRAMED | DRAGGED}) = 0"
)
# measures.frustration.rage: what can be part of a burst, and what had an effect of its own.
BY_HAND = f"bitAnd(flags, {KEYBOARD | DRAGGED}) = 0"
IS_ANSWERED = f"(effect > 0 AND effect_ms <= {OWN_EFFECT})"
_LARGEST = 1024 * MOST_PARTS  # px of a side: larger ones have no more parts


def cell_sql(kind: str) -> str:
    """The cell of a point: cells.cell_of."""
    across, down = _part("fx", "box_w", kind), _part("fy", "box_h", kind)
    return f"toUInt32({across} * 65536 + {down})"


def _part(step: str, side: str, kind: str) -> str:
    parts = (
        str(HOVER_PARTS)
        if kind == "hover"
        else f"roundToExp2(least(greatest(intDiv(least({side}, {_LARGEST}) * {PARTS_OF_1024_PX}, 1024), 1), "
        f"{MOST_PARTS}))"
    )
    return f"({parts} + least(intDiv({step} * {parts}, {STEPS}), {parts} - 1))"


def like_sql(layout: Layout) -> tuple[str, dict[str, Any]]:
    """How alike the page and a picture are: page_like.likeness."""
    near_w, near_h = near_px(layout)
    off_w, off_h = "abs(toInt64(viewport_w) - {picture_w:Int64})", "abs(toInt64(page_h) - {picture_h:Int64})"
    sql = (
        f"toUInt8(({off_w} = 0) * {SAME_WIDTH} + ({off_w} <= {{near_w:Int64}}) * {NEAR_WIDTH} "
        f"+ ({off_h} <= {EQUAL_PX}) * {SAME_HEIGHT} + ({off_h} <= {{near_h:Int64}}) * {NEAR_HEIGHT})"
    )
    return sql, {"picture_w": layout.width, "picture_h": layout.height, "near_w": near_w, "near_h": near_h}


def spot_sql(at: str, side: str, picture_side: str) -> str:
    """The middle of the square of the picture in which a place on the page is: page_like.middle_of_spot."""
    number = f"floor(toInt64({at}) * {{{picture_side}:Int64}} / (greatest(toInt64({side}), 1) * {SPOT_PX}))"
    return f"toFloat32(({number} + 0.5) * {SPOT_PX})"
