"""The card of a touchpoint on the real engine against a plain loop over the rows (journey_loop.py)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from aggregator.answers.journey import measure_journey
from aggregator.answers.touchpoint import CardAsked, FlowAfter, FlowBefore, TouchpointCard, touchpoint_card
from aggregator.shapes.touchpoint_parts import Step, spans_of, usual_step
from store.client import Store
from store.snapshots import Snapshots
from store.zones import Zone
from tests.aggregator import journey_loop as loop
from tests.aggregator.build import insert, insert_elements, record_id
from tests.aggregator.journey_loop import DAY, Row, Truth
from tests.aggregator.test_journey_figures import (
    BEGIN,
    GOALS,
    JOURNEY,
    LINK,
    NOW,
    NUMBER,
    SCOPE,
    SINCE,
    UNTIL,
    assert_touchpoint,
    made_rows,
    pair,
    put,
    truth_of,
    windowed,
    with_goals,
)

KEYS = ("", "home", "blog", "lamps", "basket", "thanks")


def card(store: Store, key: str, step: Step = "day", **changed: Any) -> TouchpointCard:
    scope = replace(SCOPE, **changed)
    measured = measure_journey(store, JOURNEY, scope, GOALS, NOW)
    return touchpoint_card(store, Snapshots(store), JOURNEY, scope, measured, CardAsked(key, step), NOW)


def device_of(row: Row) -> str:
    return ("phone", "desktop", "desktop", "watch")[row.view % 4]


def of_device(truth: Truth, device: str) -> Truth:
    """The rows of the visitors whose first view in the period was on a device."""
    firsts = {visitor: next(row for row in way if truth.counts(row)) for visitor, way in truth.ways().items()}
    members = {visitor for visitor, row in firsts.items() if device_of(row) == device}
    return replace(truth, rows=[row for row in truth.rows if row.visitor in members])


def flow(rows: tuple[FlowBefore, ...] | tuple[FlowAfter, ...]) -> dict[str, Any]:
    return {one.touchpoint: one for one in rows}


def test_every_part_of_a_card_is_that_of_the_loop(store: Store) -> None:
    rows = [replace(row, selected=True) for row in made_rows(250, 5)]
    truth, orders = with_goals(rows, 6)
    put(store, truth, orders, device_of)
    for key in ("home", "basket"):
        number, found = KEYS.index(key), card(store, key)
        assert [one.span.since for one in found.spans] == [SINCE + timedelta(days=n) for n in range(20)]
        for n, one in enumerate(found.spans):
            span = (BEGIN + n * DAY, BEGIN + (n + 1) * DAY)
            assert_touchpoint(one.figures, loop.touchpoint(replace(truth, span=span), number))
        assert found.devices.keys() == {"desktop", "phone", "unknown"}  # a watch counts as unknown
        for device, figures in found.devices.items():
            of = of_device(truth, "watch" if device == "unknown" else device)
            assert_touchpoint(figures, loop.touchpoint(of, number))
        assert_touchpoint(found.channels["mail"], loop.touchpoint(truth, number))
        expected = loop.touchpoint(truth, number)
        assert_touchpoint(found.figures, expected)
        after = flow(found.went_to)
        assert {KEYS.index(b): (windowed(one.ever), windowed(one.directly)) for b, one in after.items() if b} == (
            expected["steps"]
        )
        nothing = after[""].directly.share
        assert nothing is not None
        assert nothing.visitors == nothing.of - sum(one.directly.share.visitors for b, one in after.items() if b)
        before = flow(found.came_from)
        whole = loop.before(truth, number)
        assert {KEYS.index(b): (one.directly.visitors, one.ever.visitors) for b, one in before.items() if b} == {
            b: counts for b, counts in whole.items() if b
        }
        assert pair(before[""].directly) == (whole[0][0], expected["visitors"])


def test_the_weeks_of_a_segment_are_those_of_the_loop(store: Store) -> None:
    rows = made_rows(150, 7)
    selected = [replace(row, selected=device_of(row) == "desktop") for row in rows]
    truth, orders = with_goals(selected, 8)
    put(store, replace(truth, rows=[replace(row, selected=True) for row in selected]), orders, device_of)
    found = card(store, "lamps", "week", device="desktop")
    assert [len(range((one.span.until - one.span.since).days)) + 1 for one in found.spans] == [6, 7, 7]
    for one in found.spans:
        begin = BEGIN + (one.span.since - SINCE).days * DAY
        span = (begin, begin + ((one.span.until - one.span.since).days + 1) * DAY)
        expected = loop.touchpoint(replace(truth, span=span), 3)
        assert one.figures.visitors == expected["visitors"]
        assert pair(one.figures.reach) == expected["reach"]
        assert windowed(one.figures.forward) == expected["forward"]
        assert pair(one.figures.back) == expected["back"]


def test_troubles_count_on_their_day_and_elements_by_what_was_clicked(store: Store) -> None:
    page = "shop.example/basket"
    insert_elements(store, [LINK], page=page)
    rows = [Row(v, BEGIN + day * DAY, 10 * v + day, "/basket", 4) for v in range(1, 31) for day in (1, 2)]
    put(store, truth_of(rows))

    def clicks(v: int, day: int, times: int, key: int, **more: Any) -> list[dict[str, Any]]:
        of = {"visitor": v, "view": 10 * v + day, "page": page, "key": key, "record": record_id(*LINK)}
        return [of | {"time": BEGIN + day * DAY + 1_000 + 10 * n} | more for n in range(times)]

    insert(
        store,
        "points",
        [*clicks(1, 1, 1, 7, effect=0), *clicks(2, 2, 2, 7, effect=0), *clicks(3, 2, 3, 8, effect_ms=500),
         *clicks(4, 2, 1, 8)],
    )  # fmt: skip
    found = card(store, "basket")
    dead = [pair(one.figures.frustration.dead) for one in found.spans[1:3]]
    rage = [pair(one.figures.frustration.rage) for one in found.spans[1:3]]
    assert (dead, rage) == ([(1, 30), (1, 30)], [(0, 30), (1, 30)])
    assert [pair(one.figures.frustration.any) for one in found.spans[1:3]] == [(1, 30), (2, 30)]
    by_key = {one.key: one for one in found.elements}
    assert {key: (pair(one.share), one.clicks, one.dead_clicks, one.rage_clicks) for key, one in by_key.items()} == {
        7: ((2, 30), 3, 3, 0),
        8: ((2, 30), 4, 0, 3),
    }
    assert pair(by_key[7].dead) == (2, 2)
    assert pair(by_key[8].rage) == (1, 2)


def test_days_are_those_of_the_zone(store: Store) -> None:
    """In Auckland, where clocks are 13 hours ahead, the evening of a day in UTC is the next day."""
    rows = [Row(1, BEGIN + DAY + 12 * 3_600_000, 1, "/", 1), Row(2, BEGIN + DAY + 10 * 3_600_000, 2, "/", 1)]
    put(store, truth_of(rows))
    found = card(store, "home", zone=Zone("Pacific/Auckland"))
    assert [(one.span.since, one.figures.visitors) for one in found.spans if one.figures.visitors] == [
        (date(2026, 3, 2), 1),
        (date(2026, 3, 3), 1),
    ]


def test_a_card_of_nobody(store: Store) -> None:
    found = card(store, "thanks")
    assert (found.figures.visitors, found.came_from, found.went_to, found.elements) == (0, (), (), ())
    assert (found.devices, found.channels, found.changes) == ({}, {}, ())
    with pytest.raises(KeyError):
        card(store, "nothing")


def test_a_change_is_said_since_its_day(store: Store) -> None:
    """From the tenth day on, half of the visitors of the basket leave at once; until then, one in ten does."""
    rows: list[Row] = []
    for day in range(20):
        for v in range(60):
            visitor, ms = 1_000 * day + v + 1, BEGIN + day * DAY + v * 60_000
            leaves = v % 10 == 0 if day < 10 else v % 2 == 0
            pages = ("/basket",) if leaves else ("/basket", "/legal")
            for n, page in enumerate(pages):
                rows.append(Row(visitor, ms + n * 20_000, 10 * visitor + n, page, NUMBER.get(page, 0), 12_000))
    put(store, truth_of(rows))
    changes = card(store, "basket").changes
    assert [(one.metric, one.since) for one in changes] == [("exits", "2026-03-11")]
    assert changes[0].before == pytest.approx(0.1)
    assert changes[0].after == pytest.approx(0.5)


def test_weeks_end_with_the_period() -> None:
    assert [one.since.day for one in spans_of(SINCE, UNTIL, "week")] == [1, 7, 14]
    assert len(spans_of(date(1990, 1, 1), date(2026, 1, 1), "day")) == 800
    assert (usual_step(SINCE, UNTIL), usual_step(SINCE, SINCE + timedelta(days=92))) == ("day", "week")
