"""How a figure changed from one period to another, with an interval (docs/statistics.md).

Visitors are independent of each other; their visits and views are not. So what is counted by visit or view is spread by
its sums over visitors: a total like a sum of independent visitors, a share like a ratio (Deng, Knoblich & Lu 2018).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, sqrt

from aggregator.measures.statistics import FEW, newcombe, wilson

_Z = 1.959964  # normal quantile of a 95 % interval


@dataclass(frozen=True)
class FigureChange:
    """`by` = now − before, or for a total its relative change; `low` to `high` its 95 % interval.

    `beyond_chance`: the interval leaves out 0, and both periods have enough visitors to say so.
    """

    by: float
    low: float
    high: float
    beyond_chance: bool


@dataclass(frozen=True)
class SummedFigure:
    """A sum over visitors, and the sum of its squares over them."""

    sum: int
    squared: int


def total_interval(sampled: SummedFigure, one_in: int) -> tuple[float, float]:
    """The 95 % interval of a total that is estimated as `one_in` times its sum over one visitor in so many.

    The variance of Bernoulli sampling (Särndal, Swensson & Wretman 1992, Model Assisted Survey Sampling, 3.2).
    """
    half = _Z * sqrt(one_in * (one_in - 1) * sampled.squared)
    return max(float(sampled.sum), one_in * sampled.sum - half), one_in * sampled.sum + half


@dataclass(frozen=True)
class Ratio:
    """`hits` of `of` things (visits, visitors), of which `visitors` have several; the sums are over visitors."""

    hits: int
    of: int
    visitors: int
    hits_squared: int
    hits_by_of: int
    of_squared: int

    @property
    def share(self) -> float:
        return self.hits / self.of if self.of else 0.0

    @property
    def effective(self) -> float:
        """How many independent things would make the share as certain as these do."""
        r, n = self.share, self.visitors
        if n < 2 or not 0 < r < 1:
            return float(n)
        spread = self.hits_squared - 2 * r * self.hits_by_of + r * r * self.of_squared
        variance = n / (n - 1) * spread / self.of**2
        return min(float(self.of), r * (1 - r) / variance) if variance > 0 else float(n)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share."""
        n = self.effective
        low, high = wilson(self.share * n, n)
        return float(low), float(high)


def of_visitors(hits: int, of: int) -> Ratio:
    """A share of visitors, each of whom counts once."""
    return Ratio(hits, of, of, hits, hits, of)


def change_of_total(now: SummedFigure, before: SummedFigure) -> FigureChange | None:
    """The relative change of a total; None without one before."""
    if not before.sum:
        return None
    by = now.sum / before.sum - 1
    if not now.sum:
        return FigureChange(by, -1.0, inf, False)
    half = _Z * sqrt(now.squared / now.sum**2 + before.squared / before.sum**2)
    middle = log(now.sum / before.sum)
    low, high = exp(middle - half) - 1, exp(middle + half) - 1
    return FigureChange(by, low, high, not low <= 0 <= high and min(now.sum, before.sum) >= FEW)


def change_of_ratio(now: Ratio, before: Ratio) -> FigureChange | None:
    """The difference of two shares; None where one has nothing to be a share of."""
    if not now.of or not before.of:
        return None
    n, m = now.effective, before.effective
    low, high = newcombe(before.share * m, m, now.share * n, n)
    enough = min(now.visitors, before.visitors) >= FEW
    return FigureChange(now.share - before.share, float(low), float(high), enough and not low <= 0 <= high)
