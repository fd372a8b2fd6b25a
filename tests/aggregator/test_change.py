"""Changes of figures between two periods, against the formulas and against simulated visitors."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest

from aggregator.measures.change import (
    Ratio,
    SummedFigure,
    change_of_ratio,
    change_of_total,
    of_visitors,
    total_interval,
)
from aggregator.measures.statistics import newcombe, wilson


def test_a_count_of_visitors_changes_as_a_poisson_count() -> None:
    change = change_of_total(SummedFigure(45_604, 45_604), SummedFigure(44_180, 44_180))
    assert change is not None
    half = 1.959964 * sqrt(1 / 45_604 + 1 / 44_180)
    assert change.by == pytest.approx(45_604 / 44_180 - 1)
    assert change.low == pytest.approx(exp(log(45_604 / 44_180) - half) - 1)
    assert change.high == pytest.approx(exp(log(45_604 / 44_180) + half) - 1)
    assert change.beyond_chance


def test_a_share_of_visitors_has_the_usual_intervals() -> None:
    now, then = of_visitors(76, 1000), of_visitors(95, 1100)
    assert now.interval == pytest.approx(tuple(map(float, wilson(76, 1000))), rel=2e-3)
    change = change_of_ratio(now, then)
    assert change is not None
    low, high = newcombe(95, 1100, 76, 1000)
    assert (change.low, change.high) == pytest.approx((float(low), float(high)), rel=2e-2)


def test_there_is_no_change_from_nothing_and_none_beyond_chance_with_few() -> None:
    assert change_of_total(SummedFigure(3, 3), SummedFigure(0, 0)) is None
    assert change_of_ratio(of_visitors(1, 3), of_visitors(0, 0)) is None
    few = change_of_ratio(of_visitors(0, 19), of_visitors(400, 400))
    gone = change_of_total(SummedFigure(0, 0), SummedFigure(500, 500))
    assert few is not None
    assert gone is not None
    assert not few.beyond_chance
    assert not gone.beyond_chance


def ratio(rng: np.random.Generator, people: int) -> tuple[Ratio, SummedFigure]:
    """Visitors with several visits each, and a tendency of their own to leave at once."""
    visits = 1 + rng.geometric(0.5, people)
    bounces = rng.binomial(visits, rng.beta(0.5, 0.8, people))
    made = Ratio(
        hits=int(bounces.sum()),
        of=int(visits.sum()),
        visitors=people,
        hits_squared=int((bounces**2).sum()),
        hits_by_of=int((bounces * visits).sum()),
        of_squared=int((visits**2).sum()),
    )
    return made, SummedFigure(int(visits.sum()), int((visits**2).sum()))


def test_two_periods_that_do_not_differ_are_seldom_told_apart() -> None:
    """Clustered visits: a test that took them for independent would say so in one of five pairs."""
    rng = np.random.default_rng(17)
    differ = [0, 0]
    runs = 600
    for _ in range(runs):
        (now, total), (then, total_before) = (ratio(rng, rng.poisson(300)) for _ in range(2))
        share, count = change_of_ratio(now, then), change_of_total(total, total_before)
        assert share is not None
        assert count is not None
        differ[0] += share.beyond_chance
        differ[1] += count.beyond_chance
    assert max(differ) / runs <= 0.08
    assert min(differ) / runs >= 0.02


def test_a_total_estimated_from_one_visitor_in_ten_is_within_its_interval_95_times_of_100() -> None:
    """Also of visits and views, of which some visitors have many."""
    rng = np.random.default_rng(17)
    visits = rng.geometric(0.4, 20_000)
    within = 0
    for _ in range(1_000):
        found = visits[rng.random(len(visits)) < 0.1]
        low, high = total_interval(SummedFigure(int(found.sum()), int((found**2).sum())), 10)
        within += low <= visits.sum() <= high
    assert 930 <= within <= 970
    assert total_interval(SummedFigure(0, 0), 10) == (0.0, 0.0)
