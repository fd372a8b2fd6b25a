"""How long the steps of a batch take: counts per bucket. No locks: each histogram has one writer."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

# Upper bounds, s.
TAKING = (25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 0.01, 0.05, 0.25, 1.0, 10.0)
WAITING = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.0, 2.0, 4.0)
INSERTING = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Histogram:
    """`counts[i]` is the number in (bounds[i - 1], bounds[i]]; the last counts everything above."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.sum = 0.0

    def observe(self, seconds: float, number: int = 1) -> None:
        """Add `number` observations of this duration."""
        self.counts[bisect_left(self.bounds, seconds)] += number
        self.sum += seconds * number


def quantile(bounds: Sequence[float], counts: Sequence[int], q: float) -> float:
    """The quantile `q`, interpolated linearly within a bucket: 0.0 without observations, at most the last bound."""
    rank, below = q * sum(counts), 0.0
    for number, count in enumerate(counts[:-1]):
        if count and below + count >= rank:
            low = bounds[number - 1] if number else 0.0
            return low + (bounds[number] - low) * (rank - below) / count
        below += count
    return bounds[-1] if sum(counts) else 0.0
