"""The ways of visits through a page, touchpoint or event of a journey (docs/aggregator.md, "Paths")."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Literal

from aggregator.answers.journey import claimed_pages, course_of
from aggregator.measures.expected_path import window_of
from aggregator.measures.shares import ShareOf, share_of
from aggregator.measures.statistics import FEW
from aggregator.queries.chosen_rows import chosen_site_views
from aggregator.queries.events import was_sent
from aggregator.queries.visit_paths import (
    PathsAsked,
    VisitsLeftOut,
    last_hit_ms,
    read_page_hashes,
    read_paths,
    read_visits_left_out,
)
from aggregator.shapes.journeys import Course
from aggregator.shapes.scope import SiteScope
from aggregator.shapes.visit_paths import (
    BEGAN,
    BEYOND,
    COLUMNS,
    LEFT,
    OTHER,
    PAGE,
    PathCounts,
    PathStepCount,
    PathWindow,
)
from store.client import Store
from store.journeys import Journey, Matcher
from store.pages import page_path, selects

WAYS = 6  # taken most
LISTED = 5  # steps that are hardly taken, or not expected
HARDLY = 0.01  # of all visits: an expected step that fewer took
EVER = date(2000, 1, 1)  # before anything was recorded
_NO_KEY = "*"  # no event can name a touchpoint with this key
PathEnd = Literal["through", "from", "to"]
ChosenKind = Literal["touchpoint", "page", "group", "event"]
PlaceKind = Literal["touchpoint", "page", "group", "event", "began", "left", "other"]
_BEFORE: dict[PathEnd, int] = {"through": COLUMNS // 2, "from": 0, "to": COLUMNS - 1}


class NoSuchPlace(LookupError):
    """A page that never had a view, a pattern that fits none, or an event that was never sent."""


@dataclass(frozen=True)
class ChosenPlace:
    """`key` of a touchpoint or a page group, a page or a pattern of pages, or the name of an event. `end`: where it is
    in the picture: in the middle, first or last. `names`: how many places of a column are named. `patterns`: of a page
    group or pattern, for `store.pages.selects`; the pages that they select are one place, in every column."""

    kind: ChosenKind
    key: str
    end: PathEnd = "through"
    names: int = 5
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True)
class PathPlace:
    """A touchpoint (`key`), a page that belongs to none (its name), the chosen event (its name), pattern or page group;
    or, without a key, the beginning or end of a visit, or all places without a name."""

    kind: PlaceKind
    key: str = ""


@dataclass(frozen=True)
class PathName:
    """A place in a column with its visits. `places`: how many there are together."""

    place: PathPlace
    visits: int
    share: float
    places: int = 1


@dataclass(frozen=True)
class PathColumn:
    """`offset` from the chosen place, 0. `kept`: share of all visits that kept to the expected path up to here;
    `kept_of_before`: of those that had kept to it one column before. None where nothing is expected. `expected`: keys
    of the touchpoints that are expected here."""

    offset: int
    names: tuple[PathName, ...]
    kept: ShareOf | None
    kept_of_before: ShareOf | None
    expected: tuple[str, ...]


@dataclass(frozen=True)
class PathBand:
    """Visits that went from `start` in the column with this offset to `end` in the next one, and their share of the
    visits that were at `start`."""

    offset: int
    start: PathPlace
    end: PathPlace
    visits: int
    of_start: ShareOf | None
    expected: bool


@dataclass(frozen=True)
class PathWay:
    """Visits with the same places in all columns."""

    places: tuple[PathPlace, ...]
    visits: int
    share: ShareOf
    as_expected: bool


@dataclass(frozen=True)
class PathsAccount:
    """received = bots + excluded + outside + counted, in visits that hit the place. `outside`: the device, the filters
    or the segment."""

    received: int
    bots: int
    excluded: int
    outside: int
    counted: int


@dataclass(frozen=True)
class Paths:
    """`visits` hit the chosen place. `by_name`: the share that the picture shows without "other". `as_expected`: kept
    to the expected path in all columns, None where nothing is expected. `other_ways`, `other_visits`: besides `ways`.
    `last_day`: without any visit, the last day with one. `one_in`: as of a journey's map."""

    visits: int
    by_name: ShareOf | None
    as_expected: ShareOf | None
    columns: tuple[PathColumn, ...]
    bands: tuple[PathBand, ...]
    ways: tuple[PathWay, ...]
    other_ways: int
    other_visits: int
    hardly_taken: tuple[PathBand, ...]
    not_expected: tuple[PathBand, ...]
    account: PathsAccount
    last_day: date | None = None
    one_in: int = 1


