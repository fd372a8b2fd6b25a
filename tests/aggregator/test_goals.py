"""Who reached a goal: the engine against a plain loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from aggregator.queries.goals import Starts, of_pages, of_site, read_goal_totals, read_reached
from aggregator.shapes.goals import NOBODY, GoalTotals
from aggregator.shapes.scope import Scope, SiteScope
from store.client import Store
from store.segments import Action, Goal, Group, Rule
from tests.aggregator.build import DAY, NOON, PAGE, insert

MINUTE, HOUR = 60_000, 3_600_000
THANKS = "shop.example/thanks"
SITE = SiteScope(1, DAY - timedelta(days=1), DAY)
BUTTON = 0xB
VIEWS: tuple[dict[str, Any], ...] = (
    {"visitor": 1, "view": 10, "time": NOON, "channel": "mail"},
    {"visitor": 1, "view": 11, "time": NOON + 5 * MINUTE, "page": THANKS},
    {"visitor": 1, "view": 12, "time": NOON + 50 * MINUTE, "page": THANKS, "engaged_ms": 90_000},
    {"visitor": 2, "view": 20, "time": NOON - 20 * HOUR, "page": THANKS},
    {"visitor": 2, "view": 21, "time": NOON, "channel": "mail"},
    {"visitor": 3, "view": 30, "time": NOON, "device": "phone"},
    {"visitor": 3, "view": 31, "time": NOON + 1, "device": "phone", "page": THANKS},
    {"visitor": 4, "view": 40, "time": NOON, "bot": "agent"},
    {"visitor": 4, "view": 41, "time": NOON, "bot": "agent", "page": THANKS},
    {"visitor": 5, "view": 50, "time": NOON, "site": 2, "page": THANKS},
)
EVENTS: tuple[dict[str, Any], ...] = (
    {"visitor": 1, "view": 11, "time": NOON + 6 * MINUTE, "name": "order", "value": 40.0},
    {"visitor": 1, "view": 12, "time": NOON + 51 * MINUTE, "name": "order", "value": 20.0},
    {"visitor": 2, "view": 21, "time": NOON + MINUTE, "name": "order"},
    {"visitor": 3, "view": 30, "time": NOON + 2 * MINUTE, "name": "call", "value": 7.0},
    {"visitor": 0, "view": 99, "time": NOON, "name": "order", "value": 1000.0},
    {"visitor": 4, "view": 40, "time": NOON, "name": "order", "value": 5.0, "bot": "agent"},
)


def fill(store: Store) -> None:
    insert(store, "views", VIEWS)
    insert(store, "events", EVENTS)
    insert(store, "points", [{"visitor": 1, "view": 10, "time": NOON + MINUTE, "key": BUTTON},
                             {"visitor": 1, "view": 10, "time": NOON + MINUTE, "key": BUTTON, "kind": "hover"},
                             {"visitor": 3, "view": 30, "time": NOON + MINUTE, "key": 0xC}])  # fmt: skip
    insert(store, "scrolls", [{"visitor": 3, "view": 30, "time": NOON, "depth": 1900},
                              {"visitor": 2, "view": 21, "time": NOON, "depth": 900}])  # fmt: skip


def goal(what: str, **more: Any) -> Goal:
    own = {name: more.pop(name) for name in ("counted", "within_days") if name in more}
    return Goal(id="g", site="1", name="G", action=Action(what=what, **more), **own)  # type: ignore[arg-type]


def found(store: Store, asked: Goal, starts: Starts) -> dict[int, tuple[int, int, float]]:
    """Visitor → (minutes after NOON of the first time, times, value)."""
    r = read_reached(store, asked, starts)
    columns = (r.visitor.tolist(), r.first.tolist(), r.times.tolist(), r.value.tolist())
    return {who: ((first - NOON) // MINUTE, n, value) for who, first, n, value in zip(*columns, strict=True)}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (goal("saw", page=THANKS), {1: (5, 1, 0), 2: (-1200, 1, 0), 3: (0, 1, 0)}),
        (goal("saw", page="/thanks", counted="each"), {1: (5, 2, 0), 2: (-1200, 1, 0), 3: (0, 1, 0)}),
        (goal("sent", name="order"), {1: (6, 1, 40), 2: (1, 1, 0)}),
        (goal("sent", name="order", counted="each"), {1: (6, 2, 60), 2: (1, 1, 0)}),
        (goal("sent", name="order", least=10.0, most=30.0), {1: (51, 1, 20)}),
        (goal("sent", name="order", page=PAGE), {1: (6, 1, 40), 2: (1, 1, 0)}),
        (goal("sent", name="order", page=THANKS), {}),
        (goal("clicked", element=f"{BUTTON:016x}", counted="each"), {1: (1, 1, 0)}),
        (goal("stayed", least=60.0), {1: (50, 1, 0)}),
        (goal("scrolled", least=0.9), {3: (0, 1, 0)}),
        (goal("scrolled", least=0.45, page=PAGE), {3: (0, 1, 0), 2: (0, 1, 0)}),
        (goal("saw", page="/nothing"), {}),
    ],
)  # fmt: skip
def test_each_kind_of_goal_is_reached_by_the_visitors_who_did_it(
    store: Store, asked: Goal, expected: dict[int, tuple[int, int, float]]
) -> None:
    fill(store)
    assert found(store, asked, of_site(SITE)) == expected


def test_a_goal_counts_from_the_first_view_that_the_question_selects(store: Store) -> None:
    fill(store)
    mail = SiteScope(1, SITE.since, DAY, segment=Group(rules=(Rule(what="channel", scope="view", values=("mail",)),)))
    # Visitor 2 saw the page the day before the visit that came by mail, and visitor 3 never came by mail.
    assert found(store, goal("saw", page=THANKS), of_site(mail)) == {1: (5, 1, 0)}
    on_page = of_pages(Scope(1, (PAGE,), "click", SITE.since, DAY), (PAGE,))
    assert set(found(store, goal("saw", page=THANKS), on_page)) == {1, 3}
    phones = of_pages(Scope(1, (PAGE,), "click", DAY, DAY, device="phone"), (PAGE,))
    assert set(found(store, goal("saw", page=THANKS), phones)) == {3}
    robots = of_pages(Scope(1, (PAGE,), "click", DAY, DAY, bots=True), (PAGE,))
    assert set(found(store, goal("sent", name="order"), robots)) == {1, 2, 4}


def test_a_window_leaves_out_what_came_later(store: Store) -> None:
    fill(store)
    insert(store, "events", [{"visitor": 2, "view": 21, "time": NOON + 4 * HOUR, "name": "late"}])
    assert found(store, goal("sent", name="late", within_days=2), of_site(SITE)) != {}
    assert found(store, goal("sent", name="late", within_days=1), of_site(SITE)) == {}


def test_totals_of_every_part_of_the_visitors(store: Store) -> None:
    fill(store)
    totals = read_goal_totals(store, goal("sent", name="order", counted="each"), of_site(SITE, "any(device)"))
    assert totals == {
        "desktop": GoalTotals(2, 2, 3, 60.0, value_squares=3600.0, times_squares=5.0, products=120.0),
        "phone": replace(NOBODY, of=1),
    }


def plain_loop(
    views: Sequence[Mapping[str, Any]], events: Sequence[Mapping[str, Any]], name: str
) -> dict[int, tuple[int, int, float]]:
    """Visitor → first time in ms, times and value of an event at or after the visitor's first view of PAGE."""
    since: dict[int, int] = {}
    for view in views:
        if view.get("page", PAGE) == PAGE and not view.get("bot") and view.get("site", 1) == 1:
            since[view["visitor"]] = min(since.get(view["visitor"], view["time"]), view["time"])
    reached: dict[int, tuple[int, int, float]] = {}
    for event in sorted(events, key=lambda one: one["time"]):
        who = event["visitor"]
        if event["name"] != name or event.get("bot") or who not in since or event["time"] < since[who]:
            continue
        first, times, value = reached.get(who, (event["time"], 0, 0.0))
        reached[who] = first, times + 1, value + (event.get("value") or 0.0)
    return reached


def test_the_engine_agrees_with_a_plain_loop_on_many_visitors(store: Store) -> None:
    pages = (PAGE, THANKS, "shop.example/")
    views = [
        {"visitor": 1 + n * 7 % 40, "view": 1000 + n, "time": NOON + n * 13 % 600 * MINUTE, "page": pages[n % 3],
         "bot": "agent" if n % 11 == 0 else ""}
        for n in range(300)
    ]  # fmt: skip
    events = [
        {"visitor": 1 + n * 11 % 45, "view": 1000 + n, "time": NOON + n * 17 % 600 * MINUTE,
         "name": ("order", "call")[n % 2], "value": None if n % 5 == 0 else float(n % 9)}
        for n in range(200)
    ]  # fmt: skip
    insert(store, "views", views)
    insert(store, "events", events)
    starts = of_pages(Scope(1, (PAGE,), "click", DAY, DAY), (PAGE,))
    r = read_reached(store, goal("sent", name="order", counted="each"), starts)
    counted = {
        who: (first, times, value)
        for who, first, times, value in zip(
            r.visitor.tolist(), r.first.tolist(), r.times.tolist(), r.value.tolist(), strict=True
        )
    }
    assert counted == plain_loop(views, events, "order")
    assert len(counted) > 10
