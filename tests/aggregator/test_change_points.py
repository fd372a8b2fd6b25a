"""Since when a figure is different: found where it is, seldom where nothing changed, never from little."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from aggregator.measures.change_points import ChangePoint, changes_of

Pairs = list[tuple[int, int] | None]


def drawn(rng: np.random.Generator, shares: Sequence[float], of: int, spread: float = 0.0) -> Pairs:
    """Counts of spans with these shares; `spread`: the standard deviation of the share of a span on its own."""
    noisy = np.clip(np.asarray(shares) + spread * rng.standard_normal(len(shares)), 0, 1)
    return [(int(x), of) for x in rng.binomial(of, noisy)]


def share_change(series: Pairs) -> ChangePoint | None:
    return changes_of({"exits": series}, {}).get("exits")


def test_a_change_of_a_share_is_found_on_its_day() -> None:
    series: Pairs = [(20, 200)] * 12 + [(60, 200)] * 8
    found = share_change(series)
    assert found is not None
    assert (found.at, found.before, found.after) == (12, 0.1, 0.3)
    assert found.p < 1e-6


def test_days_without_visitors_are_passed_over() -> None:
    gaps: Pairs = [None, (0, 0)]
    found = share_change([*gaps, *[(20, 200)] * 5, *gaps, *[(80, 200)] * 5])
    assert found is not None
    assert found.at == 9


@pytest.mark.parametrize(
    "series",
    [
        [(20, 200)] * 20,
        [(1, 5)] * 6 + [(4, 5)] * 6,  # a few visitors
        [(20, 200)] * 10 + [(23, 200)] * 10,  # less than two points
        [(20, 200)] * 18 + [(100, 200)] * 2,  # two days
        [(0, 400)] * 10,
        [],
        [None] * 10,
    ],
)
def test_nothing_is_said_of_small_numbers_or_small_changes(series: Pairs) -> None:
    assert share_change(series) is None


def test_p_is_corrected_for_the_figures_that_were_searched() -> None:
    series: Pairs = [(20, 200)] * 10 + [(34, 200)] * 10
    alone = changes_of({"exits": series}, {})["exits"]
    steady: Pairs = [(20, 200)] * 20
    both = changes_of({"exits": series, "back": steady}, {})["exits"]
    assert both.p == pytest.approx(2 * alone.p)
    assert changes_of({"exits": series, "bounce": [(1, 2)] * 20}, {})["exits"].p == alone.p  # too few to be searched


def test_days_that_differ_by_more_than_chance_are_no_change() -> None:
    """Every other day is different: by chance alone, such a series would be called changed."""
    weekdays: Pairs = [(60 if n % 7 in (5, 6) else 20, 200) for n in range(28)]
    assert share_change(weekdays) is None


@pytest.mark.parametrize("spread", [0.0, 0.05])
def test_without_a_change_few_series_are_called_changed(spread: float) -> None:
    """At most 5 % by the correction; 8 % leaves four standard errors of 400 runs."""
    rng = np.random.default_rng(3)
    called = sum(share_change(drawn(rng, [0.3] * 28, 150, spread)) is not None for _ in range(400))
    assert called <= 0.08 * 400


def test_most_changes_of_ten_points_are_found_within_two_days() -> None:
    rng = np.random.default_rng(4)
    found = [share_change(drawn(rng, [0.3] * 14 + [0.4] * 14, 150)) for _ in range(200)]
    near = [one for one in found if one is not None and abs(one.at - 14) <= 2]
    assert len(near) >= 0.7 * 200


def test_a_change_of_a_median_is_found_by_its_ranks() -> None:
    rng = np.random.default_rng(5)
    times = [(float(60_000 + rng.integers(0, 9_000)), 40) for _ in range(10)]
    later = [(float(90_000 + rng.integers(0, 9_000)), 40) for _ in range(10)]
    found = changes_of({}, {"engaged": [*times, None, *later]})["engaged"]
    assert found.at == 11
    assert found.after > 1.3 * found.before
    assert not changes_of({}, {"engaged": times})
    assert not changes_of({}, {"engaged": [(value, 3) for value, _ in (*times, *later)]})
