"""From rows to a map, on the real engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from aggregator.answers.export import COLUMNS, placed_points
from aggregator.answers.heatmap import Heatmap, heatmap
from aggregator.answers.reach_map import ReachMap, reach_map
from aggregator.pictures.newest import NoSnapshot
from aggregator.queries.pages import resolve_pages
from aggregator.shapes.scope import BadScope, Scope
from store.client import Store
from store.layouts import Layout, path_key
from store.snapshots import Snapshot, Snapshots, new_id
from tests.aggregator.build import DAY, NOON, PAGE, fp, insert, insert_elements, layout, record_id

BUY = ("button#buy", fp(id="buy", text="Buy", all="Buy"))
LINK = ("nav>a:1", fp(text="Help", href="/help", all="Help"))
GONE = ("div#popup>a:1", fp(text="Close"))
LAYOUT = layout(
    (*BUY, (100, 200, 100, 40)), (*LINK, (0, 0, 50, 20)), ("section#b", "", (0, 1000, 1000, 500)), names={BUY[0]: "Buy"}
)
SCOPE = Scope(1, (PAGE,), "click", DAY, DAY)


def take_picture(store: Store, page: str = PAGE, variant: str = "", on: Layout = LAYOUT, **columns: Any) -> Snapshot:
    snapshot = Snapshot(new_id(), 1, page, on.width, variant, "", f"https://{page}", NOON, on.height, 800, "Lamps")
    snapshot = replace(snapshot, **columns)
    Snapshots(store).save(snapshot, on, [(on.height, b"picture")])
    return snapshot


def visits(store: Store, visitors: Sequence[int], **columns: Any) -> None:
    insert(store, "views", [{"visitor": v, "view": v * 10} | columns for v in visitors])


def clicks(store: Store, element: tuple[str, str], visitors: Sequence[int], **columns: Any) -> None:
    of = {"key": path_key(element[0]), "record": record_id(*element)}
    insert(store, "points", [{"visitor": v, "view": v * 10} | of | columns for v in visitors])


def ask(store: Store, **columns: Any) -> Heatmap:
    return heatmap(store, Snapshots(store), replace(SCOPE, **columns), 1000)


def codes(of: Heatmap | ReachMap) -> list[str]:
    return [warning.code for warning in of.warnings]


def test_a_map_from_rows_to_figures(store: Store) -> None:
    snapshot = take_picture(store)
    visits(store, range(1, 41))
    visits(store, [1, 2, 3], seq=1, clicks=9)  # later batches replace their row
    visits(store, [90], bot="headless")
    visits(store, [91], excluded=1)
    visits(store, [92, 93], device="phone")
    insert_elements(store, [BUY, LINK, GONE])
    clicks(store, BUY, [1, 1, 2, 3], fx=2500, fy=5000)
    clicks(store, BUY, [4], effect=0, effect_ms=0)
    clicks(store, LINK, [1])
    clicks(store, GONE, [5], viewport_w=390)
    clicks(store, BUY, [90], bot="headless")
    clicks(store, BUY, [91], excluded=1)
    clicks(store, BUY, [92], device="phone")
    clicks(store, BUY, [6], kind="hover")
    clicks(store, BUY, [7], day=DAY + timedelta(days=1))
    clicks(store, BUY, [8], page="shop.example/other")
    clicks(store, BUY, [9], site=2)

    heat = ask(store, device="desktop")

    assert heat.snapshot == snapshot
    assert (heat.visitors, heat.views) == (40, 40)
    a = heat.account
    assert (a.received, a.bots, a.excluded, a.outside, a.not_placed, a.drawn) == (10, 1, 1, 1, 1, 6)
    assert (a.own, a.twin, a.ancestor, a.page) == (6, 0, 0, 0)
    first, second = heat.elements
    assert (first.name, first.clicks, first.visitors, first.share, first.of) == ("Buy", 5, 4, 0.1, 40)
    assert (first.dead, first.dead_share, first.rage) == (1, 0.25, 0)
    assert (second.path, second.visitors) == (LINK[0], 1)
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in placed_points(store, heat)]
    assert sorted(row["x"] for row in rows if row["path"] == BUY[0]) == [125, 125, 125, 125, 150]
    row, column = np.unravel_index(heat.grid.values.argmax(), heat.grid.values.shape)
    assert (column * 4, row * 4) == (pytest.approx(125, abs=4), pytest.approx(220, abs=4))
    assert heat.grid.values.max() == pytest.approx(4 / 40 * 1000, rel=0.25)
    assert heat.scale.cap >= heat.grid.values.max() * 0.5
    assert codes(heat) == ["many_not_placed"]


def test_bots_are_drawn_when_asked_for(store: Store) -> None:
    take_picture(store)
    visits(store, [1], bot="headless")
    clicks(store, BUY, [1], bot="headless")
    insert_elements(store, [BUY])
    assert codes(ask(store)) == ["only_bots"]
    heat = ask(store, bots=True)
    assert (heat.account.drawn, heat.account.bots, heat.visitors) == (1, 0, 1)


def test_robots_are_counted_by_reason_whether_left_out_or_included(store: Store) -> None:
    take_picture(store)
    insert_elements(store, [BUY])
    visits(store, range(1, 5))
    clicks(store, BUY, [1, 2, 3])
    clicks(store, BUY, [4], device="phone")
    clicks(store, BUY, [5], excluded=1)
    clicks(store, BUY, [90, 90, 91], bot="crawler")
    clicks(store, BUY, [92], bot="crawler", device="phone")
    clicks(store, BUY, [93], bot="no_pointer", excluded=1)
    clicks(store, BUY, [94, 95], bot="headless")

    out = ask(store, device="desktop").account
    assert list(out.bots_by_reason.items()) == [("crawler", 4), ("headless", 2), ("no_pointer", 1)]
    assert (out.received, out.bots, out.excluded, out.outside, out.drawn) == (12, 7, 1, 1, 3)
    assert out.bots_taken_in == {}

    taken = ask(store, device="desktop", bots=True).account
    assert list(taken.bots_taken_in.items()) == [("crawler", 3), ("headless", 2)]
    assert (taken.received, taken.bots, taken.excluded, taken.outside, taken.drawn) == (12, 0, 2, 2, 8)
    assert taken.bots_by_reason == {}


def test_views_of_robots_are_counted_by_reason(store: Store) -> None:
    take_picture(store)
    visits(store, [1, 2, 3])
    visits(store, [4, 5], bot="webdriver")
    visits(store, [6], bot="datacentre")
    out = reach_map(store, Snapshots(store), SCOPE, 1000).account
    assert (out.received, out.bots_by_reason) == (6, {"webdriver": 2, "datacentre": 1})
    taken = reach_map(store, Snapshots(store), replace(SCOPE, bots=True), 1000).account
    assert (taken.received, taken.bots, taken.bots_taken_in) == (6, 0, {"webdriver": 2, "datacentre": 1})


def test_every_empty_map_says_why(store: Store) -> None:
    take_picture(store)
    assert codes(ask(store)) == ["page_unknown"]
    clicks(store, GONE, [1], day=DAY - timedelta(days=9), viewport_w=390)
    earlier = ask(store).warnings[0]
    assert (earlier.code, earlier.values) == ("other_period", {"first": "2026-02-21", "last": "2026-02-21", "n": 1})
    visits(store, range(1, 31))
    assert codes(ask(store)) == ["no_points"]
    clicks(store, BUY, [1], excluded=1)
    assert codes(ask(store)) == ["only_excluded"]
    clicks(store, BUY, [1, 2])
    assert codes(ask(store, device="tablet")) == ["segment_empty"]
    insert_elements(store, [GONE])
    assert codes(ask(store, since=DAY - timedelta(days=9), until=DAY - timedelta(days=9))) == ["nothing_placed"]


def test_a_map_without_a_picture_says_how_to_get_one(store: Store) -> None:
    with pytest.raises(NoSnapshot, match="no picture of /lamps at 1000 px: take one first"):
        ask(store)
    take_picture(store, width=390)
    with pytest.raises(NoSnapshot, match="ask for 390 px"):
        ask(store)
    with pytest.raises(NoSnapshot, match="No page of this site"):
        ask(store, pages=("/none/*",))
    with pytest.raises(BadScope, match="reach_map"):
        ask(store, kind="scroll")


def test_scopes_that_are_refused() -> None:
    for wrong in ({"pages": ()}, {"until": DAY - timedelta(days=1)}, {"kind": "drag"}, {"device": "watch"}):
        with pytest.raises(BadScope):
            replace(SCOPE, **wrong)
    assert SCOPE.days == 1


def test_patterns_are_resolved_when_asked(store: Store) -> None:
    for page in ("shop.example/lamps/a", "shop.example/lamps/b", "shop.example/help", "shop.example/order/*"):
        insert(store, "views", [{"page": page}])
    assert resolve_pages(store, 1, ("/lamps/*",)) == ("shop.example/lamps/a", "shop.example/lamps/b")
    assert resolve_pages(store, 1, ("shop.example/order/*",)) == ("shop.example/order/*",)
    assert resolve_pages(store, 1, ("shop.example/new",)) == ("shop.example/new",)
    assert resolve_pages(store, 1, ("/nothing",)) == ()
    assert resolve_pages(store, 2, ("/lamps/*",)) == ()


def test_a_map_over_a_group_of_pages(store: Store) -> None:
    pages = ["shop.example/lamps/o'clock", 'shop.example/lamps/"b"\\']
    take_picture(store, page=pages[1])
    insert_elements(store, [BUY], page=pages[0])
    for n, page in enumerate(pages, 1):
        insert(store, "views", [{"page": page, "visitor": n, "view": n}])
        clicks(store, BUY, [n], page=page)
    heat = ask(store, pages=("/lamps/*",))
    assert (heat.visitors, heat.account.own, heat.snapshot.page) == (2, 2, pages[1])


def test_a_variant_is_drawn_on_its_own_picture(store: Store) -> None:
    take_picture(store)
    visits(store, [1, 2], variants={"exp": "b"})
    visits(store, [3], variants={"exp": "a"})
    clicks(store, BUY, [1], variants={"exp": "b"})
    clicks(store, BUY, [3], variants={"exp": "a"})
    clicks(store, BUY, [4])
    insert_elements(store, [BUY])
    heat = ask(store, variant=("exp", "b"))
    assert (heat.visitors, heat.account.drawn, heat.account.outside) == (2, 1, 2)
    assert "variant_picture_missing" in codes(heat)
    own = take_picture(store, variant="exp=b")
    heat = ask(store, variant=("exp", "b"))
    assert heat.snapshot.id == own.id
    assert "variant_picture_missing" not in codes(heat)


def test_warnings_of_the_picture_and_of_the_tracker(store: Store) -> None:
    take_picture(store, warnings=("A cookie banner covers the page",))
    visits(store, range(1, 31), page_h=2600, cut=2)
    visits(store, [31], page_h=9000, viewport_w=390)
    clicks(store, BUY, [1])
    insert_elements(store, [BUY])
    heat = ask(store)
    assert [(w.code, w.values) for w in heat.warnings] == [
        ("page_height_differs", {"seen": 2600, "picture": 2000}),
        ("events_cut", {"n": 60}),
        ("snapshot", {"words": "A cookie banner covers the page"}),
    ]


def test_hover_counts_seconds(store: Store) -> None:
    take_picture(store)
    visits(store, range(1, 21))
    clicks(store, BUY, [1, 2], kind="hover", weight=3000.0)
    insert_elements(store, [BUY])
    heat = ask(store, kind="hover")
    assert heat.scale.unit == "seconds per 1,000 visitors within 20 px"
    assert heat.grid.values.max() == pytest.approx(2 * 3 / 20 * 1000, rel=0.05)
    assert heat.elements[0].dwell_ms == 3000
    assert heat.elements[0].clicks == 0


def test_placed_points_as_a_table(store: Store) -> None:
    take_picture(store)
    visits(store, [255])
    insert_elements(store, [BUY, GONE])
    clicks(store, BUY, [255], fx=1234, time=NOON + 5, viewport_w=390)
    clicks(store, GONE, [255], viewport_w=390)
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in placed_points(store, ask(store))]
    assert rows[0]["rung"] == "none"
    assert rows[0]["x"] is None
    assert rows[1] == {
        "view": f"{2550:016x}", "visitor": f"{255:016x}", "time": "2026-03-02T12:00:00.005Z", "kind": "click",
        "key": f"{path_key(BUY[0]):016x}", "path": BUY[0], "rung": "own", "x": 112.34, "y": 220.0, "fx": 0.1234,
        "fy": 0.5, "weight": 1.0, "viewport_width": 390, "page_x": 100, "page_y": 100,
    }  # fmt: skip


def test_reach_from_rows(store: Store) -> None:
    take_picture(store)
    visits(store, [1, 2, 3, 4])
    visits(store, [5], bot="x")
    section = ("section#b", "")
    insert_elements(store, [section])
    key = path_key("section#b")
    insert(store, "scrolls", [{"visitor": 1, "view": 10, "seq": 0, "depth": 900, "bands": [1000, 0]}])
    deepest = {"key": key, "fy": 5000, "depth": 4000, "page_h": 5000, "bands": [3000, 1000]}
    insert(store, "scrolls", [{"visitor": 1, "view": 10, "seq": 3} | deepest])
    insert(store, "scrolls", [{"visitor": 2, "view": 20, "depth": 2000, "bands": [1000]}])
    insert(store, "scrolls", [{"visitor": 5, "view": 50, "depth": 2000, "bot": "x"}])
    found = reach_map(store, Snapshots(store), SCOPE, 1000)
    assert (found.views, found.visitors, found.reach.anchored) == (4, 4, 2)
    assert found.reach.quartiles == {75: 800, 50: 1250, 25: 2000}
    assert found.reach.attention[:3].tolist() == [2, 0.5, 0]
    a = found.account
    assert (a.received, a.bots, a.drawn, a.own, a.page) == (5, 1, 4, 2, 2)
    assert codes(found) == ["few_visitors"]
    nobody = reach_map(store, Snapshots(store), replace(SCOPE, since=date(2020, 1, 1), until=date(2020, 1, 1)), 1000)
    assert codes(nobody) == ["other_period"]
