"""The rules of experiments with a goal, in simulations with fixed seeds. Their figures are in docs/statistics.md."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from scipy.stats import norm

from aggregator.measures.goal_tests import EARLY, compare_goal, detectable_difference, sequence_half_width
from aggregator.measures.split import split_p, split_parts
from aggregator.measures.statistics import needed_per_variant, newcombe, two_proportion_z
from aggregator.shapes.goals import NOBODY, GoalTotals

DAYS = 28


def totals(visitors: int, of: int, values: np.ndarray | None = None) -> GoalTotals:
    """A goal counted once; `values` of those who reached it."""
    value = np.zeros(visitors) if values is None else values
    return GoalTotals(
        of, visitors, visitors, float(value.sum()), float((value**2).sum()), float(visitors), float(value.sum())
    )


def called(runs: int, per_day: int, rate: float, lift: float, seed: int) -> tuple[float, float]:
    """Shares of experiments in which the rule calls a difference, looked at every day: before the planned size, and
    at all. Each variant gets `per_day` visitors a day, and its planned size on the last day."""
    rng = np.random.default_rng(seed)
    a = rng.binomial(per_day, rate, (runs, DAYS)).cumsum(axis=1).tolist()
    b = rng.binomial(per_day, rate * (1 + lift), (runs, DAYS)).cumsum(axis=1).tolist()
    planned, early, at_end = per_day * DAYS, 0, 0
    for run in range(runs):
        if any(_sequence_calls(a[run][d], b[run][d], per_day * (d + 1), 2 * planned) for d in range(DAYS - 1)):
            early += 1
        else:
            at_end += compare_goal(totals(a[run][-1], planned), totals(b[run][-1], planned), planned).verdict != "none"
    return early / runs, (early + at_end) / runs


def _sequence_calls(a: int, b: int, n: int, tuned_for: int) -> bool:
    one, other = replace(NOBODY, of=n, visitors=a), replace(NOBODY, of=n, visitors=b)
    return abs(b - a) / n > sequence_half_width(one, other, EARLY, tuned_for)


def test_identical_variants_are_called_different_in_at_most_5_of_100_experiments_however_often_one_looks() -> None:
    early, at_all = called(2000, 1000, 0.05, 0.0, seed=1)
    error = 2 * sqrt(0.05 * 0.95 / 2000)
    assert early <= 0.01 + error
    assert 0.02 <= at_all <= 0.05 + error


def test_the_rule_finds_a_change_of_a_tenth_about_as_often_as_one_look_does() -> None:
    early, at_all = called(1000, 1000, 0.05, 0.1, seed=2)
    assert at_all == pytest.approx(0.73, abs=0.03)  # a single z test at 5 %: 0.765 (STATISTICS)
    assert early == pytest.approx(0.23, abs=0.03)


def test_the_planned_size_finds_the_planned_change_in_about_3_of_4_experiments() -> None:
    n, runs = needed_per_variant(0.1, 0.2), 600
    rng = np.random.default_rng(3)
    found = sum(
        compare_goal(totals(int(x), n), totals(int(y), n), n).verdict == "more"
        for x, y in zip(rng.binomial(n, 0.1, runs), rng.binomial(n, 0.12, runs), strict=True)
    )
    assert found / runs == pytest.approx(0.75, abs=0.04)  # 80 % with one look at 5 %


def test_the_interval_of_values_holds_as_often_as_it_says() -> None:
    rng, runs, n = np.random.default_rng(4), 500, 600
    per_visitor = per_order = 0
    for _ in range(runs):
        a, b = (_buyers(rng, n) for _ in range(2))
        test = compare_goal(a, b, n)
        assert test.value_each is not None
        per_visitor += test.value.low <= 0 <= test.value.high
        per_order += test.value_each.low <= 0 <= test.value_each.high
    assert per_visitor / runs == pytest.approx(0.95, abs=0.025)
    assert per_order / runs == pytest.approx(0.95, abs=0.025)


def _buyers(rng: np.random.Generator, n: int) -> GoalTotals:
    """Visitors who buy several times, each at prices of their own: their orders are not independent."""
    times = rng.geometric(0.4, n) * (rng.random(n) < 0.3)
    value = times * rng.gamma(2.0, 20.0, n)
    return GoalTotals(
        n, int((times > 0).sum()), int(times.sum()), float(value.sum()), float((value**2).sum()),
        float((times**2).sum()), float((times * value).sum()),
    )  # fmt: skip


def test_at_the_planned_size_the_verdict_is_that_of_one_z_test_at_4_percent() -> None:
    a, b = totals(100, 1000), totals(128, 1000)
    test = compare_goal(a, b, 1000)
    assert test.p == pytest.approx(float(two_proportion_z(100, 1000, 128, 1000)[1]))
    assert test.p is not None
    assert 0.04 < test.p < 0.05
    assert (test.verdict, test.early) == ("none", False)
    assert (test.share.low, test.share.high) == pytest.approx(tuple(map(float, newcombe(100, 1000, 128, 1000))))
    assert compare_goal(a, totals(130, 1000), 1000).verdict == "more"
    assert compare_goal(a, totals(130, 1000), 1000, tests=2).verdict == "none"
    assert compare_goal(a, totals(130, 1000), 1001).verdict == "early"
    assert compare_goal(totals(3, 1000), totals(9, 1000), 1000).verdict == "few"


def test_before_the_planned_size_only_the_sequence_calls_a_difference() -> None:
    test = compare_goal(totals(100, 1000), totals(250, 1000), 2000)
    assert (test.verdict, test.early, test.p) == ("more", True, None)
    half = sequence_half_width(totals(100, 1000), totals(250, 1000), 0.01, 4000)
    assert (test.share.low, test.share.high, test.share.level) == pytest.approx((0.15 - half, 0.15 + half, 0.99))
    unplanned = compare_goal(totals(100, 1000), totals(250, 1000), 0)
    assert (unplanned.verdict, unplanned.early) == ("more", True)
    assert compare_goal(totals(100, 1000), totals(130, 1000), 0).verdict == "early"


def test_the_detectable_difference_is_found_with_a_power_of_80_percent() -> None:
    a = totals(800, 10_000)
    d = detectable_difference(a, a)
    spread = sqrt(0.08 * 0.92 * 2 / 10_000)
    assert norm.sf(norm.ppf(0.98) - d / spread) == pytest.approx(0.8)


def test_nobody_reached_the_goal() -> None:
    test = compare_goal(replace(NOBODY, of=50), replace(NOBODY, of=50), 50)
    assert (test.verdict, test.relative, test.value_each) == ("few", None, None)
    assert (test.value.diff, test.value.low, test.value.high) == (0, 0, 0)


def test_the_gap_of_a_broken_split_sits_where_the_others_are_split_as_planned() -> None:
    shares = {"a": 0.5, "b": 0.5}
    parts = [
        ("browser", "Firefox", {"a": 2000, "b": 2010}),
        ("browser", "Safari", {"a": 900, "b": 400}),
        ("device", "desktop", {"a": 2900, "b": 2410}),
        ("day", "2026-03-02", {"a": 40, "b": 2}),
    ]
    exposed = {"a": 2900, "b": 2410}
    p = split_p(exposed, shares)
    assert p is not None
    assert p < 0.001
    found = split_parts(parts, exposed, shares)
    assert [(one.value, one.sits_here) for one in found] == [("Safari", True), ("desktop", False)]
    assert split_p({"a": 60, "b": 30}, shares) is None
