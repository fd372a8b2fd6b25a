"""Latency of the heatmap of a page with a million points, compared with only reading the same rows."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np

from aggregator.answers.counting import count_elements
from aggregator.answers.heatmap import heatmap
from aggregator.answers.located import locate
from aggregator.answers.sample import read_sample
from aggregator.grids.density import density
from aggregator.pictures.newest import newest_picture
from aggregator.placing.elements import LayoutIndex
from aggregator.placing.ladder import OWN, record_places
from aggregator.placing.projection import place_spots
from aggregator.placing.states import StatePicture, owners
from aggregator.queries.cells import read_cells
from aggregator.queries.exposure import read_exposed
from aggregator.queries.points import read_left_out, read_points
from aggregator.queries.records import read_named_records
from aggregator.shapes.records import Records
from aggregator.shapes.scope import Scope
from store.client import Store, open_store
from store.layouts import Layout
from store.migrations import migrate
from store.snapshots import Snapshot, Snapshots, new_id

NAME = "heatmap"
HELP = "latency of a heatmap of a million points: cold, warm, and each part (1 min)"

PAGE = "shop.example/"
SINCE, UNTIL = date(2026, 3, 1), date(2026, 3, 28)
WIDTH, HEIGHT, ELEMENTS, TOUCHED = 1366, 12_000, 1_800, 400
STATES = ("menu", "drawer", "dialog")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Milliseconds (median of 5 when warm), and the ratio to only reading the rows."""
    n = 100_000 if getattr(args, "quick", False) else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(folder)
        try:
            return _measure(store, n)
        finally:
            store.close()


def _measure(store: Store, n: int) -> dict[str, Any]:
    migrate(store)
    snapshots = Snapshots(store)
    layout = page(snapshots)
    fill(store, layout, n)
    scope = Scope(1, (PAGE,), "click", SINCE, UNTIL)
    cold = _once(lambda: heatmap(store, snapshots, scope, WIDTH))
    states = _median(lambda: heatmap(store, snapshots, scope, WIDTH, "", STATES))
    read = _median(lambda: read_points(store, scope, (PAGE,)))
    warm = _median(lambda: heatmap(store, snapshots, scope, WIDTH))
    picture = newest_picture(snapshots, scope, (PAGE,), WIDTH, "")
    sample = read_sample(store, scope, (PAGE,), WIDTH)
    found = locate(store, snapshots, picture, sample)
    cells, records, index = sample.cells, sample.records, picture.index
    placed = place_spots(cells.spots, records, index, found.places)
    weight = cells.weight.astype(np.float32)
    return {
        "points": cells.points,
        "cells": len(cells),
        "records": len(records),
        "on their element": float(cells.n[placed.rung == OWN].sum() / cells.points),
        "cold, ms": cold,
        "warm, ms": warm,
        "reading the rows alone, ms": read,
        "warm, of a page with three states, ms": states,
        "ratio to reading": warm / read,
        "parts, ms": {
            "layout indexed": _median(lambda: LayoutIndex(layout)),
            "points counted by cell": _median(lambda: read_cells(store, "click", sample.where)),
            "records read": _median(lambda: read_named_records(store, scope, (PAGE,), records.record)),
            "exposed visitors": _median(lambda: read_exposed(store, scope, (PAGE,), WIDTH)),
            "left out": _median(lambda: read_left_out(store, scope, (PAGE,))),
            "cells assigned to four pictures": _median(lambda: owners(cells, records, _shown(records, index))),
            "projection": _median(lambda: place_spots(cells.spots, records, index, found.places)),
            "grid": _median(lambda: density(placed.x, placed.y, weight, layout)),
            "visitors, dead and rage": _median(lambda: count_elements(store, found, placed)),
        },
    }


def _shown(records: Records, index: LayoutIndex) -> list[StatePicture]:
    return [StatePicture(index, record_places(records, index, {})) for _ in range(4)]


