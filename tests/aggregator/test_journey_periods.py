"""The shares of a journey beside those of the period before: differences, adjusted p-values and alarms by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.measures.journey_figures import JourneyFigures, WindowShare
from aggregator.measures.journey_periods import PeriodChanges, period_changes
from aggregator.measures.share_differences import share_difference
from aggregator.measures.shares import share_of
from tests.aggregator.test_may_win import measure

OLD = ((400, 800), (100, 400), (50, 60), (0, 15))
NEW = ((300, 800), (105, 400), (52, 60), (0, 15))


def figures(*shares: tuple[int, int]) -> JourneyFigures:
    """Also frustrated: the first touchpoint's visitors who went on, as a share that is bad if it rises."""
    found = measure(*shares).figures
    frustrated = {
        n: replace(one, frustration=replace(one.frustration, any=one.forward.share), exits=one.forward.share)
        for n, one in found.touchpoints.items()
    }
    return replace(found, touchpoints=frustrated)


def compared(old: JourneyFigures, new: JourneyFigures, *targets: tuple[int, str]) -> PeriodChanges:
    return period_changes(old, new, targets, "order")


def test_a_share_that_fell_beyond_chance_alarms_and_one_that_rose_does_not() -> None:
    found = compared(figures(*OLD), figures(*NEW))
    fell = found.touchpoints[1]
    assert fell["forward"].difference == share_difference(400, 800, 300, 800)
    assert fell["forward"].difference.diff == pytest.approx(-0.125)
    assert fell["forward"].worse
    assert not fell["frustrated"].worse  # fewer are frustrated
    rose = compared(figures(*NEW), figures(*OLD)).touchpoints[1]
    assert (rose["forward"].worse, rose["frustrated"].worse) == (False, True)
    assert (rose["exits"].worse, rose["exits"].adjusted) == (False, None)  # a share of visits is not tested
    assert not found.touchpoints[2]["forward"].worse
    assert found.stages[0]["forward"].worse


def test_p_values_are_adjusted_for_every_share_that_is_tested() -> None:
    """Benjamini and Hochberg in a plain loop: each p times m over its rank, never above a later one's."""
    found = compared(figures(*OLD), figures(*NEW))
    every = [one for shares in (*found.stages.values(), *found.touchpoints.values()) for one in shares.values()]
    tested = sorted((one for one in every if one.adjusted is not None), key=lambda one: one.difference.p or 0.0)
    assert len(tested) == 10  # two stages with two shares, two touchpoints with three; the others are too few
    least = 1.0
    for rank in range(len(tested), 0, -1):
        p = tested[rank - 1].difference.p
        assert p is not None
        least = min(least, p * len(tested) / rank)
        assert tested[rank - 1].adjusted == pytest.approx(least)


def test_a_target_decides_instead_of_the_period_before() -> None:
    found = compared(figures(*OLD), figures(*NEW), (1, "forward"))
    assert not found.touchpoints[1]["forward"].worse
    assert found.touchpoints[1]["goal"].worse


def test_few_visitors_are_not_compared() -> None:
    found = compared(figures(*OLD), figures(*NEW))
    assert 4 not in found.touchpoints
    assert found.visitors_of_touchpoint[4] is not None


def test_shares_so_far_are_compared_with_shares_so_far_only() -> None:
    def open_window(k: int, n: int) -> JourneyFigures:
        found = figures((k, n), *OLD[1:])
        touchpoint = replace(found.touchpoints[1], forward=WindowShare(None, n, share_of(k, n)))
        return replace(found, touchpoints={**found.touchpoints, 1: touchpoint})

    both = compared(open_window(400, 800), open_window(300, 800))
    assert both.touchpoints[1]["forward"].difference == share_difference(400, 800, 300, 800)
    assert "forward" not in compared(open_window(400, 800), figures(*NEW)).touchpoints[1]


def test_how_numbers_of_visitors_changed() -> None:
    change = compared(figures(*OLD), figures((300, 600), *NEW[1:])).visitors_of_touchpoint[1]
    assert change
    assert change.by == pytest.approx(-0.25)
    assert change.beyond_chance
