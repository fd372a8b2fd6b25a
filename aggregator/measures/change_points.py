"""Since when a figure is different: one change in a series of days or weeks. Method and sources: docs/statistics.md.

Shares: the split with the highest likelihood ratio (Worsley 1983, Biometrika 70:455-464), divided by the dispersion of
the days around it, as days differ by more than chance (quasi-likelihood; McCullagh & Nelder 1989, 4.5). Medians: the
rank test of Pettitt (1979, Applied Statistics 28:126-135), whose p is already that of the best split. Every p is
multiplied by the number of splits and of figures that were searched (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, isfinite

import numpy as np

from aggregator.measures.statistics import FEW, expected_floor, t_tail
from aggregator.shapes.columns import Float64

LEVEL = 0.05  # the highest corrected p of a change that is reported
LEAST_SPANS = 3  # on each side of a change
LEAST_OF = 100  # visitors or visits on each side
LEAST_TIMES = 10  # medians in a series
LEAST_POINTS = 0.02  # a share that changes by less is not worth a sentence
LEAST_RATIO = 1.1  # the same of a median


@dataclass(frozen=True)
class ChangePoint:
    """From the span with the number `at` on, a figure is `after` instead of `before`; `p`: corrected for the search."""

    at: int
    before: float
    after: float
    p: float


def changes_of(
    shares: Mapping[str, Sequence[tuple[int, int] | None]], times: Mapping[str, Sequence[tuple[float, int] | None]]
) -> dict[str, ChangePoint]:
    """The figures that changed, each at its strongest change. `shares`: (visitors, of) of each span in order; `times`:
    (median, of how many); None where nothing is known."""
    found = {name: _share_change(series) for name, series in shares.items()}
    found |= {name: _median_change(series) for name, series in times.items()}
    searched = {name: one for name, one in found.items() if one is not None}
    corrected = {
        name: ChangePoint(one.at, one.before, one.after, min(1.0, one.p * len(searched)))
        for name, one in searched.items()
    }
    return {name: one for name, one in corrected.items() if one.p <= LEVEL and _matters(one, name in shares)}


def _matters(change: ChangePoint, is_share: bool) -> bool:
    if is_share:
        return abs(change.after - change.before) >= LEAST_POINTS
    low, high = sorted((change.before, change.after))
    return high >= LEAST_RATIO * low


def _share_change(series: Sequence[tuple[int, int] | None]) -> ChangePoint | None:
    """The strongest change of a share, with its p over all splits; None if there is too little for any split."""
    known = [(n, pair) for n, pair in enumerate(series) if pair is not None and pair[1] > 0]
    at = [n for n, _ in known]
    x = np.array([pair[0] for _, pair in known], float)
    n = np.array([pair[1] for _, pair in known], float)
    splits = np.arange(1, len(x))
    if len(x) < 2 * LEAST_SPANS:
        return None
    x0, n0 = np.cumsum(x)[splits - 1], np.cumsum(n)[splits - 1]
    x1, n1 = x.sum() - x0, n.sum() - n0
    allowed = (np.minimum(splits, len(x) - splits) >= LEAST_SPANS) & (np.minimum(n0, n1) >= LEAST_OF)
    allowed &= expected_floor(x0, n0, x1, n1)
    ratio = 2 * (_log_likelihood(x0, n0) + _log_likelihood(x1, n1) - _log_likelihood(x.sum(), n.sum()))
    if not allowed.any():
        return None
    best = int(np.argmax(ratio))
    before, after = float(x0[best] / n0[best]), float(x1[best] / n1[best])
    expected = np.where(np.arange(len(x)) < splits[best], before, after)
    freedom = len(x) - 2
    p = t_tail(float(np.sqrt(max(ratio[best], 0.0) / max(_dispersion(x, n, expected, freedom), 1.0))), freedom)
    # A change of the last two days alone is none yet: the split before them would be reported, which is a day early.
    return ChangePoint(at[int(splits[best])], before, after, min(1.0, p * int(allowed.sum())) if allowed[best] else 1.0)


def _log_likelihood(x: Float64, n: Float64) -> Float64:
    """Of x in n with the share x/n; 0·log 0 is 0."""
    x, n = np.asarray(x, float), np.asarray(n, float)
    share = x / n
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(x * np.log(share)) + np.nan_to_num((n - x) * np.log1p(-share))


def _dispersion(x: Float64, n: Float64, expected: Float64, freedom: int) -> float:
    """Pearson's χ² of the spans around their expected shares, by degree of freedom: 1 if only chance is at work."""
    variance = n * expected * (1 - expected)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(variance > 0, (x - n * expected) ** 2 / variance, 0.0)
    return float(parts.sum() / freedom)


def _median_change(series: Sequence[tuple[float, int] | None]) -> ChangePoint | None:
    """The change of a median by Pettitt's test; None if there is too little."""
    known = [(n, one[0]) for n, one in enumerate(series) if one is not None and one[1] >= FEW]
    if len(known) < LEAST_TIMES:
        return None
    values = np.array([value for _, value in known], float)
    count = len(values)
    signs = np.sign(values[:, None] - values[None, :])
    statistics = np.array([abs(signs[:k, k:].sum()) for k in range(LEAST_SPANS, count - LEAST_SPANS + 1)])
    best = int(np.argmax(statistics)) + LEAST_SPANS
    p = 2 * exp(-6 * float(statistics.max()) ** 2 / (count**3 + count**2))
    assert isfinite(p)
    before, after = float(np.median(values[:best])), float(np.median(values[best:]))
    return ChangePoint(known[best][0], before, after, min(1.0, p))
