"""Whether a variant changes how many visitors reach a goal, and with what value. Method: docs/statistics.md.

The unit is the visitor. The planned size decides what may be said: until both variants have it, only a confidence
sequence at 1 % may call a difference; from then on, one z test at 4 % does. Together they err in at most 5 % of
experiments in which nothing differs, however often somebody looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Literal

from aggregator.measures.statistics import expected_floor, newcombe, two_proportion_z
from aggregator.shapes.goals import GoalTotals

EARLY, AT_END = 0.01, 0.04  # how often each of the two rules may err
LEVEL = 0.95  # of intervals
UNPLANNED = 5_000  # visitors of both variants for whom the sequence is tuned if no size was planned
POWER = 0.8

GoalVerdict = Literal["more", "less", "none", "few", "early"]


@dataclass(frozen=True)
class VariantDifference:
    """B minus A, with an interval of this level."""

    diff: float
    low: float
    high: float
    level: float = LEVEL


@dataclass(frozen=True)
class GoalTest:
    """Two variants and a goal.

    `share`: the difference of the shares of visitors who reached it; of a difference that was called `early`, with the
    interval of the confidence sequence. `p`: of the z test, None before the planned size. `detectable`: the difference
    that visitors as many as these would have shown in 4 of 5 experiments. The last three are descriptive, with 95 %
    intervals: `relative` change of the share (None below 10 visitors who reached it in either), `value` per visitor,
    and `value_each` time that it was reached (None if it was not).
    """

    verdict: GoalVerdict
    early: bool
    share: VariantDifference
    p: float | None
    detectable: float
    relative: VariantDifference | None
    value: VariantDifference
    value_each: VariantDifference | None


def compare_goal(a: GoalTotals, b: GoalTotals, planned: int, tests: int = 1) -> GoalTest:
    """B against A, each with at least one visitor. `planned`: visitors per variant, 0 if that was not said; `tests`:
    how many variants are compared with A, among which the errors are shared."""
    diff = b.visitors / b.of - a.visitors / a.of
    low, high = newcombe(a.visitors, a.of, b.visitors, b.of, LEVEL)
    share, p, early = VariantDifference(diff, float(low), float(high)), None, False
    verdict: GoalVerdict
    if planned and min(a.of, b.of) >= planned:
        p = float(two_proportion_z(a.visitors, a.of, b.visitors, b.of)[1])
        enough = bool(expected_floor(a.visitors, a.of, b.visitors, b.of))
        verdict = "few" if not enough else _direction(diff) if p < AT_END / tests else "none"
    else:
        half = sequence_half_width(a, b, EARLY / tests, 2 * planned or UNPLANNED)
        early = abs(diff) > half
        verdict = _direction(diff) if early else "early"
        if early:
            share = VariantDifference(diff, diff - half, diff + half, 1 - EARLY / tests)
    return GoalTest(
        verdict=verdict,
        early=early,
        share=share,
        p=p,
        detectable=detectable_difference(a, b, AT_END / tests),
        relative=_relative(a, b),
        value=_between(_mean_value(a), _mean_value(b)),
        value_each=_between(_value_each(a), _value_each(b)) if a.times and b.times else None,
    )


def sequence_half_width(a: GoalTotals, b: GoalTotals, alpha: float, tuned_for: int) -> float:
    """Half the width of the asymptotic confidence sequence of the difference of two shares: it holds at every look.

    Waudby-Smith et al., arXiv 2103.06476, eq. 9, as in GrowthBook's gbstats. `tuned_for`: visitors of both variants for
    whom it is narrowest.
    """
    n = a.of + b.of
    spread = sqrt(n * (_variance(a) / a.of + _variance(b) / b.of))
    rho2 = (-2 * log(alpha) + log(1 - 2 * log(alpha))) / tuned_for
    grown = n * rho2 + 1
    return spread * sqrt(2 * grown * log(sqrt(grown) / alpha) / (n * n * rho2))


def detectable_difference(a: GoalTotals, b: GoalTotals, alpha: float = AT_END) -> float:
    """The difference of shares that a test at `alpha` finds among these visitors with a power of 80 %."""
    p = (a.visitors + b.visitors) / (a.of + b.of)
    reach = NormalDist().inv_cdf(1 - alpha / 2) + NormalDist().inv_cdf(POWER)
    return reach * sqrt(p * (1 - p) * (1 / a.of + 1 / b.of))


def _direction(diff: float) -> GoalVerdict:
    return "more" if diff > 0 else "less"


def _variance(totals: GoalTotals) -> float:
    """Of the share: 1 for visitors who reached the goal, 0 for others."""
    share = totals.visitors / totals.of
    return share * (1 - share)


def _mean_value(totals: GoalTotals) -> tuple[float, float]:
    """(Mean value of a visitor, variance of the mean)."""
    n, mean = totals.of, totals.value / totals.of
    return mean, max(totals.value_squares / n - mean * mean, 0.0) / max(n - 1, 1)


def _value_each(totals: GoalTotals) -> tuple[float, float]:
    """(Value of each time, variance), by the delta method: visitors are independent, their times are not.

    var(Σy/Σx) = n/(Σx)² · Σ(y − r·x)²/(n − 1) (Deng, Knoblich & Lu 2018, arXiv 1803.06336).
    """
    n, r = totals.of, totals.value / totals.times
    squares = totals.value_squares - 2 * r * totals.products + r * r * totals.times_squares
    return r, n / totals.times**2 * max(squares, 0.0) / max(n - 1, 1)


def _between(a: tuple[float, float], b: tuple[float, float]) -> VariantDifference:
    """The difference of two estimates (value, variance)."""
    half = NormalDist().inv_cdf((1 + LEVEL) / 2) * sqrt(a[1] + b[1])
    diff = b[0] - a[0]
    return VariantDifference(diff, diff - half, diff + half)


def _relative(a: GoalTotals, b: GoalTotals) -> VariantDifference | None:
    """The relative change of the share, with the interval of its logarithm."""
    if min(a.visitors, b.visitors) < 10:
        return None
    pa, pb = a.visitors / a.of, b.visitors / b.of
    half = NormalDist().inv_cdf((1 + LEVEL) / 2) * sqrt((1 - pb) / b.visitors + (1 - pa) / a.visitors)
    ratio = pb / pa
    return VariantDifference(ratio - 1, ratio * exp(-half) - 1, ratio * exp(half) - 1)
