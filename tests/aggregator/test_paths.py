"""Paths on the real engine against a plain loop over the visits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aggregator.answers.journey import journey_map
from aggregator.answers.paths import (
    ChosenKind,
    ChosenPlace,
    NoSuchPlace,
    PathBand,
    PathEnd,
    PathPlace,
    Paths,
    PathsAccount,
    measure_paths,
)
from aggregator.queries import journey_rows
from store.client import Store
from store.journeys import Journey, Matcher, Stage, Touchpoint
from store.segments import Group, Rule
from tests.aggregator.build import insert
from tests.aggregator.journey_loop import Row
from tests.aggregator.test_journey_figures import BEGIN, NOW, NUMBER, SCOPE, made_rows, put, truth_of

MINUTE = 60_000
BEFORE = {"through": 2, "from": 0, "to": 4}
EXPECTED = {"home": ("lamps",), "blog": ("lamps",), "lamps": ("basket",), "basket": ("thanks",), "thanks": ()}
Way = tuple[PathPlace | None, ...]  # None: before the visit began, or after it ended
BEGAN, LEFT, OTHER = PathPlace("began"), PathPlace("left"), PathPlace("other")


def journey() -> Journey:
    """The journey of test_journey_figures, with an expected path."""
    patterns = {"home": "/", "blog": "/blog/*", "lamps": "/lamps", "basket": "/basket", "thanks": "/paid"}
    made = {
        key: Touchpoint(key, {"en": key.title()}, (page,), expected_next=EXPECTED[key])
        for key, page in patterns.items()
    }
    stages = (
        Stage("awareness", {}, (made["home"], made["blog"])),
        Stage("interest", {}, (made["lamps"],)),
        Stage("empty", {}),
        Stage("purchase", {}, (made["basket"], made["thanks"])),
    )
    return Journey(id="j", site="1", name="Buying", window_days=7, stages=stages)


JOURNEY = journey()
MAIL = Group(rules=(Rule(what="channel", scope="view", values=("mail",)),))
KEYS = {number: touchpoint.key for number, (_, touchpoint) in enumerate(JOURNEY.touchpoints, 1)}


def at(key: str) -> PathPlace:
    return PathPlace("page", f"shop.example{key}") if key.startswith("/") else PathPlace("touchpoint", key)


def windows(rows: Sequence[Row], chosen: PathPlace, before: int, pages: Sequence[str]) -> list[Way]:
    """What was around the first hit of the chosen place (all `pages` are it), of each visit that counts and has one."""
    found = []
    for visit in truth_of(rows).visits():
        places = [at(KEYS[row.touchpoint] if row.touchpoint else row.page) for row in visit]
        places = [chosen if row.page in pages else place for row, place in zip(visit, places, strict=True)]
        way = [place for place, last in zip(places, [None, *places], strict=False) if place != last]
        if chosen in way:
            whole = [None] * 4 + [BEGAN, *way, LEFT] + [None] * 4
            first = whole.index(chosen) - before
            found.append(tuple(whole[first : first + 5]))
    return found


def kept_until(way: Way, before: int, last: int) -> bool:
    """Whether a window keeps to the expected path up to a column."""
    followed = {key for keys in EXPECTED.values() for key in keys}
    first = next(i for i, place in enumerate(way) if place not in (None, BEGAN))
    if not leads(way[first], before - first, way[before]) or (first and key_of(way[first]) in followed):
        return False
    for i in range(first, last):
        here = way[i]
        if i >= before and key_of(here) in EXPECTED and not EXPECTED[key_of(here)]:
            return True  # the path is over
        if key_of(way[i + 1]) not in EXPECTED.get(key_of(here), ()):
            return False
        if i + 1 < before and not leads(way[i + 1], before - i - 1, way[before]):
            return False
    return True


def leads(place: PathPlace | None, steps: int, chosen: PathPlace | None) -> bool:
    """Whether so many expected steps can lead from one place to another."""
    if not steps:
        return place == chosen
    return any(leads(at(key), steps - 1, chosen) for key in EXPECTED.get(key_of(place), ()))


def key_of(place: PathPlace | None) -> str:
    return place.key if place else ""


def loop(rows: Sequence[Row], chosen: PathPlace, end: PathEnd, names: int, pages: Sequence[str] = ()) -> dict[str, Any]:
    """The figures that have one value whatever comes first of two that are equal. `pages`: of a chosen group."""
    before = BEFORE[end]
    if chosen.kind == "page":
        pages = (chosen.key.removeprefix("shop.example"),)
    ways = windows(rows, chosen, before, pages)
    columns = [Counter(one for one in column if one) for column in zip(*ways, strict=True)]
    named = [
        sorted((one for one in column if one not in (BEGAN, LEFT)), key=lambda one: (-column[one], order(one)))[:names]
        for column in columns
    ]

    def folded(i: int, place: PathPlace | None) -> PathPlace | None:
        return place if place in (None, BEGAN, LEFT, *named[i]) else OTHER

    shown = [tuple(folded(i, place) for i, place in enumerate(way)) for way in ways]
    bands = Counter((i - before, a, b) for way in shown for i, (a, b) in enumerate(pairwise(way)) if a and b)
    return {
        "visits": len(ways),
        "columns": [Counter(one for one in column if one) for column in zip(*shown, strict=True)],
        "bands": bands,
        "by_name": sum(OTHER not in way for way in shown),
        "ways": sorted(Counter(ways).values(), reverse=True),
        "kept": [sum(kept_until(way, before, i) for way in ways) for i in range(5)] if chosen.key in EXPECTED else None,
    }


def order(place: PathPlace) -> tuple[str, int]:
    """Of places with as many visits, a chosen group comes first, then touchpoints in the order of the journey."""
    if place.kind == "group":
        return "", -1
    if place.kind == "touchpoint":
        return "", list(EXPECTED).index(place.key)
    return place.key, 0


def found(paths: Paths) -> dict[str, Any]:
    return {
        "visits": paths.visits,
        "columns": [{name.place: name.visits for name in column.names} for column in paths.columns],
        "bands": {(one.offset, one.start, one.end): one.visits for one in paths.bands},
        "by_name": paths.by_name.visitors if paths.by_name else 0,
        "kept": [one.kept.visitors for one in paths.columns if one.kept] if paths.as_expected else None,
    }


def rows_of(*ways: Sequence[tuple[str, int]]) -> list[Row]:
    """The views of visitors 1, 2, …: (page, minute)."""
    return [
        Row(visitor, BEGIN + minute * MINUTE, 1000 * visitor + n, page, NUMBER.get(page, 0))
        for visitor, way in enumerate(ways, 1)
        for n, (page, minute) in enumerate(way)
    ]


def through(store: Store, key: str, **more: object) -> Paths:
    kind = "page" if "/" in key else "touchpoint"
    return measure_paths(store, JOURNEY, SCOPE, replace(ChosenPlace(kind, key), **more), NOW)  # type: ignore[arg-type]


def test_what_came_before_and_after(store: Store) -> None:
    rows = rows_of(
        [("/blog/a", 0), ("/blog/b", 1), ("/lamps", 2), ("/basket", 3), ("/paid", 4)],
        [("/lamps", 0), ("/basket", 1), ("/basket", 2), ("/lamps", 3), ("/basket", 4), ("/legal", 5)],
        [("/legal", 0), ("/basket", 31), ("/basket", 45)],
        [("/lamps", 0), ("/legal", 1)],
    )
    put(store, truth_of(rows))
    paths = through(store, "basket")
    assert paths.visits == 3
    assert [column.offset for column in paths.columns] == [-2, -1, 0, 1, 2]
    assert [{(one.place.kind, one.place.key): one.visits for one in column.names} for column in paths.columns] == [
        {("touchpoint", "blog"): 1, ("began", ""): 1},
        {("touchpoint", "lamps"): 2, ("began", ""): 1},
        {("touchpoint", "basket"): 3},
        {("touchpoint", "lamps"): 1, ("touchpoint", "thanks"): 1, ("left", ""): 1},
        {("touchpoint", "basket"): 1, ("left", ""): 1},
    ]
    assert paths.as_expected
    assert (paths.as_expected.visitors, paths.as_expected.of) == (1, 3)
    assert [column.kept.visitors for column in paths.columns if column.kept] == [1, 1, 1, 1, 1]
    assert [column.expected for column in paths.columns] == [("home", "blog"), ("lamps",), (), ("thanks",), ()]
    darker = {(one.start.key or one.start.kind, one.end.key) for one in paths.bands if one.expected}
    assert darker == {("blog", "lamps"), ("lamps", "basket"), ("basket", "thanks")}
    assert sorted((way.visits, way.as_expected) for way in paths.ways) == [(1, False), (1, False), (1, True)]
    assert sum(column.kept_of_before is None for column in paths.columns) == 1


def test_the_chosen_place_is_at_an_end(store: Store) -> None:
    way = [("/", 0), ("/lamps", 1), ("/legal", 2), ("/basket", 3), ("/paid", 4), ("/legal", 5), ("/", 6)]
    put(store, truth_of(rows_of(way)))
    to, since = through(store, "basket", end="to"), through(store, "basket", end="from")
    assert [[one.place for one in column.names] for column in to.columns] == [
        [BEGAN], [at("home")], [at("lamps")], [at("/legal")], [at("basket")]
    ]  # fmt: skip
    assert [[one.place for one in column.names] for column in since.columns] == [
        [at("basket")], [at("thanks")], [at("/legal")], [at("home")], [LEFT]
    ]  # fmt: skip
    assert since.as_expected
    assert since.as_expected.visitors == 1  # nothing is expected after the last touchpoint
    assert to.as_expected
    assert to.as_expected.visitors == 0


def test_a_page_is_a_place_whether_a_touchpoint_claims_it_or_not(store: Store) -> None:
    put(store, truth_of(rows_of([("/", 0), ("/legal", 1), ("/lamps", 2)], [("/blog/a", 0), ("/blog/b", 1)])))
    legal, blog = through(store, "/legal"), through(store, "shop.example/blog/b")
    assert (legal.visits, legal.as_expected) == (1, None)
    assert [one.place for one in legal.columns[1].names] == [at("home")]
    assert [one.place for one in blog.columns[1].names] == [at("blog")]
    assert [one.place for one in blog.columns[2].names] == [at("/blog/b")]
    with pytest.raises(NoSuchPlace):
        through(store, "/nowhere")
    with pytest.raises(KeyError):
        through(store, "nowhere")


def test_an_event_on_no_touchpoint_is_a_place_and_takes_no_page_away(store: Store) -> None:
    put(store, truth_of(rows_of([("/lamps", 0), ("/basket", 1), ("/basket", 9)], [("/lamps", 0)])))
    insert(store, "events", [{"visitor": 1, "time": BEGIN + 5 * MINUTE, "name": "code_refused", "view": 0}])
    paths = measure_paths(store, JOURNEY, SCOPE, ChosenPlace("event", "code_refused"), NOW)
    refused = PathPlace("event", "code_refused")
    assert [[one.place for one in column.names] for column in paths.columns] == [
        [at("lamps")], [at("basket")], [refused], [at("basket")], [LEFT]
    ]  # fmt: skip
    assert through(store, "basket").visits == 1
    with pytest.raises(NoSuchPlace):
        measure_paths(store, JOURNEY, SCOPE, ChosenPlace("event", "code_accepted"), NOW)


def test_an_event_that_a_touchpoint_claims_and_the_way_a_visit_came(store: Store) -> None:
    put(store, truth_of(rows_of([("/lamps", 0), ("/basket", 1)])))
    insert(store, "events", [{"visitor": 1, "time": BEGIN + 5 * MINUTE, "name": "call", "view": 0}])
    mail = Touchpoint("mail", {}, (), matchers=(Matcher(on="channel", channel="mail"),))
    call = Touchpoint("call", {}, (), matchers=(Matcher(on="event", name="call"),))
    of = replace_stages(Stage("first", {}, (mail,)), *JOURNEY.stages, Stage("last", {}, (call,)))
    paths = measure_paths(store, of, SCOPE, ChosenPlace("touchpoint", "basket"), NOW)
    assert [[one.place.key for one in column.names] for column in paths.columns] == [
        [""], ["mail"], ["basket"], ["call"], [""]
    ]  # fmt: skip
    chosen = measure_paths(store, of, SCOPE, ChosenPlace("event", "call"), NOW)
    assert [[one.place.kind for one in column.names] for column in chosen.columns] == [
        ["touchpoint"], ["touchpoint"], ["event"], ["left"], []
    ]  # fmt: skip


def replace_stages(*stages: Stage) -> Journey:
    return Journey(id="j", site="1", name="Buying", window_days=7, stages=stages)


def test_more_places_than_names_are_one(store: Store) -> None:
    ways = [[(f"/help/{n}", 0), ("/basket", 1)] for n in range(7) for _ in range(7 - n)]
    put(store, truth_of(rows_of(*ways)))
    paths = through(store, "basket")
    names = paths.columns[1].names
    assert [(one.place.key, one.visits, one.places) for one in names] == [
        *((f"shop.example/help/{n}", 7 - n, 1) for n in range(5)),
        ("", 3, 2),
    ]
    assert paths.by_name
    assert (paths.by_name.visitors, paths.by_name.of) == (25, 28)
    assert (paths.other_ways, paths.other_visits) == (1, 1)
    unfolded = through(store, "basket", names=12)
    assert len(unfolded.columns[1].names) == 7
    assert unfolded.by_name
    assert unfolded.by_name.share == 1


def test_steps_that_are_hardly_taken_and_steps_that_are_not_expected(store: Store) -> None:
    straight = [("/lamps", 0), ("/basket", 1), ("/paid", 2)]
    back = [("/lamps", 0), ("/basket", 1), ("/", 2)]
    put(store, truth_of(rows_of(*[straight] * 30, *[back] * 40, [("/", 0), *straight[:2]], [("/lamps", 5)])))
    paths = through(store, "basket")
    assert [told(one) for one in paths.not_expected] == [(0, "basket", "home", 40, 71)]
    # of 71 visits, 1 % is less than one: only what nobody took
    assert [told(one) for one in paths.hardly_taken] == [(-2, "blog", "lamps", 0, 0)]


def told(band: PathBand) -> tuple[int, str, str, int, int]:
    return band.offset, band.start.key, band.end.key, band.visits, band.of_start.of if band.of_start else 0


def test_no_visit_in_the_period_and_the_last_day_with_one(store: Store) -> None:
    put(store, truth_of(rows_of([("/basket", -60 * 24 * 30)], [("/", 0)])))
    paths = through(store, "basket")
    assert (paths.visits, paths.columns, paths.last_day) == (0, (), date(2026, 1, 30))
    assert through(store, "thanks").last_day is None


def test_who_is_counted(store: Store) -> None:
    rows = rows_of([("/basket", 0)], [("/basket", 0)], [("/basket", 0)], [("/basket", 0)])
    put(store, truth_of([*rows, Row(9, BEGIN, 9000, "/basket", 4, selected=False)]))  # one who came directly
    for column, view in (("bot = 'crawler'", 1000), ("excluded = 1", 2000)):
        store.command(f"ALTER TABLE touches UPDATE {column} WHERE view = {view} SETTINGS mutations_sync = 2")
    everybody = through(store, "basket")
    assert (everybody.visits, everybody.account) == (3, PathsAccount(5, bots=1, excluded=1, outside=0, counted=3))
    asked = ChosenPlace("touchpoint", "basket")
    by_mail = measure_paths(store, JOURNEY, replace(SCOPE, segment=MAIL), asked, NOW)
    assert (by_mail.visits, by_mail.account) == (2, PathsAccount(5, bots=1, excluded=1, outside=1, counted=2))


ROWS = st.builds(made_rows, st.integers(1, 30), st.integers(0, 10**6))
CHOSEN = st.sampled_from(["/legal", "/blog/b", *EXPECTED])


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, chosen=CHOSEN, end=st.sampled_from(["through", "from", "to"]), names=st.integers(1, 5))
def test_paths_equal_a_plain_loop(store: Store, rows: list[Row], chosen: str, end: PathEnd, names: int) -> None:
    for table in ("views", "touches"):
        store.command(f"TRUNCATE TABLE {table}")
    put(store, truth_of([*rows, Row(7, BEGIN - 60_000, 1, "/legal", 0), Row(7, BEGIN - 60_000, 2, "/blog/b", 2)]))
    place = at(chosen)
    kind: ChosenKind = "page" if chosen.startswith("/") else "touchpoint"
    scope = replace(SCOPE, segment=MAIL)  # the rows that are selected
    got = measure_paths(store, JOURNEY, scope, ChosenPlace(kind, place.key, end, names), NOW)
    truth = loop(rows, place, end, names)
    if not truth["visits"]:
        assert not got.visits
        return
    everybody = loop([replace(row, selected=True) for row in rows], place, end, names)["visits"]
    assert got.account == PathsAccount(everybody, 0, 0, outside=everybody - got.visits, counted=got.visits)
    ways = truth.pop("ways")
    assert [way.visits for way in got.ways] == ways[:6]
    assert (got.other_ways, got.other_visits) == (len(ways[6:]), sum(ways[6:]))
    assert found(got) == truth
    if got.as_expected:
        assert got.as_expected.visitors == truth["kept"][-1]
    if kind == "touchpoint":
        of_map = journey_map(store, JOURNEY, scope, NOW).touchpoints[chosen]
        assert of_map.visits == got.visits


def test_on_a_cluster_each_query_counts_the_ways_itself(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, truth_of(rows_of([("/", 0), ("/lamps", 1), ("/basket", 2)], [("/legal", 0), ("/basket", 1)])))
    alone = through(store, "basket")
    monkeypatch.setattr(store, "cluster", "some")
    assert through(store, "basket") == alone


PATTERNS = ("/blog/*", "/paid", "!shop.example/blog/a")


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, end=st.sampled_from(["through", "from", "to"]), few=st.booleans())
def test_paths_of_several_pages_equal_a_plain_loop(store: Store, rows: list[Row], end: PathEnd, few: bool) -> None:
    """The pages of a group are one place, also where a touchpoint claims them."""
    for table in ("views", "touches"):
        store.command(f"TRUNCATE TABLE {table}")
    put(store, truth_of([*rows, Row(7, BEGIN - 60_000, 2, "/blog/b", 2)]))
    group = PathPlace("group", "read")
    scope = replace(SCOPE, segment=MAIL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journey_rows, "MOST_NAMED", 1 if few else 500)  # beyond, the engine is given the patterns
        got = measure_paths(store, JOURNEY, scope, ChosenPlace("group", "read", end, 5, PATTERNS), NOW)
    truth = loop(rows, group, end, 5, pages=("/blog/b", "/paid"))
    assert got.visits == truth["visits"]
    if truth["visits"]:
        ways = truth.pop("ways")
        assert [way.visits for way in got.ways] == ways[:6]
        assert found(got) == truth
        assert {place for way in got.ways for place in way.places} & {at("/blog/b"), at("thanks")} == set()


def test_a_pattern_that_fits_no_page_is_unknown_and_the_name_of_a_page_is_no_pattern(store: Store) -> None:
    put(store, truth_of(rows_of([("/", 0), ("/blog/a", 1)], [("/blog/*", 0)])))
    with pytest.raises(NoSuchPlace):
        measure_paths(store, JOURNEY, SCOPE, ChosenPlace("page", "/jobs/*", patterns=("/jobs/*",)), NOW)

    def visits(key: str) -> int:
        return measure_paths(store, JOURNEY, SCOPE, ChosenPlace("page", key, patterns=(key,)), NOW).visits

    assert visits("/blog/*") == 2
    assert visits("shop.example/blog/*") == 1  # a number in this address was masked
