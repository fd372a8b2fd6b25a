"""Counts the ways of visits around one place in the engine, from their touches (aggregator/queries/journey_rows.py).

A visit's way is its touches in order, with repeats of a place merged. Each different window of it is counted once
(`places`, `visits`, `kept`); everything else is computed from these counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aggregator.queries.chosen_rows import computed_once
from aggregator.queries.conditions import PEOPLE
from aggregator.queries.journey_numbers import SETTINGS, select, touchpoint_sql
from aggregator.queries.journey_rows import SELECTED_BIT, Rows, journey_rows
from aggregator.queries.journey_ways import followed, with_entries
from aggregator.shapes.journeys import VISIT_GAP, Course, Moment
from aggregator.shapes.scope import ChosenRows, SiteScope
from aggregator.shapes.visit_paths import (
    BEGAN,
    BEYOND,
    COLUMNS,
    LEFT,
    OTHER,
    PAGE,
    PLACE_BITS,
    PathCounts,
    PathStepCount,
    PathWindow,
    PlaceCount,
    WayCount,
)
from store.client import Store

MOST_PLACES = 200  # of a column that are read
MOST_STEPS = 1_000
NOT_PAGES = (BEYOND, BEGAN, LEFT)


@dataclass(frozen=True)
class VisitsLeftOut:
    """`people`: the visits of all people; None if the question is about all of them."""

    bots: int
    excluded: int
    people: int | None


@dataclass(frozen=True)
class PathsAsked:
    """`names`: places named in each column; the others are one. `ways`: how many of the ways taken most are read.
    `pages`: the name of a place that is a page; of places with as many visits, the first names come first."""

    window: PathWindow
    names: int
    ways: int
    pages: Mapping[int, str]


def read_page_hashes(store: Store, site: int) -> dict[str, int]:
    """Page → the hash that its touches have, of every page of the site that ever had a view."""
    pages = "SELECT DISTINCT page FROM views WHERE site = {site:UInt32}"
    columns = store.columns(f"SELECT page, toUInt32(xxHash64(page)) AS hash FROM ({pages}) ORDER BY page", site=site)
    return {str(page): int(one) for page, one in zip(columns["page"], columns["hash"], strict=True)}


def read_paths(
    store: Store, scope: SiteScope, course: Course, claims: Mapping[str, int], asked: PathsAsked, now_ms: int
) -> PathCounts:
    """The ways of the visits of a scope that hit the place. `claims`: page → touchpoint."""
    whole, moment = followed(scope, now_ms)
    rows = journey_rows(scope, replace(course, goals=()), claims, whole, marks_short=False)
    definition = "places Array(UInt64), visits UInt64, kept UInt8"
    with computed_once(store, definition, _ways(rows, asked.window, moment), rows.values) as (ways, values):
        return _counts(store, ways, values, asked, course.expected)


def read_visits_left_out(
    store: Store, scope: SiteScope, course: Course, claims: Mapping[str, int], window: PathWindow, now_ms: int
) -> VisitsLeftOut:
    """The visits in the period of a scope that hit the place and are of no people, and those of all people, whatever
    narrows the scope."""
    whole, moment = followed(scope, now_ms)
    everybody = replace(scope, device="", segment=None, chosen=ChosenRows())

    def count(whose: str) -> int:
        rows = journey_rows(everybody, course, claims, whole, marks_short=False, whose=whose)
        found = store.rows(f"SELECT count() AS n FROM ({_visits(rows, window, moment)})", **rows.values)
        return int(found[0]["n"])

    narrowed = scope.device or scope.segment
    return VisitsLeftOut(
        bots=count("bot != ''"),
        excluded=count("bot = '' AND excluded = 1"),
        people=count(PEOPLE) if narrowed else None,
    )


def last_hit_ms(
    store: Store, scope: SiteScope, course: Course, claims: Mapping[str, int], place: int, now_ms: int
) -> int | None:
    """When a visitor of the scope last hit a place."""
    whole, _ = followed(scope, now_ms)
    rows = journey_rows(scope, replace(course, goals=()), claims, whole, marks_short=False)
    hits = f"{_is_place(place, rows)} AND bitTest(mark, {SELECTED_BIT})"
    last = store.rows(f"SELECT max(ms) AS last FROM ({rows.touches}) WHERE {hits}", **rows.values)[0]["last"]
    return int(last) or None


def _is_place(place: int, rows: Rows) -> str:
    """Whether a touch may be a hit of a place: how a visit came counts with its first touch only."""
    if place >= PAGE:
        return f"page_hash = {place - PAGE}"
    came = f" OR {touchpoint_sql('entry')} = {place}" if rows.has_entries else ""
    return f"({touchpoint_sql('mark')} = {place}{came})"


def _ways(rows: Rows, window: PathWindow, moment: Moment) -> str:
    """A query with one row per different way: `places` in the columns, `visits`, and `kept`."""
    counted = f"SELECT places, count() AS visits FROM ({_windows(rows, window, moment)}) GROUP BY places {SETTINGS}"
    return select({"kept": _kept(window)}, counted, kept=("places", "visits"))


def _windows(rows: Rows, window: PathWindow, moment: Moment) -> str:
    """A query with one row per visit that counts: its places in the columns."""
    pad = max(window.before - 1, 0)
    whole = f"arrayConcat({_numbers([*[BEYOND] * pad, BEGAN])}, way, {_numbers([LEFT, *[BEYOND] * (COLUMNS - 2)])})"
    at = f"indexOf(way, {window.place}) + {pad + 1 - window.before}"
    return select(
        {"places": f"arraySlice({whole}, {at}, {COLUMNS})"},
        select({"way": "arrayCompact(arrayMap(n -> bitShiftRight(n, 1), visit))"}, _visits(rows, window, moment)),
    )


def _visits(rows: Rows, window: PathWindow, moment: Moment) -> str:
    """A query with one row per visit that began in the period, has a touch that the question selects, and hit the
    place: `visit`, its touches as place · 2 + whether the question selects it."""
    columns = {
        "visits": "arraySplit((n, begin) -> begin, numbers, begins)",
        "began": "arrayFilter((ms, begin) -> begin, times, begins)",
    }
    counts = (
        f"ms >= {moment.begin} AND ms < {moment.end} AND arrayExists(n -> bitTest(n, 0), visit) "
        f"AND arrayExists(n -> bitShiftRight(n, 1) = {window.place}, visit)"
    )
    split = select(columns, _visitors(rows, window), kept=())
    return f"SELECT visit FROM ({split}) ARRAY JOIN visits AS visit, began AS ms WHERE {counts}"


def _visitors(rows: Rows, window: PathWindow) -> str:
    """A query with one row per visitor with a hit: `times`, `numbers` (of `_visits`), and which ones begin a visit."""
    entry = ", entry" if rows.has_entries else ""
    # To read the touches twice takes less than to group those of all visitors.
    hit = f"visitor GLOBAL IN (SELECT visitor FROM ({rows.touches}) WHERE {_is_place(window.place, rows)})"
    touches = (
        f"SELECT arrayCompact(arraySort(groupArray((ms, view, mark, page_hash{entry})))) AS touches "
        f"FROM (SELECT * FROM ({rows.touches}) WHERE {hit}) GROUP BY visitor {SETTINGS}"
    )
    gaps = f"arrayMap(gap -> toUInt8(gap >= {VISIT_GAP}), arrayDifference(times))"
    columns = {"times": "touches.1", "marks": "touches.3", "page_hashes": "touches.4"}
    if rows.has_entries:
        columns["entries"] = "touches.5"
    query = select(columns, touches)
    query = select({"begins": f"arrayPushFront(arrayPopFront({gaps}), toUInt8(1))"}, query, kept=tuple(columns))
    marks = with_entries("marks", "entries", "begins") if rows.has_entries else "marks"
    query = select({"came": marks}, query, kept=("times", "page_hashes", "begins"))
    # A page that is asked for is a place even if a touchpoint claims it.
    claimed = f"{touchpoint_sql('k')} > 0 AND page != {window.place - PAGE}" if window.place >= PAGE else ""
    place = f"if({claimed or touchpoint_sql('k') + ' > 0'}, toUInt64({touchpoint_sql('k')}), toUInt64(page) + {PAGE})"
    number = f"bitOr(bitShiftLeft({place}, 1), toUInt64(bitTest(k, {SELECTED_BIT})))"
    return select({"numbers": f"arrayMap((k, page) -> {number}, came, page_hashes)"}, query, kept=("times", "begins"))


def _kept(window: PathWindow) -> str:
    """In how many columns, from the first, a way kept to the expected path."""
    if not window.is_on_path:
        return "toUInt8(0)"
    first = {start for start, _ in window.steps[0]} | ({window.place} if not window.before else set())
    expected = [_is_expected(i, steps) for i, steps in enumerate(window.steps, 1)]
    # A visit that began within the picture keeps to the path if it began where one may.
    begins = [f"(places[{i}] NOT IN ({BEYOND}, {BEGAN}) OR {expected[i - 1]})" for i in range(1, window.before + 1)]
    tests = [" AND ".join([f"has({_numbers(sorted(first))}, places[1])", *begins])]
    for i, is_expected in enumerate(expected, 1):
        over = [f"has({_numbers(sorted(window.ends))}, places[{j}])" for j in range(window.before + 1, i + 1)]
        tests.append(" OR ".join([is_expected, *over]))
    return f"toUInt8(arrayFirstIndex(one -> NOT one, [{', '.join(f'toUInt8({one})' for one in tests)}, 0]) - 1)"


def _is_expected(column: int, steps: frozenset[tuple[int, int]]) -> str:
    """Whether the step of a way from a column, from 1, is one of these."""
    step = _pair(f"places[{column}]", f"places[{column + 1}]")
    return f"(places[{column}] < {PAGE} AND has({_numbers(_pairs(steps))}, {step}))"


def _pair(start: str, end: str) -> str:
    return f"bitOr(bitShiftLeft({start}, {PLACE_BITS}), {end})"


def _pairs(steps: frozenset[tuple[int, int]]) -> list[int]:
    return sorted(start << PLACE_BITS | end for start, end in steps)


def _numbers(values: Sequence[int]) -> str:
    return f"CAST([{', '.join(map(str, values))}], 'Array(UInt64)')"


def _counts(
    store: Store, ways: str, values: Mapping[str, object], asked: PathsAsked, expected: Sequence[frozenset[int]]
) -> PathCounts:
    kept = ", ".join(f"sumIf(visits, kept >= {n})" for n in range(1, COLUMNS + 1))
    total = store.rows(f"SELECT sum(visits) AS n, count() AS ways, [{kept}] AS kept FROM {ways}", **values)[0]
    places, different = _places(store, ways, values, asked.pages)
    named = tuple(_named(places, i)[: asked.names] for i in range(COLUMNS))
    folded = _folded(ways, named)
    most = f"SELECT places, visits, kept FROM {ways} ORDER BY visits DESC, places LIMIT {asked.ways}"
    by_name = f"SELECT sumIf(visits, NOT has(places, {OTHER})) AS n FROM ({folded})"
    return PathCounts(
        visits=int(total["n"]),
        ways=int(total["ways"]),
        places=tuple(places),
        named=named,
        different=tuple(different),
        most=tuple(
            WayCount(tuple(map(int, row["places"])), int(row["visits"]), int(row["kept"]))
            for row in store.rows(most, **values)
        ),
        bands=_steps(store, _stepped(f"({folded})"), values),
        by_name=int(store.rows(by_name, **values)[0]["n"]),
        kept=tuple(map(int, total["kept"])),
        taken=_steps(store, _taken(ways, expected), values),
    )


def _named(places: Sequence[PlaceCount], column: int) -> tuple[int, ...]:
    """The places of a column that have a name, those of most visits first."""
    return tuple(one.place for one in places if one.column == column and one.place not in NOT_PAGES)


def _places(
    store: Store, ways: str, values: Mapping[str, object], pages: Mapping[int, str]
) -> tuple[list[PlaceCount], list[int]]:
    """The places of each column, those of most visits first; and how many different ones have a name."""
    counted = (
        f"SELECT i, place, sum(visits) AS n FROM {ways} ARRAY JOIN places AS place, arrayEnumerate(places) AS i "
        "GROUP BY i, place"
    )
    rows = store.rows(
        f"SELECT i, place, n, countIf(place NOT IN {NOT_PAGES}) OVER (PARTITION BY i) AS different FROM ({counted}) "
        f"ORDER BY i, place IN {NOT_PAGES} DESC, n DESC LIMIT {MOST_PLACES} BY i",
        **values,
    )
    different = [0] * COLUMNS
    for row in rows:
        different[int(row["i"]) - 1] = int(row["different"])
    found = [PlaceCount(int(row["i"]) - 1, int(row["place"]), int(row["n"])) for row in rows]
    return sorted(found, key=lambda one: (one.column, -one.visits, pages.get(one.place, ""), one.place)), different


def _folded(ways: str, names: Sequence[tuple[int, ...]]) -> str:
    """A query of the ways in which the places without a name are OTHER."""
    named = f"CAST({[list(one) for one in names]}, 'Array(Array(UInt64))')"
    folded = f"arrayMap((p, named) -> if(has(named, p) OR p IN {NOT_PAGES}, p, toUInt64({OTHER})), places, {named})"
    return f"SELECT {folded} AS places, visits FROM {ways}"


def _stepped(ways: str) -> str:
    """A query of the steps of ways: column `i` from 1, the places `a` and `b`, and `n` visits."""
    columns = ", ".join(map(str, range(1, COLUMNS)))
    return (
        f"SELECT i, places[i] AS a, places[i + 1] AS b, sum(visits) AS n FROM {ways} ARRAY JOIN [{columns}] AS i "
        f"GROUP BY i, a, b"
    )


def _taken(ways: str, expected: Sequence[frozenset[int]]) -> str:
    """A query of the steps from touchpoints that expect others: the expected ones, and those taken most."""
    pairs = frozenset((a, b) for a, following in enumerate(expected) for b in following)
    if not pairs:
        return f"{_stepped(ways)} HAVING 0"
    expecting = _numbers(sorted({a for a, _ in pairs}))
    is_expected = f"has({_numbers(_pairs(pairs))}, {_pair('a', 'b')})"
    return f"{_stepped(ways)} HAVING has({expecting}, a) ORDER BY {is_expected} DESC, n DESC LIMIT {MOST_STEPS}"


def _steps(store: Store, stepped: str, values: Mapping[str, object]) -> tuple[PathStepCount, ...]:
    rows = store.rows(
        f"SELECT i, a, b, n, sum(n) OVER (PARTITION BY i, a) AS of FROM ({stepped}) "
        f"WHERE a != {BEYOND} AND b != {BEYOND} ORDER BY i, n DESC, a, b",
        **values,
    )
    return tuple(
        PathStepCount(int(row["i"]) - 1, int(row["a"]), int(row["b"]), int(row["n"]), int(row["of"])) for row in rows
    )
