"""Walks on the real engine against a plain loop over the ways of visitors, and what they must never show."""

from __future__ import annotations

import dataclasses
import random
import statistics
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from aggregator.answers.walk import WayChanged, measure_usual, measure_ways, pressed_most, read_walk
from aggregator.answers.walk_scene import Deed
from aggregator.measures.walk_runs import runs_of
from aggregator.queries.walk_ways import UsualAsked
from aggregator.shapes.walks import ALIKE, Example, VisitorTouch, Ways
from store.client import Store
from store.layouts import path_key
from store.offsite import COARSE
from store.snapshots import Snapshots
from tests.aggregator.build import insert, insert_elements, layout, record_id
from tests.aggregator.journey_loop import Row
from tests.aggregator.test_funnel import KEYS, MINUTE, rows_of
from tests.aggregator.test_heatmap import take_picture
from tests.aggregator.test_journey import touchpoint
from tests.aggregator.test_journey_figures import BEGIN, GOALS, JOURNEY, NOW, PAGES, SCOPE, truth_of

DAY = 1440  # minutes
Way = Sequence[tuple[str, int]]  # (page, minute)
USUAL: Way = (("/", 0), ("/lamps", 2), ("/basket", 3 * DAY))


def put(store: Store, rows: Sequence[Row], without_consent: Sequence[int] = ()) -> None:
    """Store the rows; visitors consented, but those named."""
    views = [
        {"visitor": row.visitor, "time": row.ms, "view": row.view, "page": f"shop.example{row.page}",
         "engaged_ms": 5_000, "consent": int(row.visitor not in without_consent)}
        for row in rows
    ]  # fmt: skip
    insert(store, "views", views)
    insert(store, "touches", [{name: one[name] for name in ("visitor", "time", "view", "page")} for one in views])


def loop(rows: Sequence[Row], without_consent: Sequence[int] = ()) -> Counter[tuple[int, ...]]:
    """How many visitors went each way."""
    return Counter(steps_of(rows, without_consent).values())


def steps_of(rows: Sequence[Row], without_consent: Sequence[int] = ()) -> dict[int, tuple[int, ...]]:
    """The way of each visitor."""
    found: dict[int, tuple[int, ...]] = {}
    for visitor, way in (truth := truth_of(rows)).ways().items():
        if visitor in without_consent:
            continue
        hits = [row for row in way if row.touchpoint]
        begin = next((row.ms for row in hits if truth.counts(row)), None)
        steps = [row.touchpoint for row in hits if begin is not None and row.ms >= begin]
        merged = tuple(one for one, before in zip(steps, [0, *steps], strict=False) if one != before)
        if merged:
            found[visitor] = merged
    return found


def as_loop(ways: Ways) -> dict[tuple[int, ...], int]:
    return {way.touchpoints: way.visitors for way in ways.offered}


def test_a_way_of_twenty_is_shown_and_one_of_nineteen_is_not(store: Store) -> None:
    other: Way = (("/blog/a", 0), ("/lamps", 1))
    rows = rows_of(*[USUAL] * ALIKE, *[other] * (ALIKE - 1))
    put(store, rows)
    ways = measure_ways(store, JOURNEY, SCOPE, now=NOW)
    assert as_loop(ways) == {(1, 3, 4): ALIKE}
    assert (ways.visitors, ways.different) == (2 * ALIKE - 1, 2)


def test_only_visitors_who_consented_are_shown_or_counted(store: Store) -> None:
    rows = rows_of(*[USUAL] * (ALIKE + 5))
    put(store, rows, without_consent=range(1, 7))
    ways = measure_ways(store, JOURNEY, SCOPE, now=NOW)
    assert (ways.visitors, ways.offered) == (ALIKE - 1, ())


def test_a_visitor_who_withdrew_consent_is_not_shown(store: Store) -> None:
    rows = rows_of(*[USUAL] * ALIKE)
    put(store, rows)
    insert(store, "views", [{"visitor": 1, "time": BEGIN + DAY * MINUTE, "view": 5, "page": "shop.example/legal"}])
    assert measure_ways(store, JOURNEY, SCOPE, now=NOW).offered == ()


