from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.client import Store
from store.layouts import Layout, path_key
from store.snapshots import Snapshot, Snapshots, new_id

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_ids = itertools.count(new_id())


@st.composite
def columns(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(st.integers(0, 6))

    def of(item: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(item, min_size=count, max_size=count))

    index = st.integers(-1, count - 1)
    return {
        **{name: of(TEXT) for name in ("paths", "fps", "names", "tags")},
        **{name: of(index) for name in ("parents", "scroller", "control")},
        **{name: of(st.floats(-1e6, 1e6, width=32)) for name in ("x", "y", "w", "h")},
        **{name: of(st.booleans()) for name in ("visible", "fixed")},
        "lines": of(st.sampled_from([[], [1.0, 2.0, 30.0, 4.0, 0.0, 6.0, 12.5, 4.0]])),
    }


def same(a: Layout, b: Layout) -> bool:
    sizes = (a.width, a.height, a.viewport_h) == (b.width, b.height, b.viewport_h)
    return sizes and a.columns() == b.columns() and a.keys.tolist() == b.keys.tolist()


@given(columns())
def test_a_layout_survives_its_columns(drawn: dict[str, Any]) -> None:
    layout = Layout.of(1366, 9000, 768, drawn)
    assert layout.columns() == drawn
    assert same(Layout.of(1366, 9000, 768, layout.columns()), layout)
    assert layout.keys.dtype == np.uint64
    assert layout.keys.tolist() == [path_key(path) for path in layout.paths]


def test_earlier_layouts_have_neither_controls_nor_lines() -> None:
    drawn = {name: ["a"] for name in ("paths", "fps", "names", "tags")}
    drawn |= {name: [0.0] for name in ("x", "y", "w", "h", "visible", "fixed")}
    old = Layout.of(1366, 900, 768, drawn | {"parents": [-1], "scroller": [-1], "control": [], "lines": []})
    assert (old.control.tolist(), old.lines) == ([-1], [[]])


@given(columns())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_layout_survives_the_store(store: Store, drawn: dict[str, Any]) -> None:
    snapshots, layout = Snapshots(store), Layout.of(1366, 9000, 768, drawn)
    kept = Snapshot(next(_ids), 1, "a/b", 1366, "", "", "https://a/b", 0, 9000, 768, "")
    snapshots.save(kept, layout, [])
    assert same(snapshots.layout(kept.id), layout)


def test_the_key_is_that_of_the_tables(store: Store) -> None:
    for path in ("", "main>a:1", "form#basket>div:2>button:1", "é" * 200, "main>div:1" * 51):
        assert store.rows("SELECT xxHash64({path:String}) AS key", path=path) == [{"key": path_key(path)}]


def test_columns_of_other_lengths_are_refused() -> None:
    plain = Layout.of(1, 1, 1, {name: ["a"] if name in ("paths", "fps", "names", "tags") else [0] for name in NAMES})
    with pytest.raises(ValueError, match="2 names"):
        Layout.of(1, 1, 1, plain.columns() | {"names": ["a", "b"]})
    with pytest.raises(ValueError, match="parents of a layout refers to an element outside"):
        Layout.of(1, 1, 1, plain.columns() | {"parents": [1]})


NAMES = ("paths", "fps", "names", "tags", "parents", "x", "y", "w", "h", "visible", "fixed", "scroller")
