"""The goal columns of the table of elements against a plain loop over the rows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from aggregator.answers.exposure import element_exposure
from aggregator.answers.goal_elements import goal_shares, with_goal
from aggregator.answers.heatmap import heatmap
from aggregator.answers.map_figures import heatmap_figures
from aggregator.answers.placed_goals import placed_goal
from aggregator.queries.goals import of_pages, read_reached
from aggregator.shapes.scope import Scope
from store.client import Store
from store.layouts import path_key
from store.segments import Action, Goal, Group, Rule
from store.snapshots import Snapshots
from tests.aggregator.build import NOON, PAGE, insert, insert_elements, record_id
from tests.aggregator.test_exposure import (
    ELEMENTS,
    ICON,
    LOW,
    MIDDLE,
    NARROW,
    SCOPE,
    TOP,
    WIDE,
    click,
    take_picture,
    view,
)

ORDER = Goal(id="order", site="1", name="Order", action=Action(what="sent", name="order"))
THANKS = "shop.example/thanks"
Row = dict[str, Any]
Share = tuple[int, int]  # reached, of


def shares(store: Store, goal: Goal = ORDER, scope: Scope = SCOPE) -> dict[str, tuple[Share | None, Share | None]]:
    """Path → (of those who clicked, of those who only saw)."""
    found = heatmap(store, Snapshots(store), scope, 1000)
    every = goal_shares(store, Snapshots(store), found, goal)

    def plain(share: Any) -> Share | None:
        return (share.visitors, share.of) if share else None

    return {WIDE.paths[i]: (plain(one.clicked), plain(one.only_saw)) for i, one in every.items()}


def order(store: Store, view: int, visitor: int, time: int, **columns: Any) -> None:
    insert(store, "events", [{"view": view, "visitor": visitor, "time": time, "name": "order"} | columns])


def test_only_goals_after_the_click_and_after_it_was_in_view_count(store: Store) -> None:
    take_picture(store, WIDE)
    insert_elements(store, ELEMENTS)
    for visitor in range(1, 9):
        view(store, visitor, visitor, {1: 500}, time=NOON)
    for visitor in (1, 2, 3):
        click(store, visitor, visitor, TOP, time=NOON + 1000)
    order(store, 1, 1, NOON + 2000)
    order(store, 2, 2, NOON + 500)  # before the click: it was in view, but 2 clicked
    order(store, 4, 4, NOON + 500)
    order(store, 5, 5, NOON - 500)  # before it was in view
    order(store, 99, 77, NOON + 500)  # was never on the page
    assert shares(store) == {TOP[0]: ((1, 3), (1, 5))}


def test_a_click_on_what_an_element_contains_counts_for_it(store: Store) -> None:
    take_picture(store, WIDE)
    insert_elements(store, ELEMENTS)
    view(store, 1, 1, {16: 500}, time=NOON)
    click(store, 1, 1, ICON, time=NOON + 1)
    order(store, 1, 1, NOON + 1)
    assert shares(store) == {LOW[0]: ((1, 1), None)}


def test_a_goal_on_an_element_is_reached_by_a_click_on_what_it_contains(store: Store) -> None:
    take_picture(store, WIDE)
    insert_elements(store, ELEMENTS)
    view(store, 1, 1, {16: 500}, time=NOON)
    click(store, 1, 1, ICON, time=NOON + 1)
    action = Action(what="clicked", element=f"{path_key(LOW[0]):016x}", page=PAGE)
    on = Goal(id="low", site="1", name="Low", action=action)
    starts = of_pages(SCOPE, SCOPE.pages)
    assert len(read_reached(store, on, starts)) == 0
    assert len(read_reached(store, placed_goal(store, Snapshots(store), SCOPE, on), starts)) == 1
    assert placed_goal(store, Snapshots(store), SCOPE, ORDER) is ORDER


def test_the_figures_name_the_goal_and_warn_against_taking_it_for_a_cause(store: Store) -> None:
    take_picture(store, WIDE)
    insert_elements(store, ELEMENTS)
    insert(store, "views", [{"view": 1, "visitor": 1, "time": NOON}])  # measured nothing
    click(store, 1, 1, TOP, time=NOON + 1)
    found = heatmap(store, Snapshots(store), SCOPE, 1000)
    plain = heatmap_figures(found, {}, element_exposure(store, Snapshots(store), found))
    assert (plain.goal, plain.elements[0].goal) == (None, None)
    figures = with_goal(store, Snapshots(store), found, plain, ORDER)
    assert figures.goal is not None
    assert (figures.goal.name, figures.goal.note) == ("Order", "Seen before the goal, not its cause.")
    [row] = figures.elements
    assert row.goal is not None
    assert row.goal.clicked is not None
    assert (row.goal.clicked.visitors, row.goal.clicked.of, row.goal.only_saw) == (0, 1, None)
    hovers = heatmap(store, Snapshots(store), replace(SCOPE, kind="hover"), 1000)
    assert goal_shares(store, Snapshots(store), hovers, ORDER) == {}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("goal", [ORDER, Goal(
    id="thanks", site="1", name="Thanks", action=Action(what="saw", page=THANKS), within_days=1)])  # fmt: skip
def test_shares_equal_a_plain_loop_over_the_rows(store: Store, seed: int, goal: Goal) -> None:
    random_ = random.Random(seed)
    take_picture(store, WIDE)
    take_picture(store, NARROW)
    insert_elements(store, ELEMENTS)
    views, scrolls, points, events = [], [], [], []
    for number in range(1, 161):
        width = random_.choice([1000, 1000, 1010, 390, 360])
        who = {
            "view": number, "visitor": random_.randint(1, 50), "viewport_w": width,
            "channel": random_.choice(["mail", "search"]), "bot": random_.choice(["", "", "", "", "crawler"]),
            "time": NOON + random_.randint(0, 5) * 3_600_000,
        }  # fmt: skip
        kept = {name: value for name, value in who.items() if name != "channel"}
        if random_.random() < 0.2:
            views.append(who | {"page": THANKS})
            continue
        views.append(who)
        if random_.random() < 0.9:
            scrolls.append(kept | {"bands": [random_.choice([0, 0, 149, 150, 4000]) for _ in range(20)]})
        for element in random_.sample([TOP, LOW, ICON], random_.randint(0, 2)):
            later = {"time": who["time"] + random_.randint(0, 60_000)}
            points.append(kept | later | {"key": path_key(element[0]), "record": record_id(*element)})
        if random_.random() < 0.3:
            events.append({k: v for k, v in kept.items() if k != "viewport_w"} | {
                "name": "order", "time": who["time"] + random_.randint(-30_000, 60_000)})  # fmt: skip
    for table, rows in (("views", views), ("scrolls", scrolls), ("points", points), ("events", events)):
        insert(store, table, rows)
    mail = Group(rules=(Rule(what="channel", scope="view", values=("mail",)),))
    for scope in (SCOPE, replace(SCOPE, segment=mail)):
        among = {
            one["view"]: one for one in views
            if not one["bot"] and one.get("page") != THANKS and (scope.segment is None or one["channel"] == "mail")
        }  # fmt: skip
        done = events if goal is ORDER else [one for one in views if one.get("page") == THANKS]
        last = _last(list(among.values()), [one for one in done if not one["bot"]])
        expected = _expected(among, scrolls, points, last)
        assert shares(store, goal, scope) == expected
        assert len(expected) == 2


def _last(views: Sequence[Row], done: Sequence[Row]) -> dict[int, int]:
    """Visitor → the last time that they reached the goal at or after their first view."""
    start: dict[int, int] = {}
    for one in views:
        start[one["visitor"]] = min(start.get(one["visitor"], one["time"]), one["time"])
    return {
        who: max(times) for who in start
        if (times := [one["time"] for one in done if one["visitor"] == who and one["time"] >= start[who]])
    }  # fmt: skip


def _expected(
    among: dict[int, Row], scrolls: Sequence[Row], points: Sequence[Row], last: dict[int, int]
) -> dict[str, tuple[Share | None, Share | None]]:
    found = {}
    for element, records in ((TOP, (TOP,)), (LOW, (LOW, ICON))):
        keys = {path_key(path) for path, _ in records}
        clicked: dict[int, int] = {}
        for one in points:
            if one["view"] in among and one["key"] in keys:
                clicked[one["visitor"]] = min(clicked.get(one["visitor"], one["time"]), one["time"])
        seen: dict[int, int] = {}
        for one in scrolls:
            band = MIDDLE[1000 if one["viewport_w"] > 500 else 390][element[0]]
            if one["view"] in among and one["bands"][band] >= 150 and one["visitor"] not in clicked:
                seen[one["visitor"]] = min(seen.get(one["visitor"], one["time"]), one["time"])
        sides = [(sum(last.get(who, -1) >= t for who, t in side.items()), len(side)) for side in (clicked, seen)]
        found[element[0]] = (sides[0] if sides[0][1] else None, sides[1] if sides[1][1] else None)
    return found