def test_the_visitor_whose_way_took_the_median_time_stands_for_it(store: Store) -> None:
    put(store, rows_of(*((("/", 0), ("/lamps", n)) for n in range(1, 32))))
    (way,) = measure_ways(store, JOURNEY, SCOPE, now=NOW).offered
    assert (way.visitors, way.example.visitor, way.example.begin) == (31, 16, BEGIN)


def test_who_reached_the_goal_and_who_did_not(store: Store) -> None:
    paid: Way = (*USUAL, ("/paid", 3 * DAY + 9))
    put(store, rows_of(*[USUAL] * 25, *[paid] * 30))
    found = {
        outcome: as_loop(measure_ways(store, JOURNEY, SCOPE, GOALS[0], outcome, NOW))
        for outcome in ("", "reached", "missed")
    }
    assert found == {"": {(1, 3, 4, 5): 30, (1, 3, 4): 25}, "reached": {(1, 3, 4, 5): 30}, "missed": {(1, 3, 4): 25}}


def test_ways_of_one_touchpoint_come_last(store: Store) -> None:
    put(store, rows_of(*[(("/", 0),)] * 50, *[USUAL] * 20))
    assert [way.touchpoints for way in measure_ways(store, JOURNEY, SCOPE, now=NOW).offered] == [(1, 3, 4), (1,)]


