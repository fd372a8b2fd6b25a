"""The measured lanes of a map on the real engine against a plain loop, and that hidden lanes cost nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from aggregator.answers.journey import measure_journey
from aggregator.answers.journey_lanes import MeasuredLanes, measured_lanes, shown_kinds
from rules.journey_lanes import USUAL_LANES
from store.client import Store
from store.journeys import Matcher, Touchpoint
from store.snapshots import Snapshots
from store.zones import Zone
from tests.aggregator.build import insert, insert_elements, record_id
from tests.aggregator.journey_loop import Row, Truth
from tests.aggregator.test_journey_figures import BEGIN, JOURNEY, LINK, NOW, SCOPE, made_rows, pair, put, truth_of
from tests.aggregator.test_touchpoint import device_of

ALL = ("actions", "channels", "hours")
HOUR = 3_600_000


def lanes(store: Store, kinds: Any = ALL, journey: Any = JOURNEY, **changed: Any) -> MeasuredLanes:
    scope = replace(SCOPE, **changed)
    measured = measure_journey(store, journey, scope, (), NOW)
    return measured_lanes(store, Snapshots(store), journey, scope, measured, kinds, NOW)


def in_stage(truth: Truth, stage: int) -> list[Row]:
    return [
        row
        for way in truth.ways().values()
        for row in way
        if truth.counts(row) and row.touchpoint and truth.stage_of[row.touchpoint] == stage
    ]


def test_devices_and_hours_of_stages_are_those_of_the_loop(store: Store) -> None:
    rows = [replace(row, selected=True) for row in made_rows(200, 21)]
    truth = truth_of(rows)
    put(store, truth, device=device_of)
    found = lanes(store)
    firsts = {visitor: next(row for row in way if truth.counts(row)) for visitor, way in truth.ways().items()}
    for n, stage in enumerate(JOURNEY.stages):
        here = in_stage(truth, n)
        visitors = {row.visitor for row in here}
        expected = Counter(device_of(firsts[visitor]) for visitor in visitors)
        assert {name: pair(share) for name, share in found.devices.get(stage.key, {}).items()} == {
            name: (count, len(visitors)) for name, count in expected.items()
        }
        by_hour = Counter(hours % 24 for _, hours in {(row.visitor, row.ms // HOUR) for row in here})
        assert found.hours.get(stage.key, (0,) * 24) == tuple(by_hour[hour] for hour in range(24))
        assert pair(found.channels[stage.key]["mail"]) == (len(visitors),) * 2 if visitors else True


def test_hours_are_those_of_the_zone(store: Store) -> None:
    put(store, truth_of([Row(1, BEGIN + 5 * HOUR + 1, 1, "/", 1), Row(1, BEGIN + 6 * HOUR - 1, 2, "/", 1)]))
    assert lanes(store, zone=Zone("Asia/Kolkata")).hours["awareness"][10:12] == (1, 1)


def test_a_channel_is_a_touchpoint_of_its_visits(store: Store) -> None:
    """How a visit came touches the stage with its first view only, which needs the ways of visitors."""
    mail = Touchpoint("mail", {"en": "Mail"}, (), matchers=(Matcher(on="channel", channel="mail"),))
    first, *rest = JOURNEY.stages
    journey = structs.replace(JOURNEY, stages=(structs.replace(first, touchpoints=(mail,)), *rest))
    put(store, truth_of([Row(1, BEGIN + HOUR, 1, "/legal", 0), Row(1, BEGIN + HOUR + 60_000, 2, "/legal", 0)]))
    found = lanes(store, journey=journey)
    assert pair(found.channels["awareness"]["mail"]) == (1, 1)
    assert found.hours["awareness"][1] == 1


def test_the_elements_that_most_visitors_clicked(store: Store) -> None:
    page = "shop.example/basket"
    insert_elements(store, [LINK], page=page)
    put(store, truth_of([Row(v, BEGIN + v, v, "/basket", 4) for v in range(1, 31)]))
    at = {"page": page, "record": record_id(*LINK), "time": BEGIN + HOUR}
    clicks = [at | {"visitor": v, "view": v, "key": key} for key, times in ((9, 4), (8, 3), (7, 2), (6, 1)) for v in
              range(1, times + 1)]  # fmt: skip
    insert(store, "points", clicks)
    found = lanes(store).elements
    assert [(one.key, pair(one.share)) for one in found["basket"]] == [(9, (4, 30)), (8, (3, 30)), (7, (2, 30))]
    assert list(found) == ["basket"]


@pytest.mark.parametrize("hidden", [True, False])
def test_only_lanes_that_are_shown_are_counted(store: Store, hidden: bool) -> None:
    put(store, truth_of([Row(1, BEGIN, 1, "/", 1)]))
    shown = tuple(structs.replace(lane, hidden=hidden or lane.kind != "channels") for lane in USUAL_LANES)
    kinds = shown_kinds(structs.replace(JOURNEY, lanes=shown))
    assert kinds == (set() if hidden else {"channels"})
    found = lanes(store, kinds)
    assert (found.elements, found.hours) == ({}, {})
    assert bool(found.devices) is not hidden
