"""Funnels on the real engine against a plain loop over the ways of visitors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from aggregator.answers.funnel import Funnel, FunnelAccount, FunnelAsked, FunnelStep, measure_funnel
from aggregator.answers.funnel_sets import FunnelSet, sets_of, variant_sets
from aggregator.measures.share_differences import share_difference
from store.client import Store
from store.segments import Group, Rule
from tests.aggregator.build import insert
from tests.aggregator.journey_loop import DAY, GAP, Row
from tests.aggregator.test_journey_figures import BEGIN, JOURNEY, NOW, NOW_MS, NUMBER, PAGES, SCOPE, put, truth_of

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


def done_in_order(touched: Sequence[tuple[int, str, bool]], steps: Sequence[str]) -> tuple[list[int | None], list[str]]:
    """When each step was done, and where the visitor went instead of the first that was not."""
    at = next((ms for ms, key, counts in touched if key == steps[0] and counts), None)
    times, last, instead = [at], (at or 0) + WINDOW * DAY, []
    for step, coming in pairwise(steps):
        if at is None:
            times.append(None)
            continue
        after = [(ms, key) for ms, key, _ in touched if at < ms <= last]
        at = next((ms for ms, key in after if key == coming), None)
        if at is None:
            instead.append(next((key for _, key in after if key != step), ""))
        times.append(at)
    return times, instead


def done_in_any_order(touched: Sequence[tuple[int, str, bool]], steps: Sequence[str]) -> list[int | None]:
    """When each step and all before it had been done."""
    start = next((ms for ms, key, counts in touched if key in steps and counts), None)
    times: list[int | None] = []
    for i in range(len(steps)):
        waiting, at = Counter(steps[: i + 1]), None
        for ms, key, _ in touched:
            if start is not None and start <= ms <= start + WINDOW * DAY and waiting[key] > 0:
                waiting[key] -= 1
                at = ms
        times.append(None if waiting.total() else at)
    return times


def loop(
    rows: Sequence[Row], steps: Sequence[str], *, in_any_order: bool = False, now: int = NOW_MS
) -> tuple[list[Step], list[tuple[float, float] | None], tuple[int, int, int, int], bool]:
    """(came, hit, instead) and the time to the next step of each step; counted, joined, left out and without a step;
    and whether it is so far only."""
    truth = truth_of(rows)
    each: list[Any] = []
    for way in truth.ways().values():
        touched = [(row.ms, KEYS.get(row.touchpoint, ""), truth.counts(row)) for row in way if row.touchpoint]
        hits = [any(key == step and counts for _, key, counts in touched) for step in steps]
        joins = next((ms for ms, key, counts in touched if key in steps and counts), None)
        times, instead = done_in_order(touched, steps) if not in_any_order else (done_in_any_order(touched, steps), [])
        start = joins if in_any_order or times[0] is None else times[0]
        each.append((start, times, hits, instead))
    stepped = [one for one in each if one[0] is not None]
    closed = [one for one in stepped if one[0] + WINDOW * DAY <= now]
    counted = closed or stepped
    found, waits = [], []
    for i in range(len(steps)):
        came = [one for one in counted if one[1][i] is not None]
        went_on = [one for one in came if one[1][i + 1] is not None] if i + 1 < len(steps) else []
        ended = [one for one in came if one not in went_on] if i + 1 < len(steps) else []
        found.append(
            (
                len(came),
                sum(one[2][i] or one[1][i] is not None for one in counted),
                dict(Counter(one[3][0] for one in ended if one[3])),
            )
        )
        spread = [one[1][i + 1] - one[1][i] for one in went_on]
        waits.append((float(np.median(spread)), float(np.percentile(spread, 90))) if spread else None)
    joined = 0 if in_any_order else sum(one[1][0] is None for one in counted)
    account = (len(counted), joined, len(stepped) - len(counted), len(each) - len(stepped))
    return found, waits, account, bool(stepped) and not closed


def found(funnel: Funnel) -> list[Step]:
    return steps_found(funnel.steps)


def steps_found(steps: Sequence[FunnelStep]) -> list[Step]:
    return [
        (step.visitors, step.visitors + step.joined, {one.touchpoint: one.visitors for one in step.instead})
        for step in steps
    ]


def assert_equal(funnel: Funnel, truth: tuple[list[Step], list[Any], tuple[int, int, int, int], bool]) -> None:
    steps, waits, (counted, joined, left_out, no_step), so_far = truth
    assert found(funnel) == steps
    spreads = [(step.to_next_median_ms, step.to_next_p90_ms) for step in funnel.steps]
    assert spreads == [pytest.approx(wait) if wait else (None, None) for wait in waits]
    account = funnel.account
    assert (account.counted, account.joined, account.no_step) == (counted, joined, no_step)
    assert (account.left_out, funnel.so_far) == (left_out, so_far)
    assert account.received == account.bots + account.excluded + account.outside + left_out + no_step + counted


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


def test_whose_window_is_open_is_left_out_and_printed(store: Store) -> None:
    """Of 16 and 17 March; the window of 7 days of the first one has closed on 24 March."""
    day = 1440
    rows = rows_of(
        [("/", 15 * day), ("/basket", 15 * day + 3)], [("/", 16 * day), ("/basket", 16 * day + 3)], [("/", 18 * day)],
        [("/legal", day)],
    )  # fmt: skip
    put(store, truth_of(rows))
    asked = FunnelAsked(("home", "basket"), WINDOW)
    funnel = measure_funnel(store, JOURNEY, SCOPE, asked, NOW)
    assert [step.visitors for step in funnel.steps] == [2, 2]
    assert (funnel.account.left_out, funnel.account.no_step, funnel.account.counted, funnel.so_far) == (1, 1, 2, False)
    early = measure_funnel(store, JOURNEY, SCOPE, asked, datetime(2026, 3, 20, tzinfo=UTC))
    assert [step.visitors for step in early.steps] == [3, 2]
    assert (early.account.left_out, early.account.counted, early.so_far) == (0, 3, True)


def test_the_account_adds_up_over_bots_excluded_visitors_and_those_outside(store: Store) -> None:
    put(store, truth_of(rows_of([("/", 0)], [("/legal", 0)])))
    others: list[dict[str, Any]] = [
        {"visitor": 7, "bot": "spider"},
        {"visitor": 8, "excluded": 1},
        {"visitor": 9, "device": "phone"},
    ]
    rows = [{"time": BEGIN, "view": 70 + n, "page": "shop.example/", **one} for n, one in enumerate(others)]
    insert(store, "touches", rows)
    desktop = replace(SCOPE, device="desktop")
    account = measure_funnel(store, JOURNEY, desktop, FunnelAsked(("home", "basket"), WINDOW), NOW).account
    assert account == FunnelAccount(5, 1, 1, 1, left_out=0, no_step=1, counted=1, joined=0)


def test_sets_are_compared_with_the_largest_and_the_tests_are_adjusted(store: Store) -> None:
    """Of 200 who came by mail, 120 go on; of 100 who came directly, 30."""
    ways = (
        [[("/", 0), ("/basket", 1)]] * 120 + [[("/", 0)]] * 80 + [[("/", 0), ("/basket", 1)]] * 30 + [[("/", 0)]] * 70
    )
    rows = [replace(row, selected=row.visitor <= 200) for row in rows_of(*ways)]
    put(store, truth_of(rows))
    funnel = measure_funnel(store, JOURNEY, SCOPE, FunnelAsked(("home", "basket"), WINDOW, split="channel"), NOW)
    assert list(funnel.split) == ["mail", "direct"]
    assert list(funnel.tests) == ["direct"]
    (step,), whole = funnel.tests["direct"].steps, funnel.tests["direct"].whole
    assert step.difference == share_difference(120, 200, 30, 100)
    assert whole.difference == step.difference
    assert whole.verdict == "less"
    assert whole.q == pytest.approx(share_difference(120, 200, 30, 100).p)  # both tests have the same p


def test_variants_count_who_saw_one_of_them_only(store: Store) -> None:
    rows = rows_of([("/", 0), ("/basket", 1)], [("/", 0)], [("/", 0), ("/basket", 1)])
    views = [
        {"visitor": row.visitor, "time": row.ms, "view": row.view, "page": f"shop.example{row.page}",
         "variants": {"header": "a" if row.visitor == 1 else "b"}}
        for row in rows
    ]  # fmt: skip
    views.append(views[-1] | {"view": 9_000, "time": BEGIN + 5, "variants": {"header": "a"}})  # the third saw both
    insert(store, "views", views)
    insert(store, "touches", [{name: one[name] for name in ("visitor", "time", "view", "page")} for one in views])
    asked = FunnelAsked(("home", "basket"), WINDOW, split="variant", of="header")
    funnel = measure_funnel(store, JOURNEY, SCOPE, asked, NOW, variant_sets("header", ("a", "b")))
    counted = {key: [step.visitors for step in steps] for key, steps in funnel.split.items()}
    assert counted == {"a": [1, 1], "b": [1, 0]}


def test_at_most_twelve_sets_are_counted_those_with_the_most_visitors(store: Store) -> None:
    put(store, truth_of(rows_of(*([("/", 0)] * n for n in range(1, 6)))))
    few = Group(rules=(Rule(what="saw", scope="visit", page="/paid"),))
    sets = [FunnelSet(f"none{n:02}", few) for n in range(14)] + [FunnelSet("all", Group())]
    found = sets_of(store, SCOPE, "segment", sets)
    assert [one.key for one in found] == ["all", *(f"none{n:02}" for n in range(11))]
    asked = FunnelAsked(("home", "basket"), WINDOW, split="segment")
    funnel = measure_funnel(store, JOURNEY, SCOPE, asked, NOW, sets)
    assert {key: steps_found(steps) for key, steps in funnel.split.items()} == {"all": steps_found(funnel.steps)}


MINUTES = st.sampled_from([0, 1, 2, 5, 1440, 9 * 1440])
WAYS = st.lists(
    st.lists(st.tuples(st.sampled_from(PAGES), MINUTES, st.booleans()), min_size=1, max_size=7), min_size=1, max_size=5
)
STEPS = st.lists(st.sampled_from(sorted(KEYS.values())), min_size=2, max_size=5)


def of_visits(rows: Sequence[Row], *, by_mail: bool) -> list[Row]:
    """The same rows; selected are those of visits that began by mail (or not)."""
    selected: list[Row] = []
    before: Row | None = None
    for row in sorted(rows, key=lambda row: (row.visitor, row.ms, row.view)):
        if before is None or before.visitor != row.visitor or row.ms - before.ms >= GAP:
            began_by_mail = row.selected
        selected.append(replace(row, selected=began_by_mail == by_mail))
        before = row
    return selected


@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.generate, Phase.target],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(ways=WAYS, steps=STEPS, any_order=st.booleans(), days_later=st.sampled_from([0, 3, 8, 15]))
def test_a_funnel_and_its_parts_equal_a_plain_loop(
    store: Store, ways: list[list[tuple[str, int, bool]]], steps: list[str], any_order: bool, days_later: int
) -> None:
    for table in ("views", "touches"):
        store.command(f"TRUNCATE TABLE {table}")
    ordered = [sorted(way, key=lambda one: one[1]) for way in ways]
    by_mail = iter([mail for way in ordered for _, _, mail in way])
    rows = [
        replace(row, selected=next(by_mail))
        for row in rows_of(*([(page, minute) for page, minute, _ in way] for way in ordered))
    ]
    put(store, truth_of(rows))
    asked = FunnelAsked(tuple(steps), WINDOW, in_any_order=any_order, split="channel")
    now = datetime(2026, 3, 10, tzinfo=UTC) + timedelta(days=days_later)
    funnel = measure_funnel(store, JOURNEY, SCOPE, asked, now)

    def truth(rows: Sequence[Row]) -> Any:
        return loop(rows, steps, in_any_order=any_order, now=int(now.timestamp() * 1000))

    assert_equal(funnel, truth([replace(row, selected=True) for row in rows]))
    parts = {"mail": of_visits(rows, by_mail=True), "direct": of_visits(rows, by_mail=False)}
    for value, part in parts.items():
        expected = truth(part)
        assert (value in funnel.split) == (expected[2][0] > 0)
        if value in funnel.split:
            assert steps_found(funnel.split[value]) == expected[0]
