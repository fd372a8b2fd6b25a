"""Journeys on the real engine against a loop that follows the definitions word by word."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

import numpy as np
import pytest

from aggregator.answers.journey import claimed_pages, journey_map
from aggregator.measures.statistics import wilson
from aggregator.shapes.scope import SiteScope
from store.client import Store
from store.journeys import Journey, Stage, Touchpoint
from store.segments import Group, Rule
from tests.aggregator.build import NOON, insert, insert_elements, record_id

SINCE, UNTIL = date(2026, 3, 1), date(2026, 3, 20)
SCOPE = SiteScope(1, SINCE, UNTIL)
NOW = datetime(2026, 3, 24, 9, tzinfo=UTC)
WINDOW = 7


def touchpoint(key: str, *pages: str) -> Touchpoint:
    return Touchpoint(key, {"en": key}, pages)


JOURNEY = Journey(
    id="j",
    site="1",
    name="Buying",
    window_days=WINDOW,
    stages=(
        Stage("awareness", {}, (touchpoint("home", "/"), touchpoint("blog", "/blog/**"))),
        Stage("interest", {}, (touchpoint("lamps", "/lamps/*"), touchpoint("all", "/lamps/**", "/lamps"))),
        Stage("empty", {}),
        Stage("purchase", {}, (touchpoint("basket", "/basket"), touchpoint("paid", "/paid"))),
    ),
)
PAGES = ["/", "/blog/a", "/blog/a/b", "/lamps/red", "/lamps", "/lamps/red/big", "/basket", "/paid", "/legal", "/jobs"]
NUMBER = {
    "/": 1,
    "/blog/a": 2,
    "/blog/a/b": 2,
    "/lamps/red": 3,
    "/lamps": 4,
    "/lamps/red/big": 4,
    "/basket": 5,
    "/paid": 6,
}
STAGE = {1: 0, 2: 0, 3: 1, 4: 1, 5: 3, 6: 3}
KEYS = ["home", "blog", "lamps", "all", "basket", "paid"]

Touch = tuple[int, int, int, int]  # visitor, ms, view, touchpoint


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


START, END = ms(datetime(2026, 3, 1, tzinfo=UTC)), ms(datetime(2026, 3, 21, tzinfo=UTC))
WINDOW_MS, NOW_MS = WINDOW * 86_400_000, ms(NOW)


def make(store: Store, visitors: int = 250) -> list[Touch]:
    """Visitors with views from before the period until now, many within minutes, some in the same millisecond."""
    rng = np.random.default_rng(5)
    rows: list[dict[str, Any]] = []
    touches: list[Touch] = []
    view = 0
    for visitor in rng.integers(1, 2**63, visitors).tolist():
        t = START - 86_400_000 + int(rng.integers(0, 24 * 86_400_000))
        for _ in range(int(rng.geometric(0.18))):
            t += int(rng.choice([0, 20_000, 29 * 60_000, 30 * 60_000, 5 * 3_600_000, 3 * 86_400_000]))
            if t >= NOW_MS:
                break
            view += 1
            page = PAGES[int(rng.integers(0, len(PAGES)))]
            rows.append({"visitor": visitor, "time": t, "view": view, "page": f"shop.example{page}"})
            touches.append((visitor, t, view, NUMBER.get(page, 0)))
    rng.shuffle(rows)
    insert(store, "touches", rows)
    insert(store, "touches", rows[:50])  # a row stored twice counts once
    insert(store, "touches", [rows[0] | {"bot": "x", "visitor": 5}, rows[0] | {"excluded": 1, "visitor": 6}])
    insert(store, "touches", [rows[0] | {"site": 2, "visitor": 7}])
    insert(store, "views", [{"page": f"shop.example{page}", "view": n} for n, page in enumerate(PAGES)])
    return sorted(t for t in touches if t[1] >= START)


def by_visitor(touches: list[Touch]) -> dict[int, list[Touch]]:
    ways: dict[int, list[Touch]] = defaultdict(list)
    for touch in touches:
        ways[touch[0]].append(touch)
    return ways


def loop_forward(touches: list[Touch], hits: set[int], stage: int) -> tuple[int, int, int, int, float | None]:
    """(visitors, closed, went on, left out, median ms) as JOURNEYS defines them."""
    visitors = closed = went = left = 0
    waits = []
    for way in by_visitor(touches).values():
        first = next((t for _, t, _, tp in way if tp in hits and START <= t < END), None)
        if first is None:
            continue
        visitors += 1
        if NOW_MS - first < WINDOW_MS:
            left += 1
            continue
        closed += 1
        later = [t - first for _, t, _, tp in way if tp and STAGE[tp] > stage and first < t <= first + WINDOW_MS]
        if later:
            went += 1
            waits.append(min(later))
    return visitors, closed, went, left, median(waits) if waits else None


def loop_visits(touches: list[Touch]) -> list[list[int]]:
    """Touchpoints of each visit that began in the period."""
    visits = []
    for way in by_visitor(touches).values():
        current: list[Touch] = []
        for touch in way:
            if current and touch[1] - current[-1][1] >= 30 * 60_000:
                visits.append(current)
                current = []
            current.append(touch)
        visits.append(current)
    return [[t[3] for t in visit] for visit in visits if START <= visit[0][1] < END]


def test_every_figure_is_that_of_the_loop(store: Store) -> None:
    touches = make(store)
    found = journey_map(store, JOURNEY, SCOPE, NOW)
    everyone = {visitor for visitor, t, _, _ in touches if t < END}
    assert found.visitors == len(everyone)
    for i, row in enumerate(found.stages):
        hits = {tp for tp, stage in STAGE.items() if stage == i}
        visitors, closed, went, left, wait = loop_forward(touches, hits, i)
        assert (row.key, row.visitors, row.closed, row.went_on, row.left_out) == (
            JOURNEY.stages[i].key, visitors, closed, went, left,
        )  # fmt: skip
        assert row.median_ms == wait
        assert row.share == (went / closed if closed and i < 3 else None)
    assert min(found.stages[0].went_on, found.stages[0].left_out, found.stages[3].visitors) > 5
    visits = loop_visits(touches)
    assert list(found.touchpoints) == KEYS
    for tp, key in enumerate(KEYS, 1):
        got = found.touchpoints[key]
        visitors, closed, went, left, _ = loop_forward(touches, {tp}, STAGE[tp])
        assert (got.visitors, got.closed, got.went_on, got.left_out) == (visitors, closed, went, left)
        assert got.reach == visitors / len(everyone)
        assert (got.low, got.high) == pytest.approx(tuple(map(float, wilson(visitors, len(everyone)))))
        hit = [visit for visit in visits if tp in visit]
        assert got.visits == len(hit)
        assert got.exits == sum(visit[-1] == tp for visit in hit) / len(hit)
        assert got.forward == (went / closed if STAGE[tp] < 3 else None)


def test_unmapped_pages_and_the_busiest_page(store: Store) -> None:
    make(store)
    found = journey_map(store, JOURNEY, SCOPE, NOW)
    assert {page for page, _ in found.unmapped} == {"shop.example/legal", "shop.example/jobs"}
    assert found.touchpoints["blog"].page in ("shop.example/blog/a", "shop.example/blog/a/b")
    assert found.touchpoints["home"].page == "shop.example/"


def test_frustration_is_counted_by_visitor(store: Store) -> None:
    noon = ms(datetime(2026, 3, 5, 12, tzinfo=UTC))
    link, field = ("main>a:1", ""), ("main>input:1", "")
    page = "shop.example/basket"
    insert_elements(store, [link, field], page=page)
    insert(store, "views", [{"page": page}])
    insert(store, "touches", [{"visitor": v, "view": v, "time": noon, "page": page} for v in range(1, 11)])
    insert(store, "points", [{"visitor": v, "view": v, "time": noon, "page": page} | more for v, more in (
        (1, {"effect": 0, "record": record_id(*link)}),
        (1, {"effect": 0, "record": record_id(*link)}),
        (2, {"effect": 0, "record": record_id(*field)}),
        (3, {"effect": 1, "effect_ms": 5}),
        *((4, {"effect": 1, "effect_ms": 500, "time": noon + 10 * n}) for n in range(3)),
        (5, {"effect": 0, "bot": "x"}),
    )])  # fmt: skip
    found = journey_map(store, JOURNEY, SCOPE, NOW)
    assert found.touchpoints["basket"].frustrated == 0.2  # visitors 1 (dead) and 4 (rage)
    assert found.touchpoints["basket"].few
    assert found.touchpoints["paid"].frustrated is None


def test_the_device_filters_everything(store: Store) -> None:
    noon = ms(datetime(2026, 3, 5, 12, tzinfo=UTC))
    page = "shop.example/"
    insert(store, "views", [{"page": page}])
    insert(store, "touches", [{"visitor": 1, "time": noon, "page": page}])
    insert(store, "touches", [{"visitor": 2, "time": noon, "page": page, "device": "phone"}])
    assert journey_map(store, JOURNEY, replace(SCOPE, device="phone"), NOW).touchpoints["home"].visitors == 1
    assert journey_map(store, JOURNEY, replace(SCOPE, device="tablet"), NOW).visitors == 0


def test_a_journey_without_visits_or_stages(store: Store) -> None:
    found = journey_map(store, JOURNEY, SCOPE)
    assert found.visitors == 0
    assert found.stages[0].share is None
    assert found.touchpoints["home"].exits is None
    bare = Journey(id="k", site="1", name="Bare", stages=())
    assert journey_map(store, bare, SCOPE).touchpoints == {}


def test_the_first_touchpoint_that_matches_claims_the_page() -> None:
    pages = [f"shop.example{page}" for page in PAGES]
    assert claimed_pages(JOURNEY, pages) == {f"shop.example{page}": n for page, n in NUMBER.items()}


def test_a_period_up_to_now_leaves_open_windows_out(store: Store) -> None:
    now = ms(NOW)
    insert(store, "views", [{"page": "shop.example/"}])
    insert(store, "touches", [{"visitor": 1, "view": 1, "time": now - 1000, "page": "shop.example/"}])
    insert(store, "touches", [{"visitor": 1, "view": 2, "time": now - 500, "page": "shop.example/paid"}])
    row = journey_map(store, JOURNEY, replace(SCOPE, until=NOW.date() + timedelta(days=1)), NOW).stages[0]
    assert (row.visitors, row.closed, row.went_on, row.left_out, row.share) == (1, 0, 0, 1, None)


def test_a_segment_narrows_a_journey_to_the_views_that_fit(store: Store) -> None:
    made = [{"visitor": n, "view": n, "page": "shop.example/", "time": NOON} for n in (1, 2)]
    insert(store, "views", [one | {"channel": "mail" if one["visitor"] == 1 else "direct"} for one in made])
    insert(store, "touches", made)
    mail = Group(rules=(Rule(what="channel", values=("mail",)),))
    assert journey_map(store, JOURNEY, SCOPE, NOW).visitors == 2
    assert journey_map(store, JOURNEY, replace(SCOPE, segment=mail), NOW).visitors == 1