def measure_paths(
    store: Store, journey: Journey, scope: SiteScope, chosen: ChosenPlace, now: datetime | None = None
) -> Paths:
    """Count the visits of a scope that hit the chosen place, by what came before and after its first hit.

    A visit counts as for the figures of a journey: it began in the period and has a touch that the scope selects.
    Raises KeyError for a key that no touchpoint of the journey has, NoSuchPlace for an unknown page or event.
    """
    now_ms = int(now.timestamp() * 1000) if now else int(time.time() * 1000)
    followed = _Followed.of(store, journey, scope.site, chosen)
    asked = PathsAsked(followed.window, chosen.names, WAYS, followed.pages)
    with chosen_site_views(store, scope) as selected:
        counts = read_paths(store, selected, followed.course, followed.claims, asked, now_ms)
    left_out = read_visits_left_out(store, scope, followed.course, followed.claims, followed.window, now_ms)
    account = _account(counts.visits, left_out)
    if counts.visits:
        return _paths(counts, followed, account, 10 if scope.tenth else 1)
    today = scope.zone.day(now_ms)
    ever = replace(scope, since=EVER, until=max(scope.until, today), tenth=False)
    last = last_hit_ms(store, ever, followed.course, followed.claims, followed.window.place, now_ms)
    day = scope.zone.day(last) if last else None
    return Paths(0, None, None, (), (), (), 0, 0, (), (), account, day, 10 if scope.tenth else 1)


def _account(counted: int, left_out: VisitsLeftOut) -> PathsAccount:
    outside = left_out.people - counted if left_out.people is not None else 0
    received = left_out.bots + left_out.excluded + outside + counted
    return PathsAccount(received, left_out.bots, left_out.excluded, outside, counted)


@dataclass(frozen=True)
class _Followed:
    """What the engine follows, and the names of its places. `claims`: page → touchpoint."""

    course: Course
    claims: Mapping[str, int]
    window: PathWindow
    touchpoints: Mapping[int, PathPlace]
    pages: Mapping[int, str]  # place → page

    @classmethod
    def of(cls, store: Store, journey: Journey, site: int, chosen: ChosenPlace) -> _Followed:
        hashes = read_page_hashes(store, site)
        course, claims = course_of(journey), claimed_pages(journey, hashes)
        keys = [PathPlace("touchpoint", key) for key in course.keys[1:]]
        match chosen.kind:
            case "touchpoint":
                place = course.keys.index(chosen.key, 1) if chosen.key in course.keys[1:] else 0
                if not place:
                    raise KeyError(chosen.key)
            case "page" | "group" if chosen.patterns and chosen.key not in hashes:
                here = [page for page in hashes if selects(chosen.patterns, page)]
                if not here:
                    raise NoSuchPlace(chosen.key)
                course, place = _with_first(course, patterns=chosen.patterns), 1
                claims = {page: n + 1 for page, n in claims.items()} | dict.fromkeys(here, 1)
                keys.insert(0, PathPlace(chosen.kind, chosen.key))
            case "page" | "group":
                place = PAGE + hashes[page_named(chosen.key, hashes)]
            case "event":
                if not was_sent(store, site, chosen.key):
                    raise NoSuchPlace(chosen.key)
                course, place = _with_first(course, contacts=(Matcher(on="event", name=chosen.key),)), 1
                claims = {page: n + 1 for page, n in claims.items()}
                keys.insert(0, PathPlace("event", chosen.key))
        return cls(
            course,
            claims,
            window_of(place, _BEFORE[chosen.end], course.expected),
            dict(enumerate(keys, 1)),
            {PAGE + number: page for page, number in hashes.items()},
        )

    @cached_property
    def expected(self) -> frozenset[tuple[int, int]]:
        return frozenset((a, b) for a, following in enumerate(self.course.expected) for b in following)

    def place(self, number: int) -> PathPlace:
        if number < BEGAN:
            return self.touchpoints[number]
        marks: dict[int, PlaceKind] = {BEGAN: "began", LEFT: "left", OTHER: "other"}
        return PathPlace(marks[number]) if number in marks else PathPlace("page", self.pages.get(number, ""))


def page_named(text: str, pages: Iterable[str]) -> str:
    """The page with this name, or the first one with this path; raises NoSuchPlace."""
    known = tuple(pages)
    if text in known:
        return text
    found = next((page for page in known if text.startswith("/") and page_path(page) == text), None)
    if found is None:
        raise NoSuchPlace(text)
    return found


