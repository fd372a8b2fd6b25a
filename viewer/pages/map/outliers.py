"""When a frustrated share is shown in red."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

LEAST = 0.10  # share of visitors; below, no figure is red
TIMES = 1.5  # times the usual share: some dead clicks happen on every page


def stands_out(share: float, shares: Sequence[float]) -> bool:
    """Whether a frustrated share is high, both in itself and compared with the other shares."""
    return share >= LEAST and (len(shares) < 3 or share >= TIMES * median(shares))
