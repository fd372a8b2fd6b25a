"""The views of a segment are selected once for a map, and leave nothing behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.queries.chosen_views import PREFIX, chosen_views
from aggregator.queries.exposure import read_exposed
from store.client import Store
from store.errors import StoreError
from store.runs import BoundedRun, QueryLimits
from store.segments import Group, Rule
from tests.aggregator.build import PAGE, insert
from tests.aggregator.test_heatmap import SCOPE

PHONES = replace(SCOPE, segment=Group(rules=(Rule(what="device", values=("phone",)),)))


def left(store: Store) -> int:
    sql = "SELECT count() AS n FROM system.tables WHERE startsWith(name, {prefix:String})"
    return int(store.rows(sql, prefix=PREFIX)[0]["n"])


def test_the_queries_of_a_map_select_what_the_segment_selects(store: Store) -> None:
    insert(store, "views", [{"visitor": v, "view": v, "device": ("phone", "desktop")[v % 2]} for v in range(1, 8)])
    with chosen_views(store, PHONES, (PAGE,)) as scope:
        assert scope.chosen.startswith(PREFIX)
        assert left(store) == 1
        chosen = read_exposed(store, scope, (PAGE,), 1000)
    assert chosen == read_exposed(store, PHONES, (PAGE,), 1000)
    assert chosen.visitors == 3
    assert left(store) == 0


def test_a_question_without_a_segment_needs_no_table(store: Store) -> None:
    with chosen_views(store, SCOPE, (PAGE,)) as scope:
        assert scope == SCOPE


def test_the_table_is_dropped_when_a_query_fails_or_takes_too_long(store: Store) -> None:
    with pytest.raises(StoreError), chosen_views(store, PHONES, (PAGE,)):
        store.rows("SELECT nothing")
    assert left(store) == 0

    def select() -> None:
        with chosen_views(store, PHONES, (PAGE,)):
            pytest.fail("the limit is below any time")

    with pytest.raises(StoreError):
        BoundedRun(QueryLimits(seconds=0.0)).call(select)
    assert left(store) == 0