def _once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _median(work: Callable[[], object], times: int = 5) -> float:
    return statistics.median(_once(work) for _ in range(times))


def page(snapshots: Snapshots) -> Layout:
    """A long page of sections with lists of links; every element has distinct fingerprints."""
    rng = np.random.default_rng(7)
    letters = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
    # id, name, type, role and label are absent; href, text, plain, all, sub, head and a class are present.
    fps = [
        "........" + "".join(rng.choice(letters, 10)) + ".." + "".join(rng.choice(letters, 4)) for _ in range(ELEMENTS)
    ]
    paths = [f"section#part-{i // 60}>ul:1>li:{i % 60 + 1}>a:1" for i in range(ELEMENTS)]
    row, column = np.divmod(np.arange(ELEMENTS), 6)
    layout = Layout.of(
        WIDTH,
        HEIGHT,
        768,
        {
            "paths": paths,
            "fps": fps,
            "names": [f"Link {i}" for i in range(ELEMENTS)],
            "tags": ["a"] * ELEMENTS,
            "parents": [-1] * ELEMENTS,
            "x": column * 220.0 + 20,
            "y": row * 40.0,
            "w": [200.0] * ELEMENTS,
            "h": [36.0] * ELEMENTS,
            "visible": [True] * ELEMENTS,
            "fixed": [False] * ELEMENTS,
            "scroller": [-1] * ELEMENTS,
        },
    )
    for state in ("", *STATES):
        snapshot = Snapshot(new_id(), 1, PAGE, WIDTH, "", state, f"https://{PAGE}", 0, HEIGHT, 768, "Bench")
        snapshots.save(snapshot, layout, [(HEIGHT, b"")])
    return layout


def fill(store: Store, layout: Layout, n: int) -> None:
    """Insert `n` clicks of n/3 visitors over four weeks, generated in SQL."""
    day, stamp = "toDate({since:Date}) + number % 28", "toDateTime64(day, 3, 'UTC') + number % 86400"
    who = f"1 AS site, {{page:String}} AS page, {day} AS day, {stamp} AS time"
    values: dict[str, Any] = {"page": PAGE, "since": SINCE, "n": n}
    touched = list(range(0, ELEMENTS, ELEMENTS // TOUCHED))
    store.command(
        "INSERT INTO elements (site, page, record, key, path, fp, seen) "
        "SELECT 1, {page:String}, xxHash64(concat(p, ' ', f)), xxHash64(p), p, f, now64(3) "
        "FROM (SELECT arrayJoin(arrayZip({paths:Array(String)}, {fps:Array(String)})) AS e, e.1 AS p, e.2 AS f)",
        page=PAGE,
        paths=[layout.paths[i] for i in touched],
        fps=[layout.fps[i] for i in touched],
    )
    store.command(
        f"INSERT INTO views (site, page, day, time, view, visitor, device, viewport_w, viewport_h, page_h) "
        f"SELECT {who}, cityHash64(number), cityHash64(number, 'v'), 'desktop', 1366, 768, 12000 "
        "FROM numbers(intDiv({n:UInt64}, 3))",
        **values,
    )
    store.command(
        "INSERT INTO points (site, page, day, time, view, visitor, kind, key, record, fx, fy, page_x, page_y, page_w, "
        "page_h, viewport_w, weight, button, flags, effect, effect_ms, device) "
        f"SELECT {who}, cityHash64(number % v), cityHash64(number % v, 'v'), 'click', e.1, e.2, rand(1) % 10001, "
        "rand(2) % 10001, rand(3) % 1366, rand(4) % 12000, 1366, 12000, 1366, 1, 0, 0, rand(5) % 5, 100, 'desktop' "
        "FROM (SELECT number, intDiv({n:UInt64}, 3) AS v, (SELECT groupArray((key, record)) FROM elements) AS known, "
        "known[1 + intDiv(pow(rand(6) / 4294967296., 2) * length(known), 1)] AS e FROM numbers({n:UInt64}))",
        **values,
    )
