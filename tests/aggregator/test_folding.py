"""Maps that read folded days say what maps of the rows say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.answers.exposure import element_exposure
from aggregator.answers.heatmap import Heatmap, heatmap
from aggregator.answers.traffic import devices_of_map
from aggregator.queries import folding, folds
from aggregator.queries.folding import fold_closed_days
from aggregator.queries.folds import read_folds
from aggregator.shapes.scope import Scope
from store.client import Store
from store.erasure import TABLES as ERASED
from store.erasure import erase_table, forget_visitor
from store.kinds import MapKind
from store.layouts import path_key
from store.records import Erasure
from store.snapshots import Snapshots
from store.zones import Zone
from tests.aggregator.build import DAY, NOON, PAGE, Size, insert, insert_elements, layout, record_id
from tests.aggregator.test_cells import ALL, FIELD, LINK, LOST, ON, POINTS, TEXT
from tests.aggregator.test_heatmap import take_picture
from viewer.folding_worker import FoldingWorker

TABLES = ("points", "views", "scrolls", "elements", "snapshots", "strips", "folded_days", "folded_records")
DAY_MS = 24 * 3600 * 1000
TODAY = DAY + timedelta(days=5)
SCOPE = Scope(1, (PAGE,), "click", DAY, DAY + timedelta(days=4))
NARROW = layout((*LINK, (0, 300, 200, 40)), (*FIELD, (0, 3000, 300, 30)), size=Size(390, 4000))
SEEN = st.lists(
    st.fixed_dictionaries(
        {
            "visitor": st.integers(1, 8),
            "view": st.integers(1, 12),
            "day": st.integers(0, 4),
            "seq": st.integers(0, 2),
            "viewport_w": st.sampled_from([1000, 1010, 390, 360, 600, 5000]),
            "bands": st.just([]) | st.lists(st.sampled_from([0, 149, 150, 4000]), min_size=20, max_size=20),
            "key": st.sampled_from([0, path_key(LINK[0]), path_key(TEXT[0])]),
            "fy": st.integers(0, 10_000),
            "depth": st.integers(0, 2000),
            "bot": st.sampled_from(["", "", "", "crawler"]),
        }
    ),
    max_size=40,
)
MANY = st.lists(st.tuples(POINTS.map(lambda made: made[:12]), st.integers(0, 4)), max_size=5)


@pytest.fixture(autouse=True)
def every_day_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "WORTH", 1)


def fill(store: Store, made: Sequence[dict[str, Any]], day: int = 0, kind: str = "click") -> None:
    """Points of a day, with a view of each of their visitors; visitors 1 and 2 have consented."""
    at = day * DAY_MS
    rows = [
        {"kind": kind, "key": path_key(one["element"][0]), "record": record_id(*one["element"])}
        | {name: value for name, value in one.items() if name not in ("element", "time", "visitor", "view")}
        | {"time": one["time"] + at, "visitor": _visitor(one["visitor"], day), "view": one["view"] + day * 100}
        for one in made
    ]
    if rows:
        insert(store, "points", rows)
    seen = {one["visitor"] for one in made}
    if seen:
        insert(store, "views", [
            {"visitor": _visitor(v, day), "view": v + day * 100, "time": NOON + at, "consent": int(v < 3),
             "page_h": 1900 + 100 * v, "cut": v, "device": ("desktop", "phone")[(v + day) % 2]}
            for v in seen
        ])  # fmt: skip


def scroll(store: Store, made: Sequence[dict[str, Any]]) -> None:
    """What views had in view."""
    rows = [
        {name: value for name, value in one.items() if name not in ("day", "visitor", "view")}
        | {"time": NOON + one["day"] * DAY_MS, "visitor": _visitor(one["visitor"], one["day"])}
        | {"view": one["view"] + one["day"] * 100}
        for one in made
    ]
    if rows:
        insert(store, "scrolls", rows)


def _visitor(number: int, day: int) -> int:
    return number if number < 3 else number + day * 1000


def picture(store: Store) -> None:
    for table in TABLES:
        store.command(f"TRUNCATE TABLE {table}")
    take_picture(store, on=ON)
    take_picture(store, on=NARROW)
    insert_elements(store, [one for one in ALL if one != LOST])


def ask(store: Store, **columns: Any) -> Heatmap:
    return heatmap(store, Snapshots(store), replace(SCOPE, **columns), 1000)


def figures(store: Store, heat: Heatmap) -> dict[str, Any]:
    names = ("account", "elements", "visitors", "views", "warnings", "changed", "elsewhere")
    found = {name: getattr(heat, name) for name in names}
    exposure = element_exposure(store, Snapshots(store), heat)
    found |= {"in view": exposure.visitors.tolist(), "users": exposure.users.tolist(), "measured": exposure.measured}
    found |= {"devices": devices_of_map(store, heat)}
    return found | {"grid": heat.grid.values.round(3).tolist(), "cells": sorted_cells(heat)}


def sorted_cells(heat: Heatmap) -> list[tuple[object, ...]]:
    names = [field.name for field in fields(heat.cells) if field.name != "kind"]
    return sorted(zip(*(getattr(heat.cells, name).tolist() for name in names), strict=True))


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MANY, SEEN, st.sampled_from([Zone("UTC"), Zone("Europe/Paris"), Zone("America/Los_Angeles")]))
def test_folded_days_say_what_rows_say(
    store: Store, days: list[tuple[list[dict[str, Any]], int]], seen: list[dict[str, Any]], zone: Zone
) -> None:
    picture(store)
    for made, day in days:
        fill(store, made, day)
    scroll(store, seen)
    periods = [{"zone": zone, "until": SCOPE.until - timedelta(days=less)} for less in (0, 2)]
    rows = [figures(store, ask(store, **period)) for period in periods]
    fold_closed_days(store, TODAY)
    assert [figures(store, ask(store, **period)) for period in periods] == rows


def some(n: int, **columns: Any) -> list[dict[str, Any]]:
    return [{"element": LINK, "visitor": v, "view": v, "time": NOON, **columns} for v in range(1, n + 1)]


def folded(store: Store, kind: MapKind = "click", **columns: Any) -> list[date]:
    return list(read_folds(store, replace(SCOPE, kind=kind, **columns), (PAGE,))[0].folds.days)


def test_closed_days_are_folded_and_folded_again_when_late_batches_arrive(store: Store) -> None:
    picture(store)
    for day in range(5):
        fill(store, some(6), day)
    assert fold_closed_days(store, TODAY) == 2 * 4  # points and views; the last day is not closed yet
    assert folded(store) == [DAY + timedelta(days=n) for n in range(4)]
    assert fold_closed_days(store, TODAY) == 0
    before = ask(store)
    fill(store, [one | {"visitor": 50, "view": 50} for one in some(1)], 1)
    assert fold_closed_days(store, TODAY) == 2
    after = ask(store)
    assert after.elements[0].visitors == before.elements[0].visitors + 1
    assert store.rows("SELECT count() AS n FROM folded_days")[0]["n"] == 8


def test_dwell_is_folded_too(store: Store) -> None:
    picture(store)
    for day in range(3):
        fill(store, some(6, fx=625, fy=1875, weight=250.0), day, "hover")
    rows = figures(store, ask(store, kind="hover"))
    fold_closed_days(store, TODAY)
    assert folded(store, "hover")
    assert figures(store, ask(store, kind="hover")) == rows


def test_other_rules_are_not_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    picture(store)
    fill(store, some(6))
    fold_closed_days(store, TODAY)
    monkeypatch.setattr(folds, "RULES", 1)
    assert folded(store) == []


def test_a_narrower_question_reads_rows(store: Store) -> None:
    picture(store)
    fill(store, some(6))
    fold_closed_days(store, TODAY)
    for narrower in ({"device": "phone"}, {"variant": ("e", "a")}, {"bots": True}):
        assert folded(store, **narrower) == []
    assert read_folds(store, SCOPE, (PAGE, "other"))[0].folds.days == ()


def counted(store: Store) -> int:
    return sum(int(store.rows(f"SELECT count() AS n FROM {table}")[0]["n"]) for table in TABLES[-2:])


def test_who_is_erased_is_in_no_fold(store: Store) -> None:
    picture(store)
    for day in range(3):
        fill(store, some(6), day)
    fold_closed_days(store, TODAY)
    assert counted(store)
    forget_visitor(store, 1, 2)
    assert counted(store) == 0
    fold_closed_days(store, TODAY)
    assert counted(store)
    assert ask(store).elements[0].visitors == 3 * 5 - 2  # visitor 1 came on each day


def test_an_erasure_of_a_period_erases_the_folds_of_its_days(store: Store) -> None:
    picture(store)
    for day in range(3):
        fill(store, some(6), day)
    fold_closed_days(store, TODAY)
    until = NOON + DAY_MS  # noon of the second day
    asked = Erasure(id="x", site="1", asked=0, until={"points": until, "views": until})
    for table in ERASED:
        erase_table(store, table, asked)
    assert folded(store) == [DAY + timedelta(days=2)]


def test_the_worker_folds_after_its_start(store: Store) -> None:
    picture(store)
    fill(store, some(6))
    worker = FoldingWorker(store, lambda: datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC))
    worker.start()
    worker.wait()
    worker.stop()
    assert folded(store) == [DAY]
