"""The rows of a map are selected once, and leave nothing behind."""

from __future__ import annotations

import gc
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from aggregator.answers.whole_map import whole_map
from aggregator.queries import chosen_rows
from aggregator.queries.chosen_rows import PREFIX, chosen_points
from aggregator.queries.exposure import read_exposed
from aggregator.queries.kept_rows import keep_rows
from store.client import Store
from store.errors import StoreError
from store.kinds import PointKind
from store.layouts import path_key
from store.runs import BoundedRun, QueryLimits
from store.segments import Action, Goal, Group, Rule
from store.snapshots import Snapshots
from tests.aggregator.build import DAY, NOON, PAGE, insert, insert_elements, record_id
from tests.aggregator.test_exposure import BAR, ELEMENTS, ICON, LOW, NARROW, TOP, WIDE, take_picture
from tests.aggregator.test_heatmap import SCOPE

PHONES = replace(SCOPE, segment=Group(rules=(Rule(what="device", values=("phone",)),)))


def left(store: Store) -> int:
    sql = "SELECT count() AS n FROM system.tables WHERE startsWith(name, {prefix:String})"
    return int(store.rows(sql, prefix=PREFIX)[0]["n"])


def test_the_queries_of_a_map_select_what_the_segment_selects(store: Store) -> None:
    insert(store, "views", [{"visitor": v, "view": v, "device": ("phone", "desktop")[v % 2]} for v in range(1, 8)])
    with chosen_points(store, PHONES, (PAGE,)) as scope:
        assert scope.chosen.views.startswith(PREFIX)
        assert scope.chosen.points.startswith(PREFIX)
        assert left(store) == 2
        chosen = read_exposed(store, scope, (PAGE,), 1000)
    assert chosen == read_exposed(store, PHONES, (PAGE,), 1000)
    assert chosen.visitors == 3
    assert left(store) == 0


def test_a_question_without_a_segment_needs_no_table(store: Store) -> None:
    with chosen_points(store, SCOPE, (PAGE,)) as scope:
        assert scope == SCOPE


def test_the_table_is_dropped_when_a_query_fails_or_takes_too_long(store: Store) -> None:
    with pytest.raises(StoreError), chosen_points(store, PHONES, (PAGE,)):
        store.rows("SELECT nothing")
    assert left(store) == 0

    def select() -> None:
        with chosen_points(store, PHONES, (PAGE,)):
            pytest.fail("the limit is below any time")

    with pytest.raises(StoreError):
        BoundedRun(QueryLimits(seconds=0.0)).call(select)
    assert left(store) == 0


def random_visits(store: Store, seed: int) -> None:
    """Views of several devices, variants, channels and pages, with bots, late batches, clicks, hovers and bursts."""
    random_ = random.Random(seed)
    take_picture(store, WIDE)
    take_picture(store, NARROW)
    insert_elements(store, ELEMENTS)
    views, scrolls, points = [], [], []
    for number in range(1, 400):
        width = random_.choice([1000, 1000, 1010, 390])
        who = {
            "view": number, "visitor": random_.getrandbits(6) << random_.choice([54, 58]), "viewport_w": width,
            "device": "phone" if width < 500 else "desktop", "variants": {"x": random_.choice("ab")},
            "bot": random_.choice(["", "", "", "", "crawler"]), "excluded": int(random_.random() < 0.05),
            "page": random_.choice([PAGE, PAGE, "shop.example/b"]), "time": NOON + number * 300_000,
        }  # fmt: skip
        channel = random_.choice(["mail", "search"])
        views += [who | {"channel": channel, "seq": seq, "touch": int(width < 500)} for seq in range(1 + number % 2)]
        bands = [random_.choice([0, 149, 150, 4000]) for _ in range(20)]
        scrolls += [who | {"bands": bands, "seq": seq} for seq in range(1 + number % 2)]
        for element in random_.choices([TOP, LOW, ICON, BAR], k=random_.choice([0, 1, 2, 6])):
            of = {"key": path_key(element[0]), "record": record_id(*element), "page_w": width, "page_h": 2000}
            of |= {"kind": random_.choice(["click", "click", "hover"]), "effect_ms": random_.choice([0, 100])}
            points.append(who | of | {"time": who["time"] + random_.choice([0, 300, 600, 9000]), "weight": 1.0})
    for table, rows in (("views", views), ("scrolls", scrolls), ("points", points)):
        insert(store, table, rows)


NARROWED: dict[str, dict[str, Any]] = {
    "device": {"device": "phone"},
    "variant": {"variant": ("x", "a")},
    "one visitor in ten": {"tenth": True},
    "bots": {"device": "desktop", "bots": True},
    "visits": {"segment": Group(rules=(Rule(what="channel", scope="visit", values=("mail",)),))},
    "views of a device": {
        "segment": Group(rules=(Rule(what="channel", scope="view", values=("mail",)),)),
        "device": "phone",
        "variant": ("x", "b"),
    },
    "action": {"segment": Group(rules=(Rule(what="clicked", scope="visitor", times=2),)), "bots": True},
    "nobody": {"segment": Group(rules=(Rule(what="channel", scope="view", values=("ai",)),))},
}


@pytest.mark.parametrize("kind", ["click", "hover"])
def test_a_map_of_selected_rows_is_that_of_all_rows(
    store: Store, monkeypatch: pytest.MonkeyPatch, kind: PointKind
) -> None:
    random_visits(store, seed=17)
    goal = Goal(id="saw", site="1", name="Saw b", action=Action(what="saw", page="shop.example/b"))
    for columns in NARROWED.values():
        scope = replace(SCOPE, kind=kind, since=DAY - timedelta(days=1), until=DAY + timedelta(days=2), **columns)
        monkeypatch.undo()
        monkeypatch.setattr(chosen_rows, "MOST_GROUPED", 40)
        selected = whole_map(store, Snapshots(store), scope, 1000, goal=goal)
        monkeypatch.setattr(chosen_rows, "_is_narrow", lambda _store, _scope: False)
        direct = whole_map(store, Snapshots(store), scope, 1000, goal=goal)
        assert selected.figures == direct.figures
        assert np.array_equal(selected.map.grid.values, direct.map.grid.values)
        assert selected.map.located.sample.where == direct.map.located.sample.where
        assert selected.map.scope == scope
        assert (selected.figures.account.left > 0) == (columns != NARROWED["nobody"])
    assert left(store) == 0


@pytest.mark.parametrize("kind", ["click", "hover"])
def test_a_map_of_kept_rows_is_that_of_all_rows(store: Store, kind: PointKind) -> None:
    random_visits(store, seed=18)
    days = {"since": DAY - timedelta(days=1), "until": DAY + timedelta(days=2)}
    scope = replace(SCOPE, kind=kind, tenth=True, **days)
    kept = keep_rows(store, replace(scope, device="phone"), (PAGE,))
    assert left(store) == 3
    for columns in NARROWED.values():
        asked = replace(scope, **columns)
        figures = whole_map(store, Snapshots(store), replace(asked, kept=kept), 1000).figures
        assert figures == whole_map(store, Snapshots(store), asked, 1000).figures
        assert (figures.account.left > 0) == (columns != NARROWED["nobody"])
    del kept
    gc.collect()
    assert left(store) == 0
