"""Intervals and tests of shares of visitors. Method, figures and sources: docs/statistics.md.

The unit of every test is the visitor, never the click: clicks of one visitor are not independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, cos, erfc, exp, gamma, lgamma, log, log1p, pi, sin, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from aggregator.shapes.columns import Float64, Mask

FEW = 20  # visitors: a share of fewer is noise, and is shown as "few"

Counts = npt.ArrayLike


def _z(level: npt.ArrayLike) -> Float64:
    """Normal quantile of a two-sided interval."""
    return _normal_quantile(1 - (1 - np.asarray(level, float)) / 2)


def _erfc(x: Float64) -> Float64:
    return np.asarray(np.frompyfunc(erfc, 1, 1)(x), float)


def _normal_quantile(p: Float64) -> Float64:
    return np.asarray(np.frompyfunc(NormalDist().inv_cdf, 1, 1)(p), float)


def chi2_tail(x: float, freedom: int) -> float:
    """P(χ² > x) for an integer number of degrees of freedom (Abramowitz & Stegun 26.4.4 and 26.4.5)."""
    half, odd = x / 2, freedom % 2 / 2
    term, tail = exp(-half), 0.0
    if odd:
        term, tail = term * sqrt(half) / gamma(1.5), erfc(sqrt(half))
    for i in range(freedom // 2):
        tail += term
        term *= half / (i + 1 + odd)
    return min(1.0, tail)


def t_tail(t: float, freedom: int) -> float:
    """P(|T| > t) of Student's T for an integer number of degrees of freedom (Abramowitz & Stegun 26.7.3 and 26.7.4)."""
    angle = atan2(t, sqrt(freedom))
    sine, square = sin(angle), cos(angle) ** 2
    odd = freedom % 2
    term = cos(angle) if odd else 1.0
    total = term if freedom > 1 else 0.0
    for i in range(1, (freedom - odd) // 2):
        term *= square * (2 * i - (1 - odd)) / (2 * i + odd)
        total += term
    inside = 2 / pi * (angle + sine * total) if odd else sine * total
    return min(1.0, max(0.0, 1.0 - inside))


def _beta_share(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function I_x(a, b), by its continued fraction (Abramowitz & Stegun 26.5.8)."""
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly
        return 1 - _beta_share(1 - x, b, a)
    if x <= 0:
        return 0.0
    factor = exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)) / a
    fraction, c, d = 1.0, 1.0, 0.0
    for step in range(400):  # Lentz's method
        half = step // 2
        if step == 0:
            part = 1.0
        elif step % 2 == 0:
            part = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        else:
            part = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        d = 1 / (1 + part * d)
        c = 1 + part / c
        fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return factor * (fraction - 1)


def t_quantile(p: float, freedom: float) -> float:
    """The `p` quantile (above a half) of Student's T, for any number of degrees of freedom."""
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        above = _beta_share(freedom / (freedom + middle * middle), freedom / 2, 0.5) / 2
        low, high = (middle, high) if 1 - above < p else (low, middle)
    return (low + high) / 2


def welch(a: Float64, b: Float64, level: float = 0.95) -> tuple[float, float, float] | None:
    """The difference of two means, b − a, with its interval (Welch 1947): the groups may vary differently.

    None where a group has fewer than two values, or nothing varies.
    """
    if len(a) < 2 or len(b) < 2:
        return None
    of_a, of_b = float(np.var(a, ddof=1)) / len(a), float(np.var(b, ddof=1)) / len(b)
    if of_a + of_b == 0:
        return None
    freedom = (of_a + of_b) ** 2 / (of_a**2 / (len(a) - 1) + of_b**2 / (len(b) - 1))
    difference = float(np.mean(b) - np.mean(a))
    half = t_quantile(1 - (1 - level) / 2, freedom) * sqrt(of_a + of_b)
    return difference, difference - half, difference + half


def wilson(x: Counts, n: Counts, level: npt.ArrayLike = 0.95) -> tuple[Float64, Float64]:
    """Score interval of a share x/n (Wilson 1927); 0 and 1 for n = 0, where nothing is known."""
    x, n = np.asarray(x, float), np.asarray(n, float)
    z2 = _z(level) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (x + z2 / 2) / (n + z2)
        half = np.sqrt(z2 * (x * (n - x) / n + z2 / 4)) / (n + z2)
    low = np.where(n > 0, np.where(x <= 0, 0.0, middle - half), 0.0)
    high = np.where(n > 0, np.where(x >= n, 1.0, middle + half), 1.0)
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def newcombe(x0: Counts, n0: Counts, x1: Counts, n1: Counts, level: npt.ArrayLike = 0.95) -> tuple[Float64, Float64]:
    """Interval of x1/n1 − x0/n0 (Newcombe 1998, method 10: from the two Wilson intervals)."""
    l0, u0 = wilson(x0, n0, level)
    l1, u1 = wilson(x1, n1, level)
    p0 = np.asarray(x0, float) / np.maximum(np.asarray(n0, float), 1)
    p1 = np.asarray(x1, float) / np.maximum(np.asarray(n1, float), 1)
    d = p1 - p0
    low = d - np.sqrt((p1 - l1) ** 2 + (u0 - p0) ** 2)
    high = d + np.sqrt((u1 - p1) ** 2 + (p0 - l0) ** 2)
    return low, high


def two_proportion_z(x0: Counts, n0: Counts, x1: Counts, n1: Counts) -> tuple[Float64, Float64]:
    """z of x1/n1 against x0/n0 with the pooled variance, and its two-sided p. (0, 1) where nothing varies.

    Valid only above a floor of expected counts (`expected_floor`).
    """
    x0, n0 = np.asarray(x0, float), np.asarray(n0, float)
    x1, n1 = np.asarray(x1, float), np.asarray(n1, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        pooled = (x0 + x1) / (n0 + n1)
        spread = np.sqrt(pooled * (1 - pooled) * (1 / n0 + 1 / n1))
        z = np.where(spread > 0, (x1 / n1 - x0 / n0) / spread, 0.0)
    z = np.nan_to_num(z)
    return z, _erfc(np.abs(z) / sqrt(2))


def expected_floor(x0: Counts, n0: Counts, x1: Counts, n1: Counts, floor: float = 10) -> Mask:
    """Where the smaller variant is expected to have ≥ `floor` of both outcomes, by the share in both together.

    By both together, because a floor on each alone would select rows by the difference that is tested.
    """
    x0, n0 = np.asarray(x0, float), np.asarray(n0, float)
    x1, n1 = np.asarray(x1, float), np.asarray(n1, float)
    pooled = (x0 + x1) / np.maximum(n0 + n1, 1)
    expected = np.minimum(pooled, 1 - pooled) * np.minimum(n0, n1)
    return np.asarray(expected >= floor, bool)


def benjamini_hochberg(p: npt.ArrayLike) -> Float64:
    """Adjusted p-values (Benjamini & Hochberg 1995): flag those ≤ the desired false-discovery rate."""
    p = np.asarray(p, float)
    m = len(p)
    if m == 0:
        return np.empty(0)
    order = np.argsort(p)
    scaled = p[order] * m / np.arange(1, m + 1)
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted


def false_coverage_level(flagged: int, tested: int, rate: float = 0.05) -> float:
    """Level of the intervals of flagged rows (Benjamini & Yekutieli 2005): 1 − R·q/m."""
    return 1 - flagged * rate / tested if flagged and tested else 1 - rate


def srm(counts: Sequence[int], shares: Sequence[float]) -> float:
    """p of the sample-ratio check: χ² of exposed visitors against the planned shares; below 0.001 is an alarm."""
    n = np.asarray(counts, float)
    wanted = np.asarray(shares, float)
    if len(n) != len(wanted) or len(n) < 2 or wanted.min(initial=1.0) <= 0:
        raise ValueError("The ratio check needs two or more variants, each with a planned share above 0.")
    expected = n.sum() * wanted / wanted.sum()
    if n.sum() == 0:
        return 1.0
    chi2 = float(((n - expected) ** 2 / expected).sum())
    return chi2_tail(chi2, len(n) - 1)


def needed_per_variant(share: float, relative: float, tested: int = 1) -> int:
    """Exposed visitors per variant that detect a relative change r of a share p with 80 % power: k·(1 − p)/(p·r²).

    k grows with the logarithm of the number of elements tested, from 16 for one to 33 for forty.
    """
    if not 0 < share < 1 or relative == 0:
        raise ValueError("A share lies between 0 and 1, and the change to detect is not 0.")
    factor = 16 + 17 * min(np.log(max(tested, 1)) / np.log(40), 2.0)
    return int(np.ceil(factor * (1 - share) / (share * relative**2)))
