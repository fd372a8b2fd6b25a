"""Views of a site as columns, with the touchpoint of a journey that claims each."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.shapes.columns import Int32, Int64, UInt64


@dataclass(frozen=True)
class Touches:
    """N views in the order (visitor, time, view); `touchpoint` is 0 where no touchpoint claims the page."""

    visitor: UInt64
    time: Int64  # ms since 1970
    touchpoint: Int32
