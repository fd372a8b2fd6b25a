"""How long a whole journey takes, on the real engine against a plain loop."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from aggregator.answers.journey import measure_journey
from store.client import Store
from tests.aggregator import journey_loop as loop
from tests.aggregator.journey_loop import DAY
from tests.aggregator.test_journey_figures import (
    GOALS,
    JOURNEY,
    NOW,
    SCOPE,
    made_rows,
    put,
    spread,
    with_goals,
)

BUYING = structs.replace(JOURNEY, goals=("paid", "order"))


@pytest.mark.parametrize("days", [0, 5])
def test_the_time_from_the_first_touch_to_the_goal_is_that_of_the_loop(store: Store, days: int) -> None:
    rows = [replace(row, selected=True) for row in made_rows(300, 21)]
    consented = {row.visitor for row in rows if row.visitor % 3}
    truth, orders = with_goals(rows, 22)
    put(store, truth, orders, consented=consented)
    paid = structs.replace(GOALS[0], within_days=days)
    whole = measure_journey(store, BUYING, SCOPE, (paid, GOALS[1]), NOW).figures.whole
    assert whole
    visitors, left_out, closed, so_far = loop.whole(truth, truth.goals[0], days * DAY, consented)
    assert (whole.goal, whole.visitors, whole.left_out) == ("paid", visitors, left_out)
    assert spread(whole.closed) == pytest.approx(closed)
    assert spread(whole.so_far) == pytest.approx(so_far)
    assert so_far[0] > 20
    assert bool(closed[0]) == bool(days)


def test_without_consent_or_without_a_goal_nothing_is_known(store: Store) -> None:
    truth, orders = with_goals(made_rows(40, 23), 24)
    put(store, truth, orders)
    whole = measure_journey(store, BUYING, SCOPE, GOALS, NOW).figures.whole
    assert whole
    assert (whole.visitors, whole.left_out, whole.shown.n, whole.shown.median) == (0, 0, 0, None)
    assert measure_journey(store, JOURNEY, SCOPE, GOALS, NOW).figures.whole is None
