"""Funnels on the real engine against a plain loop over the ways of visitors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.answers.funnel import Funnel, FunnelAsked, measure_funnel
from store.client import Store
from tests.aggregator.journey_loop import DAY, Row
from tests.aggregator.test_journey_figures import BEGIN, JOURNEY, NOW, NUMBER, PAGES, SCOPE, put, truth_of

KEYS = {number: touchpoint.key for number, (_, touchpoint) in enumerate(JOURNEY.touchpoints, 1)}
WINDOW = 7
MINUTE = 60_000
Step = tuple[int, int, dict[str, int]]


def rows_of(*ways: Sequence[tuple[str, int]]) -> list[Row]:
    """The views of visitors 1, 2, …: (page, minute)."""
    return [
        Row(visitor, BEGIN + minute * MINUTE, 1000 * visitor + n, page, NUMBER.get(page, 0))
        for visitor, way in enumerate(ways, 1)
        for n, (page, minute) in enumerate(way)
    ]


def loop(rows: Sequence[Row], steps: Sequence[str], *, in_any_order: bool = False) -> list[Step]:
    """(came, hit, instead) of each step."""
    came: Counter[int] = Counter()
    hit: Counter[int] = Counter()
    instead: list[Counter[str]] = [Counter() for _ in steps]
    truth = truth_of(rows)
    for way in truth.ways().values():
        touched = [(row.ms, KEYS.get(row.touchpoint, ""), truth.counts(row)) for row in way if row.touchpoint]
        for i, step in enumerate(steps):
            hit[i] += any(key == step and counts for _, key, counts in touched)
        if in_any_order:
            start = next((ms for ms, key, counts in touched if key in steps and counts), None)
            for i in range(len(steps)):
                inside = range(start or 0, (start or 0) + WINDOW * DAY + 1)
                done = Counter(key for ms, key, _ in touched if ms in inside)
                came[i] += start is not None and not Counter(steps[: i + 1]) - done
            continue
        at = next((ms for ms, key, counts in touched if key == steps[0] and counts), None)
        last = (at or 0) + WINDOW * DAY
        for i, step in enumerate(steps):
            if at is None:
                break
            came[i] += 1
            after = [(ms, key) for ms, key, _ in touched if at < ms <= last]
            reached = next((ms for ms, key in after if key == steps[i + 1]), None) if i + 1 < len(steps) else None
            if reached is None and i + 1 < len(steps):
                instead[i][next((key for _, key in after if key != step), "")] += 1
            at = reached
    return [(came[i], hit[i], dict(instead[i])) for i in range(len(steps))]


def found(funnel: Funnel) -> list[Step]:
    return [
        (step.visitors, step.visitors + step.joined, {one.touchpoint: one.visitors for one in step.instead})
        for step in funnel.steps
    ]


def test_steps_in_order_who_joined_later_and_where_the_others_went(store: Store) -> None:
    rows = rows_of(
        [("/", 0), ("/lamps", 2), ("/basket", 5), ("/paid", 9)],
        [("/", 0), ("/lamps", 4), ("/blog/a", 6)],
        [("/", 0), ("/legal", 1)],
        [("/lamps", 0), ("/basket", 1)],
        [("/basket", 0), ("/lamps", 1), ("/", 2)],
    )
    put(store, truth_of(rows))
    funnel = measure_funnel(store, JOURNEY, SCOPE, FunnelAsked(("home", "lamps", "basket"), WINDOW), NOW)
    first, second, third = funnel.steps
    assert [(step.visitors, step.joined) for step in funnel.steps] == [(4, 0), (2, 2), (1, 2)]
    assert [(one.touchpoint, one.visitors) for one in first.instead] == [("", 2)]
    assert [(one.touchpoint, one.visitors) for one in second.instead] == [("blog", 1)]
    assert (first.to_next_median_ms, second.to_next_median_ms) == (3 * MINUTE, 3 * MINUTE)
    assert first.to_next_p90_ms == pytest.approx(3.8 * MINUTE)
    assert third.to_next_median_ms is None
    assert second.of_before
    assert (second.of_before.visitors, second.of_before.of) == (2, 4)
    assert third.of_first
    assert (third.of_first.visitors, third.of_first.of) == (1, 4)


def test_a_step_that_occurs_twice_needs_two_hits(store: Store) -> None:
    put(store, truth_of(rows_of([("/", 0), ("/lamps", 1), ("/", 2), ("/lamps", 3)], [("/", 0), ("/lamps", 1)])))
    asked = FunnelAsked(("home", "home", "lamps"), WINDOW)
    assert [step.visitors for step in measure_funnel(store, JOURNEY, SCOPE, asked, NOW).steps] == [2, 1, 1]


def test_what_comes_after_the_window_does_not_count(store: Store) -> None:
    put(store, truth_of(rows_of([("/", 0), ("/basket", WINDOW * 1440)], [("/", 0), ("/basket", WINDOW * 1440 + 1)])))
    asked = FunnelAsked(("home", "basket"), WINDOW)
    assert [step.visitors for step in measure_funnel(store, JOURNEY, SCOPE, asked, NOW).steps] == [2, 1]


def test_nobody(store: Store) -> None:
    funnel = measure_funnel(store, JOURNEY, SCOPE, FunnelAsked(("home", "basket"), WINDOW, split="device"), NOW)
    assert [(step.visitors, step.of_before) for step in funnel.steps] == [(0, None), (0, None)]
    assert funnel.split == {}


def test_the_parts_of_a_split_sum_to_the_whole(store: Store) -> None:
    rows = rows_of([("/", 0), ("/basket", 1)], [("/", 0)], [("/", 0), ("/basket", 1)])
    put(store, truth_of([*rows, Row(4, BEGIN, 4000, "/", 1, selected=False)]))  # one who came directly
    funnel = measure_funnel(store, JOURNEY, SCOPE, FunnelAsked(("home", "basket"), WINDOW, split="channel"), NOW)
    assert {value: [step.visitors for step in steps] for value, steps in funnel.split.items()} == {
        "mail": [3, 2],
        "direct": [1, 0],
    }
    assert [step.visitors for step in funnel.steps] == [4, 2]


WAYS = st.lists(
    st.lists(st.tuples(st.sampled_from(PAGES), st.sampled_from([0, 1, 2, 5, 1440, 9 * 1440])), min_size=1, max_size=7),
    min_size=1,
    max_size=5,
)
STEPS = st.lists(st.sampled_from(sorted(KEYS.values())), min_size=2, max_size=5)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ways=WAYS, steps=STEPS, any_order=st.booleans())
def test_a_funnel_equals_a_plain_loop(
    store: Store, ways: list[list[tuple[str, int]]], steps: list[str], any_order: bool
) -> None:
    for table in ("views", "touches"):
        store.command(f"TRUNCATE TABLE {table}")
    rows = rows_of(*(sorted(way, key=lambda one: one[1]) for way in ways))
    put(store, truth_of(rows))
    asked = FunnelAsked(tuple(steps), WINDOW, in_any_order=any_order)
    assert found(measure_funnel(store, JOURNEY, SCOPE, asked, NOW)) == loop(rows, steps, in_any_order=any_order)
