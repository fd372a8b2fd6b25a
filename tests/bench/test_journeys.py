"""The visits of `bench journeys`: touches and views agree, and a journey can be measured."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from aggregator.answers.journey import measure_journey
from aggregator.shapes.scope import SiteScope
from bench.journeys import NOW
from bench.journeys_visits import SINCE, SITE, UNTIL, VIEWS, fill, shop_journey
from store.client import Store
from store.migrations import migrate

VISITS = 1_200


@pytest.fixture
def store(fresh_store: Callable[[], Store]) -> Store:
    store = fresh_store()
    migrate(store)
    fill(store, VISITS)
    return store


def test_touches_and_views_agree_and_are_measured(store: Store) -> None:
    same = "SELECT view, visitor, time, page, device, channel FROM {table} ORDER BY view"
    touches, views = (store.rows(same.format(table=table)) for table in ("touches", "views"))
    assert touches == views
    assert len(touches) == pytest.approx(VISITS * sum(VIEWS) / len(VIEWS), rel=0.1)
    figures = measure_journey(store, shop_journey(), SiteScope(SITE, SINCE, UNTIL), now=NOW).figures
    assert figures.visitors == len({row["visitor"] for row in touches})
    assert all(one.visitors for one in figures.touchpoints.values())
