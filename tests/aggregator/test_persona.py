"""A persona beside the others, on the real engine against a plain loop over the others' rows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from aggregator.answers.journey import measure_journey
from aggregator.answers.persona import measure_others, persona_differences
from aggregator.measures.statistics import newcombe
from store.client import Store
from store.segments import Group, Rule
from tests.aggregator.test_journey_figures import (
    BEGIN,
    END,
    GOALS,
    JOURNEY,
    NOW,
    SCOPE,
    assert_equal,
    made_rows,
    pair,
    put,
    truth_of,
    with_goals,
)

PAID = Group(rules=(Rule(what="saw", scope="visitor", page="/paid"),))
MAIL = Group(rules=(Rule(what="channel", values=("mail",), scope="visit"),))
BUYING = structs.replace(JOURNEY, goals=("order",))


def test_the_others_are_the_visitors_of_the_map_who_are_not_the_persona(store: Store) -> None:
    rows = [replace(row, selected=True) for row in made_rows(200, 31)]
    truth, orders = with_goals(rows, 32)
    put(store, truth, orders)
    bought = {row.visitor for row in rows if row.page == "/paid" and BEGIN <= row.ms < END}
    left = [row for row in rows if row.visitor not in bought]
    others = measure_others(store, JOURNEY, SCOPE, replace(SCOPE, segment=PAID), GOALS, NOW)
    assert_equal(others, replace(truth_of(left), goals=truth.goals))


def test_the_others_are_the_same_on_a_cluster_which_has_no_table_of_them(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [replace(row, selected=True) for row in made_rows(200, 36)]
    truth, orders = with_goals(rows, 37)
    put(store, truth, orders)
    bought = {row.visitor for row in rows if row.page == "/paid" and BEGIN <= row.ms < END}
    persona = replace(SCOPE, segment=PAID)
    every = Group(rules=(Rule(what="saw", scope="visitor", page="/**"),))
    monkeypatch.setattr(store, "cluster", "one")
    with monkeypatch.context() as no_table:
        no_table.setattr(store, "fill", None)
        others = measure_others(store, JOURNEY, SCOPE, persona, GOALS, NOW)
        of_filtered = measure_others(store, JOURNEY, replace(SCOPE, segment=every), persona, GOALS, NOW)
    assert_equal(others, replace(truth_of([row for row in rows if row.visitor not in bought]), goals=truth.goals))
    assert of_filtered == others


def test_a_visitor_with_one_visit_of_the_persona_is_not_among_the_others(store: Store) -> None:
    rows = made_rows(150, 33)
    put(store, truth_of(rows))
    persona = measure_journey(store, JOURNEY, replace(SCOPE, segment=MAIL), (), NOW).figures
    others = measure_others(store, JOURNEY, SCOPE, replace(SCOPE, segment=MAIL), (), NOW)
    everyone = measure_journey(store, JOURNEY, SCOPE, (), NOW).figures
    assert 0 < others.figures.visitors < everyone.visitors
    assert persona.visitors + others.figures.visitors == everyone.visitors


def test_the_shares_compared_are_those_of_the_two_sets_with_newcombes_interval(store: Store) -> None:
    truth, orders = with_goals([replace(row, selected=True) for row in made_rows(300, 34)], 35)
    put(store, truth, orders)
    scope = replace(SCOPE, segment=PAID)
    everyone, persona = (measure_journey(store, BUYING, one, GOALS, NOW).figures for one in (SCOPE, scope))
    others = measure_others(store, BUYING, SCOPE, scope, GOALS, NOW)
    found = persona_differences(BUYING, everyone, persona, others.figures)
    compared = [(one.what, one.key) for one in found]
    assert compared == [("goal", "order"), ("forward", "awareness"), ("forward", "interest")]
    goal = found[0].shares
    assert (goal.b, goal.nb) == pair(persona.goals["order"].visitors)
    assert (goal.a, goal.na) == pair(others.figures.goals["order"].visitors)
    assert goal.diff == pytest.approx(goal.b / goal.nb - goal.a / goal.na)
    low, high = newcombe([goal.a], goal.na, [goal.b], goal.nb, 0.95)
    assert (goal.low, goal.high) == pytest.approx((float(low[0]), float(high[0])))