WAYS = st.lists(
    st.tuples(
        st.lists(st.tuples(st.sampled_from(PAGES), st.sampled_from([0, 1, 5, 1440])), min_size=1, max_size=4),
        st.sampled_from([1, 19, 20, 23]),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=WAYS)
def test_ways_and_the_stops_of_each_equal_a_plain_loop(
    store: Store, made: list[tuple[list[tuple[str, int]], int]]
) -> None:
    for table in ("views", "touches"):
        store.command(f"TRUNCATE TABLE {table}")
    rows = rows_of(*(sorted(way, key=lambda one: one[1]) for way, times in made for _ in range(times)))
    put(store, rows)
    expected, ways = loop(rows), measure_ways(store, JOURNEY, SCOPE, now=NOW)
    assert as_loop(ways) == {way: n for way, n in expected.items() if n >= ALIKE}
    assert (ways.visitors, ways.different) == (sum(expected.values()), len(expected))
    for way in ways.offered:
        stops = read_walk(store, JOURNEY, SCOPE, way, NOW).stops
        assert tuple(stop.touchpoint for stop in stops) == tuple(KEYS[n] for n in way.touchpoints)


def test_the_stops_of_a_walk_say_when_how_long_and_what_lies_between(store: Store) -> None:
    put(store, rows_of(*[(("/", 0), ("/legal", 4), ("/lamps", 5), ("/basket", 3 * DAY))] * ALIKE))
    (way,) = measure_ways(store, JOURNEY, SCOPE, now=NOW).offered
    home, lamps, basket = read_walk(store, JOURNEY, SCOPE, way, NOW).stops
    assert [(one.touchpoint, one.visit, one.left) for one in (home, lamps, basket)] == [
        ("home", 1, False), ("lamps", 1, True), ("basket", 2, True),
    ]  # fmt: skip
    assert [one.for_ms for one in (home, lamps, basket)] == [4 * MINUTE, 5_000, 5_000]
    assert [one.gap_ms for one in (home, lamps, basket)] == [0, 0, (3 * DAY - 5) * MINUTE]
    assert (basket.engaged_ms, basket.clicks, basket.page) == (5_000, 0, "shop.example/basket")


def test_repeats_are_one_stop_and_other_pages_between_do_not_part_them() -> None:
    touches = [
        VisitorTouch(ms * MINUTE, ms, page, n) for ms, page, n in ((0, "a", 1), (1, "x", 0), (5, "b", 1), (9, "c", 2))
    ]
    first, second = runs_of(touches, {9: 9 * MINUTE + 700})
    assert (first.touchpoint, first.for_ms, first.views) == (1, (1 + 4) * MINUTE, {0: "a", 5: "b"})
    assert (second.touchpoint, second.for_ms, second.gap_ms) == (2, 700, 0)


BUTTON, LINK, FIELD = ("main>button:1", ""), ("main>a:1", ""), ("form>input:1", "")


def test_clicks_are_numbered_on_the_picture_and_what_was_typed_is_not_there(store: Store) -> None:
    put(store, rows_of(*[USUAL] * ALIKE))
    (way,) = measure_ways(store, JOURNEY, SCOPE, now=NOW).offered
    visitor, at = way.example.visitor, BEGIN + 2 * MINUTE
    page, view = "shop.example/lamps", 1000 * way.example.visitor + 1
    boxes = ((*LINK, (10, 20, 100, 40)), (*BUTTON, (10, 100, 200, 40)), (*FIELD, (10, 300, 200, 40)))
    drawn = layout(*boxes, names={BUTTON[0]: "Apply code", LINK[0]: "Delivery", FIELD[0]: "Code"})
    take_picture(store, page, on=drawn)
    snapshots = Snapshots(store)
    insert_elements(store, (BUTTON, LINK, FIELD), page)
    clicks = [
        (LINK, 1_000, 1),
        (BUTTON, 3_000, 0),
        (BUTTON, 3_400, 0),
        (BUTTON, 3_900, 0),
        (("main>p:9", ""), 9_000, 1),
    ]
    insert(store, "points", [
        {"page": page, "visitor": visitor, "view": view, "time": at + ms, "record": record_id(*element),
         "effect": effect, "effect_ms": 10 if effect else 0, "page_h": 900 if ms == 9_000 else 2_000}
        for element, ms, effect in clicks
    ])  # fmt: skip
    insert(store, "events", [
        {"page": page, "visitor": visitor, "view": view, "time": at + 2_000, "kind": "input", "name": "hunter2",
         "record": record_id(*FIELD)},
        {"page": page, "visitor": visitor, "view": view, "time": at + 9_500, "kind": "custom", "name": "code_refused"},
    ])  # fmt: skip
    walk = read_walk(store, JOURNEY, SCOPE, way, NOW)
    scene = walk.scene(store, snapshots, 1, 1000)
    assert walk.stops[1].clicks == 5
    assert [(one.after_ms, one.what, one.name, one.times, one.number, one.dead) for one in scene.deeds] == [
        (1_000, "clicked", "Delivery", 1, 1, False),
        (2_000, "typed", "Code", 1, 0, False),
        (3_000, "clicked", "Apply code", 3, 2, True),
        (9_000, "clicked", "", 1, 0, False),
        (9_500, "event", "code_refused", 1, 0, False),
    ]
    assert (scene.deeds[2].x, scene.deeds[2].y, scene.deeds[2].for_ms, scene.deeds[2].rage) == (110, 120, 900, True)
    shown = str((dataclasses.asdict(scene.deeds[1]), walk.stops, repr(way)))
    assert "hunter2" not in shown
    assert str(visitor * 1000) not in shown
    assert [(one.number, one.x) for one in walk.scene(store, snapshots, 1, 0).deeds if one.what == "clicked"] == [
        (0, None)
    ] * 3


def test_a_way_whose_visits_were_erased_is_not_shown(store: Store) -> None:
    put(store, rows_of(*[USUAL] * ALIKE))
    (way,) = measure_ways(store, JOURNEY, SCOPE, now=NOW).offered
    store.command("TRUNCATE TABLE touches")
    with pytest.raises(WayChanged):
        read_walk(store, JOURNEY, SCOPE, way, NOW)


def test_what_the_visitor_did_after_the_way_is_not_shown(store: Store) -> None:
    put(store, rows_of(*[USUAL] * ALIKE))
    (way,) = measure_ways(store, JOURNEY, SCOPE, now=NOW).offered
    later = Row(way.example.visitor, BEGIN + 5 * DAY * MINUTE, 77, "/paid", 5)
    put(store, [later])
    assert [stop.touchpoint for stop in read_walk(store, JOURNEY, SCOPE, way, NOW).stops] == ["home", "lamps", "basket"]


def test_nobody(store: Store) -> None:
    assert measure_ways(store, JOURNEY, SCOPE, now=NOW) == Ways(0, 0, ())


def test_a_row_of_a_file_is_a_stop_without_a_page_and_of_a_day_alone_it_has_no_hour(store: Store) -> None:
    put(store, rows_of(*[(("/", 0),)] * ALIKE))
    noon = BEGIN + 12 * 60 * MINUTE
    insert(store, "events", [
        {"visitor": visitor, "view": 0, "page": "touchpoint/thanks", "time": noon, "name": "shop", "flags": COARSE}
        for visitor in range(1, ALIKE + 1)
    ])  # fmt: skip
    (way,) = measure_ways(store, JOURNEY, SCOPE, now=NOW).offered
    home, thanks = read_walk(store, JOURNEY, SCOPE, way, NOW).stops
    assert (home.touchpoint, home.coarse) == ("home", False)
    assert (thanks.touchpoint, thanks.page, thanks.clicks, thanks.at_ms, thanks.coarse) == ("thanks", "", 0, noon, True)


def test_the_shown_visitor_among_those_who_left_and_those_who_went_on_equals_a_plain_loop(store: Store) -> None:
    rng = random.Random(4)
    ends: Sequence[Way] = ((("/", 0), ("/lamps", 2)), USUAL, (("/lamps", 0), ("/", 1), ("/lamps", 9)), (("/", 0),))
    rows = rows_of(*(ends[n] for n in [1] * 25 + rng.choices(range(4), k=60)))
    put(store, rows, without_consent=(40, 41))
    later = [
        {"visitor": 7, "view": 7_777, "time": BEGIN + 60 * DAY * MINUTE, "page": "shop.example/lamps", "consent": 1}
    ]
    insert(store, "views", [one | {"engaged_ms": 99_000} for one in later])  # after the period: it does not count
    engaged = {row.view: rng.randrange(1_000, 90_000) for row in rows}
    insert(store, "views", [
        {"visitor": row.visitor, "time": row.ms, "view": row.view, "page": f"shop.example{row.page}", "seq": 2,
         "engaged_ms": engaged[row.view], "consent": int(row.visitor not in (40, 41))}
        for row in rows
    ])  # fmt: skip
    clicks = [row for row in rows for _ in range(rng.choice((0, 0, 1, 3)))]
    insert(store, "points", [
        {"page": f"shop.example{row.page}", "visitor": row.visitor, "view": row.view, "time": row.ms + 900,
         "key": path_key(BUTTON[0]), "record": record_id(*BUTTON)}
        for row in clicks
    ])  # fmt: skip
    way = next(one for one in measure_ways(store, JOURNEY, SCOPE, now=NOW).offered if one.touchpoints == (1, 3, 4))
    people = steps_of(rows, (40, 41))
    for at in (1, 3, 4):
        asked = UsualAsked(way.example, at, BUTTON[0], "Buy")
        found = measure_usual(store, JOURNEY, SCOPE, asked, NOW)

        def total(visitor: int, at: int = at) -> int:
            return sum(engaged[row.view] for row in rows if (row.visitor, row.touchpoint) == (visitor, at))

        for group, is_on in ((found.left, False), (found.went_on, True)):
            here = [one for one, steps in people.items() if at in steps and (steps[-1] != at) is is_on]
            pressed = {row.visitor for row in clicks if row.touchpoint == at}
            assert (group.visitors, group.engaged_of) == (len(here), len(here))
            assert group.engaged_ms == (statistics.median(map(total, here)) if here else None)
            assert group.pressed == len(pressed & set(here))
        assert found.engaged_ms == total(way.example.visitor)
        assert found.has_left is (at == 4)


def test_of_a_touchpoint_that_is_no_page_nobody_pressed_an_element(store: Store) -> None:
    put(store, rows_of(*[USUAL] * ALIKE))
    first, *others = JOURNEY.stages
    journey = replace(JOURNEY, stages=(replace(first, touchpoints=(touchpoint("home"), first.touchpoints[1])), *others))
    asked = UsualAsked(Example(1, BEGIN), 1, BUTTON[0], "Buy")
    assert measure_usual(store, journey, SCOPE, asked, NOW).element == ""
    assert measure_usual(store, journey, SCOPE, dataclasses.replace(asked, touchpoint=4), NOW).element == BUTTON[0]


def test_what_is_asked_about_is_what_did_nothing_before_what_was_pressed_most() -> None:
    deeds = [Deed(0, "clicked", "A", "a", times=9), Deed(1, "clicked", "B", "b", dead=True), Deed(2, "typed", "C", "c")]
    assert pressed_most(deeds) == deeds[1]
    assert pressed_most(deeds[:1]) == deeds[0]
    assert pressed_most(deeds[2:]) is None
