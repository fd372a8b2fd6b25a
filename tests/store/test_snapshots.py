from __future__ import annotations

import os
from dataclasses import replace

import pytest

from store.client import Store
from store.definitions import Missing
from store.layouts import Layout
from store.snapshots import Snapshot, Snapshots, new_id

LAYOUT = Layout.of(
    1366,
    5000,
    768,
    {
        "paths": ["main", "main>a:1"],
        "fps": ["aa" * 11, "bb" * 11],
        "names": ["", "Bücher"],
        "tags": ["main", "a"],
        "parents": [-1, 0],
        "x": [0, 10.5],
        "y": [0, 20],
        "w": [1366, 100],
        "h": [5000, 20],
        "visible": [True, True],
        "fixed": [False, True],
        "scroller": [-1, -1],
    },
)
PLAIN = Snapshot(new_id(), 1, "a/b", 1366, "", "", "https://a/b", 1_700_000_000_123, 5000, 768, "A & B", ("too tall",))


def saved(snapshots: Snapshots, **changed: object) -> Snapshot:
    snapshot = replace(PLAIN, **({"id": new_id()} | changed))  # type: ignore[arg-type]
    snapshots.save(snapshot, LAYOUT, [])
    return snapshot


def test_a_snapshot_is_read_back_to_the_byte(either: Store) -> None:
    snapshots = Snapshots(either)
    strips = [(2048, os.urandom(100_000)), (2048, bytes(range(256))), (904, b"\x00")]
    snapshots.save(PLAIN, LAYOUT, strips)
    assert snapshots.latest(1, "a/b", 1366) == snapshots.latest(1, "a/b") == snapshots.get(PLAIN.id) == PLAIN
    assert snapshots.strips(PLAIN.id) == [(0, 2048), (1, 2048), (2, 904)]
    assert [snapshots.strip(PLAIN.id, n) for n in range(3)] == [picture for _, picture in strips]
    assert snapshots.layout(PLAIN.id).columns() == LAYOUT.columns()
    snapshots.save(PLAIN, LAYOUT, strips)  # as after a try whose answer was lost
    assert snapshots.list(1) == [PLAIN]
    assert len(snapshots.strips(PLAIN.id)) == 3


def test_the_newest_that_fits_is_found(store: Store) -> None:
    snapshots = Snapshots(store)
    old = saved(snapshots, taken=1_000)
    new = saved(snapshots, taken=2_000)
    phone = saved(snapshots, taken=3_000, width=390)
    variant = saved(snapshots, taken=4_000, variant="hero=b")
    menu = saved(snapshots, taken=5_000, state="menu")
    other = saved(snapshots, taken=6_000, page="a/c")
    saved(snapshots, taken=7_000, site=2)
    assert snapshots.latest(1, "a/b", 1366) == new
    assert snapshots.latest(1, "a/b") == phone
    assert snapshots.latest(1, "a/b", 1366, variant="hero=b") == variant
    assert snapshots.latest(1, "a/b", 390, variant="hero=b") is None
    assert snapshots.latest(1, "a/b", state="menu") == menu
    assert snapshots.latest(1, "nowhere") is None
    assert snapshots.widths(1, "a/b") == [390, 1366]
    assert snapshots.widths(1, "a/b", "hero=b") == [1366]
    assert snapshots.list(1) == [phone, new, menu, variant, other]
    assert old not in snapshots.list(1)


def test_an_unknown_snapshot_is_missing(store: Store) -> None:
    snapshots = Snapshots(store)
    for ask in (snapshots.get, snapshots.layout, lambda id: snapshots.strip(id, 0)):
        with pytest.raises(Missing, match=r"no .*snapshot 5"):
            ask(5)
    assert snapshots.strips(5) == []


def test_ids_grow_and_fit_javascript() -> None:
    assert new_id() < 2**53
    assert new_id() >> 12 <= new_id() >> 12
