"""The engine's counts against the same figures counted point by point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.answers.heatmap import Heatmap, heatmap
from aggregator.answers.placed_points import placed_blocks
from aggregator.measures.elements_table import counts_for
from aggregator.placing.ladder import RUNGS
from aggregator.placing.page_like import likeness, middle_of_spot
from aggregator.placing.projection import NONE
from aggregator.queries.point_sql import cell_sql, like_sql, spot_sql
from aggregator.shapes import cells
from aggregator.shapes.cells import STEPS, cell_of, find_cells, middles, part_of, parts_of
from aggregator.shapes.records import distinct
from aggregator.shapes.scope import Scope
from store.client import Store
from store.flags import DISABLED, DRAGGED, KEYBOARD, MODIFIER, UNSEEN_MS
from store.layouts import path_key
from store.snapshots import Snapshots
from tests.aggregator.build import DAY, NOON, PAGE, fp, insert, insert_elements, layout, record_id
from tests.aggregator.one_by_one import element_table, judge
from tests.aggregator.test_heatmap import take_picture, visits

LINK = ("main>a:1", fp(text="Buy", href="/buy"))
ICON = ("main>a:1>i:1", fp(classes=("icon",)))
FIELD = ("form#f>input:1", fp(name="mail"))
WORD = ("span#word", fp(text="Remember me"))  # in a label, which only the layout says
SLIDE = ("div#carousel>a:3", fp(text="Third", href="/3"))
EDGE = ("a#edge", fp(text="Half outside"))
TEXT = ("p#text>a:1", fp(text="Two lines", href="/two"))
GONE = ("section#box>em:1", fp(text="Sale"))  # on its ancestor
NOWHERE = ("article>em:1", fp(text="Gone"))  # at its place on the page
LOST = ("button#lost", fp(text="Lost"))  # its record is not stored
TWICE = [("ul>li:1", fp(classes=("star",))), ("ul>li:2", fp(classes=("star",)))]
ALL = [LINK, ICON, FIELD, WORD, SLIDE, EDGE, TEXT, GONE, NOWHERE, LOST, *TWICE]
ON = layout(
    (*LINK, (100, 100, 200, 40)),
    (*ICON, (110, 105, 20, 20)),
    (*FIELD, (100, 200, 300, 30)),
    ("label#l", "", (100, 260, 200, 30)),
    (*WORD, (130, 260, 100, 30)),
    ("div#carousel", "", (0, 400, 400, 200)),
    (*SLIDE, (350, 400, 300, 200)),
    (*EDGE, (900, 700, 300, 100)),
    (*TEXT, (0, 800, 500, 40)),
    ("section#box", "", (500, 1000, 200, 100)),
    *((*one, (600, 1200 + 50 * n, 40, 40)) for n, one in enumerate(TWICE)),
    (*LOST, (700, 100, 100, 40)),
    control={LINK[0]: LINK[0], ICON[0]: LINK[0], FIELD[0]: FIELD[0], "label#l": "label#l", WORD[0]: "label#l"},
    scroller={SLIDE[0]: "div#carousel"},
    lines={TEXT[0]: [400, 800, 100, 20, 0, 820, 50, 20]},
)
SCOPE = Scope(1, (PAGE,), "click", DAY, DAY)

POINTS = st.lists(
    st.fixed_dictionaries(
        {
            "element": st.sampled_from(ALL),
            "visitor": st.integers(1, 6),
            "view": st.integers(1, 5),
            "time": st.integers(0, 12).map(lambda step: NOON + step * 400),
            "fx": st.integers(0, STEPS),
            "fy": st.integers(0, STEPS),
            "box_w": st.sampled_from([3, 40, 200, 900]),
            "box_h": st.sampled_from([3, 40, 200]),
            "page_x": st.integers(-5, 1100) | st.integers(480, 720),
            "page_y": st.integers(-5, 2100) | st.integers(980, 1120),
            "page_w": st.sampled_from([1000, 1010, 390]),
            "page_h": st.sampled_from([2000, 2001, 2008, 2600]),
            "viewport_w": st.sampled_from([1000, 1015, 390]),
            "button": st.sampled_from([0, 0, 0, 1]),
            "flags": st.sampled_from([0, 0, 0, DISABLED, DRAGGED, KEYBOARD, MODIFIER]),
            "effect": st.sampled_from([0, 1]),
            "effect_ms": st.sampled_from([0, 100, 300, 310, 1000, 1010, UNSEEN_MS]),
        }
    ),
    max_size=60,
)


def fill(store: Store, made: Sequence[dict[str, Any]], kind: str = "click") -> None:
    take_picture(store, on=ON)
    insert_elements(store, [one for one in ALL if one != LOST])
    visits(store, range(1, 7))
    rows = [
        {"kind": kind, "key": path_key(one["element"][0]), "record": record_id(*one["element"])}
        | {name: value for name, value in one.items() if name != "element"}
        for one in made
    ]
    if rows:
        insert(store, "points", rows)


def ask(store: Store, **columns: Any) -> Heatmap:
    return heatmap(store, Snapshots(store), replace(SCOPE, **columns), 1000)


def check(store: Store, heat: Heatmap) -> None:
    """Every figure of the map, counted from its points one by one."""
    blocks = list(placed_blocks(store, heat))
    points, placed = (blocks[0].points, blocks[0].placed) if blocks else (None, None)
    if points is None or placed is None:
        assert (heat.account.left, heat.elements) == (0, [])
        return
    rungs = [RUNGS[rung] for rung in placed.rung]
    a = heat.account
    assert (a.own, a.twin, a.ancestor, a.page, a.not_placed) == tuple(map(rungs.count, RUNGS))
    assert a.look_alikes == placed.look_alikes
    counted = counts_for(placed, heat.layout)
    dead, rage = judge(points, heat.records, counted, heat.layout.tags)
    assert heat.elements == element_table(points, placed, heat.layout, heat.visitors, dead, rage)
    assert (heat.cells.n.sum(), heat.cells.rage.sum()) == (len(points), rage.sum())
    assert heat.cells.dead.sum() == dead.sum()
    assert heat.cells.weight.sum() == pytest.approx(points.weight.sum())
    drawn = placed.rung != NONE
    assert np.isfinite(placed.x[drawn]).all()
    assert np.isfinite(placed.y[drawn]).all()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(POINTS)
def test_the_engine_counts_as_a_loop_over_the_points(store: Store, made: list[dict[str, Any]]) -> None:
    for table in ("points", "views", "elements", "snapshots", "strips", "folded_days", "folded_records"):
        store.command(f"TRUNCATE TABLE {table}")
    fill(store, made)
    check(store, ask(store))


def test_dwell_is_counted_as_by_a_loop(store: Store) -> None:
    made = [
        {"element": one, "visitor": n % 5, "view": n % 7, "fx": 625 + n % 8 * 1250, "fy": 5625, "weight": 100.0 * n}
        for n, one in enumerate(ALL * 4)
    ]
    fill(store, made, "hover")
    heat = ask(store, kind="hover")
    check(store, heat)
    assert {row.path for row in heat.elements} >= {LINK[0], SLIDE[0]}


def test_points_in_blocks_are_all_of_them_in_order(store: Store) -> None:
    made = [{"element": LINK, "visitor": n, "view": n, "time": NOON + (n * 7 % 20) * 1_000_000} for n in range(1, 60)]
    fill(store, made)
    heat = ask(store)
    blocks = list(placed_blocks(store, heat, most=10))
    assert len(blocks) > 3
    times = np.concatenate([block.points.time for block in blocks])
    assert len(times) == len(made)
    assert (np.diff(times) >= 0).all()


def test_sql_and_python_name_the_same_cells(store: Store) -> None:
    rng = np.random.default_rng(1)
    n = 4000
    side = np.concatenate((rng.integers(0, 60, n), rng.integers(0, 50_000, n), [0, 1, 5, 6, 11, 12, 2**32 - 1]))
    step = rng.integers(0, STEPS + 1, len(side))
    page, of = rng.integers(-3000, 90_000, len(side)), rng.integers(0, 90_000, len(side))
    rows = {
        "box_w": side, "box_h": side[::-1].copy(), "fx": step, "fy": step[::-1].copy(), "page_x": page, "page_w": of,
        "page_h": of % 4000, "viewport_w": of % 2000,
    }  # fmt: skip
    table = zip(*(column.tolist() for column in rows.values()), strict=True)
    insert(store, "points", [dict(zip(rows, values, strict=True)) for values in table])
    like, values = like_sql(ON)
    c = store.columns(
        f"SELECT box_w, box_h, fx, fy, page_x, page_w, page_h, viewport_w, {cell_sql('click')} AS cell, "
        f"{like} AS alike, {spot_sql('page_x', 'page_w', 'picture_w')} AS x FROM points",
        **values,
    )
    w, h, fx, fy = (c[name].astype(np.int64) for name in ("box_w", "box_h", "fx", "fy"))
    across, down = part_of(fx, parts_of(w)), part_of(fy, parts_of(h))
    assert (cell_of(across, down) == c["cell"]).all()
    assert np.abs(middles(across) - fx / STEPS).max() <= 0.5 + 1e-6
    off = np.abs(middles(across) - fx / STEPS) * w
    assert off[w < 30_000].max() <= 6  # px: half a cell
    page_w, page_h = c["page_w"].astype(np.int32), c["page_h"].astype(np.int32)
    assert (likeness(c["viewport_w"].astype(np.int32), page_h, ON) == c["alike"]).all()
    assert (middle_of_spot(c["page_x"], page_w, ON.width) == c["x"]).all()


NUMBERED = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 40), st.integers(1, 40)), unique=True, min_size=1)


@given(NUMBERED, st.data(), st.sampled_from([1 << 22, 0]))
def test_cells_are_found_by_their_record_and_their_part(
    made: list[tuple[int, int, int]], data: st.DataObject, most_slots: int
) -> None:
    number = np.array([one[0] for one in made], np.uint32)
    cell = cell_of(*(np.array([one[n] for one in made]) for n in (1, 2)))
    wanted = np.array(data.draw(st.lists(st.sampled_from(range(len(made))))), np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cells, "_MOST_SLOTS", most_slots)
        assert find_cells(number, cell, number[wanted], cell[wanted]).tolist() == wanted.tolist()


@given(st.lists(st.sampled_from([0, 1, 7, 1 << 40, (1 << 64) - 1])))
def test_distinct_ids_and_which_of_them_each_is(ids: list[int]) -> None:
    found, which = distinct(np.array(ids, np.uint64))
    assert found.tolist() == sorted(set(ids))
    assert found[which].tolist() == ids
