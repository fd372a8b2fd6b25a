"""Medians with distribution-free intervals."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, sqrt

import numpy as np

from aggregator.shapes.columns import Float64, Int64

Z95 = 1.959964


@dataclass(frozen=True)
class MedianOf:
    """The `median` of `n` values, with its 95 % interval from `low` to `high`."""

    n: int
    median: float
    low: float
    high: float


def median_of(values: Int64 | Float64) -> MedianOf | None:
    """The median with an interval between two order statistics, by the normal approximation of the binomial
    (Conover 1999, § 3.2); None without values."""
    n = len(values)
    if not n:
        return None
    ordered, half = np.sort(values), Z95 * sqrt(n) / 2
    low, high = max(floor(n / 2 - half), 0), min(ceil(n / 2 + half), n - 1)
    return MedianOf(n, float(np.median(ordered)), float(ordered[low]), float(ordered[high]))
