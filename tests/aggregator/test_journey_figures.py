"""Every figure of a journey on the real engine against a plain loop over the rows (journey_loop.py)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from msgspec import structs

from aggregator.answers.journey import JourneyMeasure, measure_journey
from aggregator.measures import slice_hits
from aggregator.measures.journey_figures import Spread, TouchpointFigures, WindowShare
from aggregator.measures.shares import ShareOf
from aggregator.measures.statistics import wilson
from aggregator.queries import journey_facts
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.journeys import Journey, Stage, Touchpoint
from store.segments import Action, Goal, Group, Rule
from tests.aggregator import journey_loop as loop
from tests.aggregator.build import insert, insert_elements, record_id
from tests.aggregator.journey_loop import DAY, Row, Truth

SINCE, UNTIL, NOW = date(2026, 3, 1), date(2026, 3, 20), datetime(2026, 3, 24, 9, tzinfo=UTC)
BEGIN = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)
END, NOW_MS = BEGIN + 20 * DAY, int(NOW.timestamp() * 1000)
SCOPE = SiteScope(1, SINCE, UNTIL)
PAGES = ("/", "/blog/a", "/blog/b", "/lamps", "/basket", "/paid", "/legal")
NUMBER = {"/": 1, "/blog/a": 2, "/blog/b": 2, "/lamps": 3, "/basket": 4, "/paid": 5}
STAGE_OF = {1: 0, 2: 0, 3: 1, 4: 3, 5: 3}
LINK = ("main>a:1", "")
GOALS = (
    Goal(id="paid", site="1", name="Paid", action=Action(what="saw", page="/paid")),
    Goal(id="order", site="1", name="Order", action=Action(what="sent", name="order")),
)


def touchpoint(key: str, *pages: str, expected_next: tuple[str, ...] = ()) -> Touchpoint:
    return Touchpoint(key, {"en": key}, pages, expected_next=expected_next)


JOURNEY = Journey(
    id="j",
    site="1",
    name="Buying",
    window_days=7,
    stages=(
        Stage(
            "awareness", {}, (touchpoint("home", "/", expected_next=("lamps", "basket")), touchpoint("blog", "/blog/*"))
        ),
        Stage("interest", {}, (touchpoint("lamps", "/lamps"),)),
        Stage("empty", {}),
        Stage("purchase", {}, (touchpoint("basket", "/basket"), touchpoint("thanks", "/paid"))),
    ),
)


def truth_of(rows: Sequence[Row], **changed: Any) -> Truth:
    truth = Truth(rows, STAGE_OF, BEGIN, END, NOW_MS, 7 * DAY, expected={1: frozenset((3, 4))})
    return replace(truth, **changed)


def desktop(_row: Row) -> str:
    return "desktop"


def put(
    store: Store,
    truth: Truth,
    orders: Sequence[tuple[int, int]] = (),
    device: Callable[[Row], str] = desktop,
    consented: Collection[int] = (),
) -> None:
    """Store the rows, each touch twice, in no order. `consented`: visitors."""
    views = [
        {"visitor": row.visitor, "time": row.ms, "view": row.view, "page": f"shop.example{row.page}",
         "engaged_ms": row.engaged, "channel": "mail" if row.selected else "direct", "device": device(row),
         "consent": int(row.visitor in consented)}
        for row in truth.rows
    ]  # fmt: skip
    np.random.default_rng(1).shuffle(views)
    insert(store, "views", views)
    names = ("visitor", "time", "view", "page", "channel", "device")
    touches = [{name: one[name] for name in names} for one in views]
    insert(store, "touches", touches)
    insert(store, "touches", touches[: len(touches) // 2])  # a row that is stored twice counts once
    if orders:
        insert(store, "events", [{"visitor": v, "time": ms, "name": "order", "view": 0} for v, ms in orders])


def assert_equal(found: JourneyMeasure, truth: Truth) -> None:
    figures = found.figures
    assert figures.visitors == len(truth.ways())
    assert figures.visits == len(truth.visits())
    for number in STAGE_OF:
        got, expected = figures.touchpoints[number], loop.touchpoint(truth, number)
        assert_touchpoint(got, expected)
        assert {b: (windowed(one.later), windowed(one.next)) for b, one in got.steps.items()} == expected["steps"]
    for n, stage in enumerate(figures.stages):
        expected = loop.stage(truth, n)
        assert stage.visitors == expected["visitors"]
        assert windowed(stage.forward) == expected["forward"]
        assert (stage.completed and windowed(stage.completed)) == expected["completed"]
        assert [windowed(one) for one in stage.goals.values()] == expected["goals"]
        assert spread(stage.on_ms) == pytest.approx(expected["on_ms"])
        assert sorted(stage.until_ms) == sorted(expected["until_ms"])
        for b, until in stage.until_ms.items():
            assert spread(until) == pytest.approx(expected["until_ms"][b])
    for number, goal in enumerate(figures.goals.values()):
        visitors, touches = loop.goal(truth, number)
        assert pair(goal.visitors) == visitors
        assert spread(goal.touches) == pytest.approx(touches)


def assert_touchpoint(got: TouchpointFigures, expected: dict[str, Any]) -> None:
    """The figures of a touchpoint, without those of its steps."""
    for name in ("reach", "entries", "exits", "bounce", "back", "next", "fit"):
        assert pair(getattr(got, name)) == expected[name], name
    assert got.visitors == expected["visitors"]
    assert windowed(got.forward) == expected["forward"]
    assert spread(got.next_ms) == pytest.approx(expected["next_ms"])
    assert spread(got.engaged_ms) == pytest.approx(expected["engaged_ms"])
    assert [windowed(one) for one in got.goals.values()] == expected["goals"]
    assert {kind: pair(one) for kind, one in vars(got.frustration).items()} == expected["frustration"]


def pair(share: ShareOf | None) -> tuple[int, int] | None:
    if share is None:
        return None
    assert (share.low, share.high) == pytest.approx(tuple(map(float, wilson(share.visitors, share.of))))
    return share.visitors, share.of


def windowed(share: WindowShare) -> tuple[Any, int, Any]:
    return pair(share.share), share.left_out, pair(share.so_far)


def spread(found: Spread) -> tuple[int, float | None, float | None]:
    return found.n, found.median, found.p90


def made_rows(visitors: int, seed: int) -> list[Row]:
    """Visitors from a day before the period until the present, many of their views within seconds or at one time."""
    rng = np.random.default_rng(seed)
    rows = []
    for visitor in rng.integers(1, 2**63, visitors).tolist():
        t = BEGIN - DAY + int(rng.integers(0, 24 * DAY))
        for _ in range(int(rng.geometric(0.18))):
            t += int(rng.choice([0, 1_000, 4_000, 20_000, 29 * 60_000, 30 * 60_000, 5 * 3_600_000, 3 * DAY]))
            if t >= NOW_MS:
                break
            page = PAGES[int(rng.integers(0, len(PAGES)))]
            view, engaged = int(rng.integers(1, 2**63)), int(rng.integers(0, 20_000))
            rows.append(Row(visitor, t, view, page, NUMBER.get(page, 0), engaged, bool(rng.integers(0, 3))))
    return rows


def with_goals(rows: list[Row], seed: int) -> tuple[Truth, list[tuple[int, int]]]:
    rng = np.random.default_rng(seed)
    orders = [(row.visitor, row.ms + int(rng.choice([0, 3_000, 2 * DAY]))) for row in rows if rng.integers(0, 9) == 0]
    orders = [(v, ms) for v, ms in orders if BEGIN <= ms < NOW_MS]
    seen = [(row.visitor, row.ms) for row in rows if row.page == "/paid" and row.ms >= BEGIN]
    return truth_of(rows, goals=(seen, orders)), orders


def test_every_figure_of_many_visitors_is_that_of_the_loop(store: Store) -> None:
    rows = [replace(row, selected=True) for row in made_rows(250, 5)]
    truth, orders = with_goals(rows, 6)
    put(store, truth, orders)
    found = measure_journey(store, JOURNEY, SCOPE, GOALS, NOW)
    assert_equal(found, truth)
    assert {number: goal.id for number, goal in found.holders.items()} == {5: "paid"}
    assert found.figures.touchpoints[5].ends_well
    home = found.figures.touchpoints[1]
    assert home.forward.left_out
    assert home.frustration.quick_back
    assert home.frustration.quick_back.visitors > 2
    assert home.mood is not None


def test_visitors_counted_in_many_small_slices_are_those_of_the_loop(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in {"SLICE": 60, "PART": 300, "MOST_VISITORS": 7}.items():
        monkeypatch.setattr(journey_facts, name, size)
    monkeypatch.setattr(slice_hits, "TABLE", 40)
    rows = [replace(row, selected=True) for row in made_rows(250, 12)]
    rows = [replace(row, visitor=row.visitor * 2) for row in rows]  # over all 64 bits
    truth, orders = with_goals(rows, 13)
    put(store, truth, orders)
    assert_equal(measure_journey(store, JOURNEY, SCOPE, GOALS, NOW), truth)
    tenth = [row for row in rows if row.visitor < 2**64 // 10]
    truth = replace(truth, rows=tenth, goals=[[one for one in goal if one[0] < 2**64 // 10] for goal in truth.goals])
    assert_equal(measure_journey(store, JOURNEY, replace(SCOPE, tenth=True), GOALS, NOW), truth)


def test_a_view_of_several_batches_counts_with_its_last_engagement(store: Store) -> None:
    rows = [Row(v, BEGIN + DAY, v, "/", 1, engaged=4_000 * v) for v in range(1, 5)]
    put(store, truth_of(rows))
    of_page = {"page": "shop.example/", "time": BEGIN + DAY, "engaged_ms": 100}
    insert(store, "views", [{"visitor": row.visitor, "view": row.view, "seq": 0, **of_page} for row in rows])
    assert_equal(measure_journey(store, JOURNEY, SCOPE, (), NOW), truth_of(rows))


def test_a_segment_of_visits_selects_the_first_hits_and_not_what_follows(store: Store) -> None:
    """Who came by mail is followed on every later visit too, as goals follow them."""
    rows = made_rows(150, 7)
    channels: dict[int, bool] = {}
    of_visit: dict[int, bool] = {}
    for way in truth_of([replace(row, selected=True) for row in rows], begin=0).ways().values():
        before = -(10**12)
        for row in way:
            if row.ms - before > 30 * 60_000:  # visits of rules end after a longer gap
                channels[row.visitor] = rows[[one.view for one in rows].index(row.view)].selected
            before = row.ms
            of_visit[row.view] = channels[row.visitor]
    stored = [replace(row, selected=of_visit.get(row.view, False)) for row in rows]  # the others are after the period
    truth, orders = with_goals(stored, 8)
    put(store, truth, orders)
    mail = Group(rules=(Rule(what="channel", values=("mail",)),))
    assert_equal(measure_journey(store, JOURNEY, replace(SCOPE, segment=mail), GOALS, NOW), truth)


def test_a_segment_of_visitors_counts_all_their_views(store: Store) -> None:
    rows = [replace(row, selected=True) for row in made_rows(120, 9)]
    bought = {row.visitor for row in rows if row.page == "/paid" and BEGIN <= row.ms < END}
    put(store, truth_of(rows))
    saw = Group(rules=(Rule(what="saw", scope="visitor", page="/paid"),))
    truth = truth_of([row for row in rows if row.visitor in bought])
    assert 5 < len(truth.ways()) < 100
    assert_equal(measure_journey(store, JOURNEY, replace(SCOPE, segment=saw), (), NOW), truth)


def test_a_site_younger_than_the_window_shows_what_is_known(store: Store) -> None:
    now = BEGIN + 2 * DAY
    rows = [replace(row, selected=True) for row in made_rows(400, 10) if BEGIN <= row.ms < now]
    truth, orders = with_goals(rows, 11)
    truth = replace(truth, now=now)
    put(store, truth, [(v, ms) for v, ms in orders if ms < now])
    truth = replace(truth, goals=(truth.goals[0], [(v, ms) for v, ms in orders if ms < now]))
    found = measure_journey(store, JOURNEY, SCOPE, GOALS, datetime.fromtimestamp(now / 1000, UTC))
    assert_equal(found, truth)
    forward = found.figures.stages[0].forward
    assert forward.share is None
    assert forward.so_far
    assert forward.so_far.of == forward.left_out > 10


def test_the_four_parts_of_frustration_count_visitors(store: Store) -> None:
    page = "shop.example/basket"
    insert_elements(store, [LINK], page=page)
    rows = [Row(v, BEGIN + DAY, v, "/basket", 4) for v in range(1, 41)]
    put(store, truth_of(rows))
    at = {"time": BEGIN + DAY + 1_000, "page": page}
    dead = {"effect": 0, "record": record_id(*LINK)}
    clicks = [{"visitor": v, "view": v} | at | dead for v in (1, 2, 2)]
    clicks += [{"visitor": 3, "view": 3} | at | {"effect_ms": 500, "time": BEGIN + DAY + 10 * n} for n in range(3)]
    insert(store, "points", clicks)
    insert(store, "events", [{"visitor": v, "view": v, "kind": "error", "key": 7, "name": "a#b"} | at for v in (2, 4)])
    had = {(1, 4, "dead"), (2, 4, "dead"), (3, 4, "rage"), (2, 4, "error"), (4, 4, "error")}
    found = measure_journey(store, JOURNEY, SCOPE, (), NOW)
    assert_equal(found, truth_of(rows, troubles=frozenset(had)))
    assert pair(found.figures.touchpoints[4].frustration.any) == (4, 40)


def test_a_goal_within_days_counts_from_the_visitors_start(store: Store) -> None:
    rows = [Row(1, BEGIN, 1, "/", 1), Row(1, BEGIN + DAY, 2, "/lamps", 3), Row(1, BEGIN + 3 * DAY, 3, "/paid", 5)]
    put(store, truth_of(rows))
    soon, late = (Goal(id=f"g{n}", site="1", name="g", action=GOALS[0].action, within_days=n) for n in (3, 4))
    figures = measure_journey(store, JOURNEY, SCOPE, (soon, late), NOW).figures
    assert [pair(one.share) for one in figures.touchpoints[3].goals.values()] == [(0, 1), (1, 1)]
    assert [pair(one.visitors) for one in figures.goals.values()] == [(0, 1), (1, 1)]


def test_a_stage_can_have_a_window_of_its_own(store: Store) -> None:
    rows = [Row(1, BEGIN, 1, "/", 1), Row(1, BEGIN + 2 * DAY, 2, "/lamps", 3), Row(1, BEGIN + 4 * DAY, 3, "/paid", 5)]
    put(store, truth_of(rows))
    first, *rest = JOURNEY.stages
    journey = structs.replace(JOURNEY, stages=(structs.replace(first, window_days=1, completes="order"), *rest))
    found = measure_journey(store, journey, SCOPE, GOALS, NOW)
    assert [windowed(stage.forward)[0] for stage in found.figures.stages] == [(0, 1), (1, 1), None, (0, 1)]
    assert {number: goal.id for number, goal in found.holders.items()} == {2: "order"}  # only the goals of the journey


def test_nobody_and_one_visitor(store: Store) -> None:
    assert_equal(measure_journey(store, JOURNEY, SCOPE, GOALS, NOW), truth_of([], goals=((), ())))
    row = Row(1, BEGIN + DAY, 1, "/", 1)
    put(store, truth_of([row]))
    found = measure_journey(store, JOURNEY, SCOPE, GOALS, NOW)
    assert_equal(found, truth_of([row], goals=((), ())))
    assert found.figures.touchpoints[1].few


WAITS = st.sampled_from([0, 1, 4_999, 5_000, 29 * 60_000, 30 * 60_000, DAY, 7 * DAY, 7 * DAY + 1])
STEPS = st.tuples(WAITS, st.sampled_from(PAGES), st.sampled_from([0, 9_999, 10_000]))
WAYS = st.lists(st.lists(STEPS, min_size=1, max_size=7), min_size=1, max_size=4)


@given(WAYS, st.integers(0, 22))
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.generate, Phase.target],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_figure_of_any_small_journey_is_that_of_the_loop(store: Store, ways: Any, day: int) -> None:
    for table in ("touches", "views", "events"):
        store.command(f"TRUNCATE TABLE {table}")
    rows: list[Row] = []
    for visitor, way in enumerate(ways, 1):
        t = BEGIN + day * DAY
        for wait, page, engaged in way:
            t += wait
            if t < NOW_MS:
                rows.append(Row(visitor, t, len(rows) + 1, page, NUMBER.get(page, 0), engaged))
    truth, orders = with_goals(rows, day)
    put(store, truth, orders)
    assert_equal(measure_journey(store, JOURNEY, SCOPE, GOALS, NOW), truth)
