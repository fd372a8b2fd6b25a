"""Points as columns: one row per interaction with an element."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from aggregator.shapes.columns import Float32, Int32, Int64, Mask, UInt8, UInt64


@dataclass(frozen=True)
class Points:
    """N points of one kind, in the order in which the store returned them.

    `fx`, `fy` are fractions of the element's box (0…1); `page_x`, `page_y` CSS px from the top left of the page as it
    was then, `page_w` × `page_h` px in a viewport `viewport_w` px wide; `weight` is 1 for a click and ms for a hover;
    `effect` is 0 where nothing followed the click within 1.5 s; there, `effect_ms` is `UNSEEN_MS` if the tracker could
    not see whether something did.
    """

    kind: str
    view: UInt64
    visitor: UInt64
    key: UInt64
    record: UInt64
    time: Int64  # ms since 1970
    fx: Float32
    fy: Float32
    page_x: Int32
    page_y: Int32
    page_w: Int32
    page_h: Int32
    viewport_w: Int32
    weight: Float32
    effect: UInt8
    effect_ms: Int32
    button: UInt8
    flags: UInt8

    def __len__(self) -> int:
        return len(self.view)

    def take(self, which: Mask | Int64) -> Points:
        """The points of a mask or of indices."""
        columns = {f.name: getattr(self, f.name)[which] for f in fields(self) if f.name != "kind"}
        return Points(kind=self.kind, **columns)


TYPES: dict[str, type] = {
    "view": np.uint64,
    "visitor": np.uint64,
    "key": np.uint64,
    "record": np.uint64,
    "time": np.int64,
    "fx": np.float32,
    "fy": np.float32,
    "page_x": np.int32,
    "page_y": np.int32,
    "page_w": np.int32,
    "page_h": np.int32,
    "viewport_w": np.int32,
    "weight": np.float32,
    "effect": np.uint8,
    "effect_ms": np.int32,
    "button": np.uint8,
    "flags": np.uint8,
}


def no_points(kind: str) -> Points:
    """An empty set of points, which is a normal result."""
    return Points(kind=kind, **{name: np.empty(0, dtype) for name, dtype in TYPES.items()})
