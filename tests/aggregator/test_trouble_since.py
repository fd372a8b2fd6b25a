"""Since when an element frustrates visitors."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from aggregator.answers.trouble_since import troubles_since
from aggregator.answers.troubles import troubles
from aggregator.measures.trouble_since import trouble_since
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.layouts import path_key
from store.zones import Zone
from tests.aggregator.build import DAY, NOON, PAGE, fp, insert, insert_elements, record_id

FIRST = date(2026, 11, 1)
DAY_MS = 86_400_000
CODE = ("main>button:1", fp(id="code"))


def series(*counts: tuple[int, int]) -> list[tuple[date, int, int]]:
    return [(FIRST + timedelta(days=n), hurt, of) for n, (hurt, of) in enumerate(counts)]


def test_the_day_on_which_it_began_is_found_and_a_fall_is_none() -> None:
    rise = [*[(3, 60)] * 7, *[(55, 60)] * 5]
    found = trouble_since(series(*rise))
    assert found
    assert (found.day, round(found.before, 2), round(found.after, 2)) == (date(2026, 11, 8), 0.05, 0.92)
    assert trouble_since(series(*reversed(rise))) is None


@pytest.mark.parametrize(
    "counts",
    [
        [],
        [(55, 60)] * 12,  # always
        [(3, 60)] * 9 + [(55, 60)] * 2,  # too short
        [(0, 2)] * 7 + [(2, 2)] * 5,  # too few
        [(29, 60), (31, 60)] * 6,  # chance
        [(0, 0)] * 12,
    ],
)
def test_without_a_change_beyond_chance_there_is_no_day(counts: list[tuple[int, int]]) -> None:
    assert trouble_since(series(*counts)) is None


@pytest.mark.parametrize("trouble", ["dead", "rage", "failed"])
def test_the_day_of_each_kind_of_trouble_is_read_from_what_was_clicked(store: Store, trouble: str) -> None:
    for table in ("points", "events", "views", "elements"):
        store.command(f"TRUNCATE TABLE {table}")
    insert_elements(store, [CODE])
    points, events, views = [], [], []
    for day in range(12):
        for visitor in range(40):
            number, time = 1 + day * 100 + visitor, NOON + (day - 11) * DAY_MS + visitor * 1000
            on = {"view": number, "visitor": number, "key": path_key(CODE[0]), "record": record_id(*CODE)}
            hurt = day >= 6
            views.append({"view": number, "visitor": number, "time": time})
            works = not hurt or trouble == "failed"
            times = 4 if hurt and trouble == "rage" else 1
            points += [
                on | {"time": time + 200 * n, "effect": int(works), "effect_ms": 10 if works else 0, "page_x": 100}
                for n in range(times)
            ]
            if hurt and trouble == "failed":
                events.append(on | {"time": time + 5, "kind": "error", "name": "a.js#Qx"})
    insert(store, "views", views)
    insert(store, "points", points)
    insert(store, "events", events)
    for zone in (Zone("UTC"), Zone("Asia/Tokyo")):
        scope = SiteScope(1, DAY - timedelta(days=2), DAY + timedelta(days=1), zone=zone)
        found = troubles(store, scope)
        assert [one.worst for one in found] == [120]
        since = troubles_since(store, scope, found)
        assert {place: one.day for place, one in since.items()} == {(PAGE, path_key(CODE[0])): DAY - timedelta(days=5)}
        (one,) = since.values()
        assert (one.before, one.after) == (0.0, 1.0)