def _with_first(course: Course, patterns: tuple[str, ...] = (), contacts: tuple[Matcher, ...] = ()) -> Course:
    """The course in which these pages or contacts are the first touchpoint, so that they belong to no other one."""
    expected = (frozenset(n + 1 for n in following) for following in course.expected[1:])
    return replace(
        course,
        stage_of=(-1, 0, *course.stage_of[1:]),
        patterns=((), patterns, *course.patterns[1:]),
        contacts=((), contacts, *course.contacts[1:]),
        keys=("", _NO_KEY, *course.keys[1:]),
        expected=(frozenset(), frozenset(), *expected),
    )


def _paths(counts: PathCounts, followed: _Followed, account: PathsAccount, one_in: int) -> Paths:
    window, n = followed.window, counts.visits
    is_expected = window.is_on_path
    ways = tuple(
        PathWay(
            tuple(followed.place(place) for place in way.places if place != BEYOND),
            way.visits,
            _share(way.visits, n),
            is_expected and way.kept == COLUMNS,
        )
        for way in counts.most
    )
    return Paths(
        visits=n,
        by_name=share_of(counts.by_name, n),
        as_expected=share_of(counts.kept[-1], n) if is_expected else None,
        columns=tuple(_column(counts, followed, i, is_expected) for i in range(COLUMNS)),
        bands=tuple(_band(followed, step) for step in counts.bands),
        ways=ways,
        other_ways=counts.ways - len(ways),
        other_visits=n - sum(way.visits for way in ways),
        hardly_taken=_hardly_taken(counts, followed),
        not_expected=_not_expected(counts, followed),
        account=account,
        one_in=one_in,
    )


def _share(visits: int, of: int) -> ShareOf:
    share = share_of(visits, of)
    assert share
    return share


def _column(counts: PathCounts, followed: _Followed, i: int, is_expected: bool) -> PathColumn:
    window, n = followed.window, counts.visits
    rows = [one for one in counts.places if one.column == i]
    names = [
        PathName(followed.place(one.place), one.visits, one.visits / n) for one in rows if one.place in counts.named[i]
    ]
    edges = [
        PathName(followed.place(one.place), one.visits, one.visits / n) for one in rows if one.place in (BEGAN, LEFT)
    ]
    beyond = sum(one.visits for one in rows if one.place == BEYOND)
    rest = n - beyond - sum(one.visits for one in (*names, *edges))
    if rest:
        names.append(PathName(PathPlace("other"), rest, rest / n, counts.different[i] - len(names)))
    return PathColumn(
        offset=i - window.before,
        names=(*names, *edges),
        kept=share_of(counts.kept[i], n) if is_expected else None,
        kept_of_before=share_of(counts.kept[i], counts.kept[i - 1]) if is_expected and i else None,
        expected=tuple(followed.touchpoints[number].key for number in sorted(_expected_in(window, i))),
    )


def _expected_in(window: PathWindow, i: int) -> set[int]:
    """The touchpoints that are expected in a column."""
    if i == window.before:
        return set()
    steps = [start for start, _ in window.steps[i]] if i < window.before else [end for _, end in window.steps[i - 1]]
    return {place for place in steps if BEYOND < place < BEGAN}


def _band(followed: _Followed, step: PathStepCount) -> PathBand:
    return PathBand(
        step.column - followed.window.before,
        followed.place(step.start),
        followed.place(step.end),
        step.visits,
        share_of(step.visits, step.of),
        (step.start, step.end) in followed.window.steps[step.column],
    )


def _hardly_taken(counts: PathCounts, followed: _Followed) -> tuple[PathBand, ...]:
    """The expected steps that fewest visits took."""
    taken = {(one.column, one.start, one.end): one for one in counts.taken}
    steps = [
        taken.get((i, a, b), PathStepCount(i, a, b, 0, _visits_at(counts, i, a)))
        for i, expected in enumerate(followed.window.steps)
        for a, b in sorted(expected)
        if a not in (BEYOND, BEGAN)
    ]
    found = sorted((one for one in steps if one.visits < HARDLY * counts.visits), key=lambda one: one.visits)
    return tuple(_band(followed, one) for one in found[:LISTED])


def _visits_at(counts: PathCounts, column: int, place: int) -> int:
    return next((one.visits for one in counts.places if (one.column, one.place) == (column, place)), 0)


def _not_expected(counts: PathCounts, followed: _Followed) -> tuple[PathBand, ...]:
    """The steps that most visits took from a touchpoint that expects others."""
    found = [
        one
        for one in counts.taken
        if one.end != LEFT
        and (one.start, one.end) not in followed.expected
        and one.visits >= max(FEW, HARDLY * counts.visits)
    ]
    found.sort(key=lambda one: (-one.visits, one.column, one.start, one.end))
    return tuple(_band(followed, one) for one in found[:LISTED])
