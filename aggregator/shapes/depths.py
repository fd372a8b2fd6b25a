"""What views report about how far down and how long a page was seen."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.shapes.columns import Float32, Int32, UInt64

BANDS = 20  # of a page, each a twentieth of its height


@dataclass(frozen=True)
class Depths:
    """One row per view: the deepest edge it saw. A view that never scrolled has `key` 0 and its viewport as depth."""

    key: UInt64
    fy: Float32
    depth: Int32
    page_h: Int32
    viewport_w: Int32
    viewport_h: Int32

    def __len__(self) -> int:
        return len(self.key)


@dataclass(frozen=True)
class Bands:
    """N views: `ms` f32[N, 20] that each twentieth of the page was in view, and the width of the window."""

    ms: Float32
    viewport_w: Int32
